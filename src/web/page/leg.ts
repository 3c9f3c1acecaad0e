// The caller's leg: joins the room as the SIP bridge would for a caller, answers what an agent asks of a bridge,
// and is heard through the page. Keys leave by `press` and are kept nowhere.

import { LogLevel, Room, RoomEvent, RpcError, setLogLevel, Track } from 'livekit-client';
import type { PlacedCall } from '../page-wire.ts';
import { paced } from './paced.ts';

export interface LegEvents {
  /** The callee is heard. */
  readonly onAnswered: () => void;
  /** An agent is there, or no more: its name. */
  readonly onAgent: (name: string, isThere: boolean) => void;
  /** Over, whoever ended it. Once. */
  readonly onEnded: () => void;
}

export interface Leg {
  /** One of `0-9 * #`. After the end it is lost. */
  press(key: string): void;
  hangUp(): Promise<void>;
}

// Its words hold rooms and identities, and these the numbers of both sides.
setLogLevel(LogLevel.silent);

const KEYS = '0123456789*#';
/** From key to key, at the least: a tone and the pause after it, as a telephone dials from memory. */
const KEY_MS = 150;
/** As long as a provisioned trunk lets a caller wait. */
const RINGING_MS = 25_000;

/** Calls. Rejects where the room cannot be joined. */
export async function openLeg(
  { url, token, headers }: PlacedCall,
  silence: MediaStreamTrack,
  ear: HTMLAudioElement,
  events: LegEvents,
): Promise<Leg> {
  const room = new Room({ disconnectOnPageLeave: true });
  const ringing = setTimeout(() => void hangUp(), RINGING_MS);
  let leaving: Promise<void> | null = null;

  const tell = (status: 'active' | 'hangup') =>
    room.localParticipant.setAttributes({ 'sip.callStatus': status }).catch(() => undefined);

  async function leave(): Promise<void> {
    clearTimeout(ringing);
    if (room.state === 'connected') await tell('hangup');
    await room.disconnect();
    silence.stop();
    events.onEnded();
  }
  function hangUp(): Promise<void> {
    leaving ??= leave();
    return leaving;
  }

  room.on(RoomEvent.Disconnected, () => void hangUp());
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind !== Track.Kind.Audio) return;
    clearTimeout(ringing);
    track.attach(ear);
    void tell('active');
    events.onAnswered();
  });
  room.on(RoomEvent.ParticipantConnected, ({ attributes }) => {
    const name = attributes['lk.agent_name'];
    if (name) events.onAgent(name, true);
  });
  room.on(RoomEvent.ParticipantDisconnected, ({ attributes }) => {
    const name = attributes['lk.agent_name'];
    if (name) events.onAgent(name, false);
  });
  room.registerRpcMethod('lk.sip.GetRemoteHeaders', async () => JSON.stringify({ headers }));
  room.registerRpcMethod('lk.sip.EndCall', async ({ payload }) => {
    // As the bridge does: what cannot be read ends nothing.
    if (!payload.startsWith('{"')) throw new RpcError(1500, 'not readable');
    void hangUp();
    return '';
  });
  try {
    await room.connect(url, token);
    await room.localParticipant.publishTrack(silence, { source: Track.Source.Microphone });
  } catch {
    await hangUp();
    throw new Error('LiveKit let this phone into no room. Is the local system running?');
  }
  const send = paced(KEY_MS, (key: string) => {
    if (leaving !== null) return;
    void room.localParticipant.publishDtmf(KEYS.indexOf(key), key).catch(() => undefined);
  });
  return {
    press(key) {
      if (leaving === null && KEYS.includes(key)) send(key);
    },
    hangUp,
  };
}
