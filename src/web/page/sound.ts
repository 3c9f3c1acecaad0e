// What is heard besides the call itself: the tone of a key, ringing, and a microphone that is always silent. The
// page never asks for the real one.

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
const ROWS = ['123', '456', '789', '*0#'];
const TONE_S = 0.12;
const TONE_GAIN = 0.05;
const RING_GAIN = 0.03;
/** As a telephone in North America rings: two seconds in six. */
const RING_MS = 6000;
const RING_S = 2;

export interface Sound {
  isOn: boolean;
  /** The two tones of a key (ITU-T Q.23). */
  key(key: string): void;
  /** Rings until the returned function is called. */
  ring(): () => void;
  /** A track without a sound: who publishes nothing is seen by others up to three seconds late. */
  silence(): MediaStreamTrack;
}

/** Only after the person has done something: a browser makes no sound before. */
export function openSound(): Sound {
  const context = new AudioContext();

  function play(frequencies: readonly number[], seconds: number, gain: number): AudioNode {
    const volume = context.createGain();
    const end = context.currentTime + seconds;
    volume.gain.setValueAtTime(gain, end - 0.01);
    volume.gain.linearRampToValueAtTime(0, end);
    volume.connect(context.destination);
    for (const frequency of frequencies) {
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(volume);
      tone.start();
      tone.stop(end);
    }
    return volume;
  }

  const sound: Sound = {
    isOn: true,
    key(key) {
      const row = ROWS.findIndex((keys) => keys.includes(key));
      const column = ROWS[row]?.indexOf(key) ?? -1;
      const pair = [LOW[row], HIGH[column]].filter((one) => one !== undefined);
      if (sound.isOn) play(pair, TONE_S, TONE_GAIN);
    },
    ring() {
      let ringing: AudioNode | null = null;
      const once = () => {
        if (sound.isOn) ringing = play([440, 480], RING_S, RING_GAIN);
      };
      once();
      const timer = setInterval(once, RING_MS);
      return () => {
        clearInterval(timer);
        ringing?.disconnect();
      };
    },
    silence() {
      const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
      if (track === undefined) throw new Error('this browser makes no silent track');
      return track;
    },
  };
  return sound;
}
