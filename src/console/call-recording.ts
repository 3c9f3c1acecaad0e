// What a caller hears, as a WAV file that can be played at any time: also while the call runs, and when its program
// is killed. 16 kHz, mono, 16 bit. The file is its owner's alone: a read-back says aloud what was keyed.

import { closeSync, openSync, writeSync } from 'node:fs';
import { IvrFault } from '../ivr/fault.ts';
import type { CallerLine, Clip } from '../ivr/ports.ts';
import { encodeWav, SAMPLE_RATE } from '../prompts/wav.ts';

export interface CallRecording extends Disposable {
  /** Mixes in what is heard from now on, or, as it comes piece by piece, after the piece of the same source before. */
  hear(source: string, samples: Int16Array): void;
  /** What would be heard later than now is not heard after all. */
  hush(): void;
}

/** Sound this late is not mixed in any more, and a piece so late after the one before begins anew. */
const LATEST_MS = 1000;
const WRITE_MS = 500;
const HEADER = encodeWav(new Int16Array(0));

/** Opens the file, over whatever is there. `now`: monotonic, in milliseconds; the first sound is at 0:00. */
export function openCallRecording(file: string, now: () => number): CallRecording {
  const fd = open(file);
  const ends = new Map<string, number>();
  /** Sound from `written` on, in samples since the first one. */
  let pending = new Int16Array(SAMPLE_RATE);
  let written = 0;
  let began: number | null = null;

  const sampleAt = (time: number) =>
    began === null ? 0 : Math.round(((time - began) * SAMPLE_RATE) / 1000);

  function write(until: number) {
    const length = until - written;
    if (length <= 0) return;
    if (length > pending.length) grow(length);
    const at = HEADER.length + 2 * written;
    writeSync(fd, encodeWav(pending.subarray(0, length)), HEADER.length, 2 * length, at);
    pending.copyWithin(0, length);
    pending.fill(0, pending.length - length);
    written = until;
    const header = new DataView(HEADER.buffer.slice(0));
    header.setUint32(4, HEADER.length - 8 + 2 * written, true);
    header.setUint32(40, 2 * written, true);
    writeSync(fd, header, 0, HEADER.length, 0);
  }

  function grow(length: number) {
    const more = new Int16Array(Math.max(length, 2 * pending.length));
    more.set(pending);
    pending = more;
  }

  const writing = setInterval(
    () => write(sampleAt(now()) - (LATEST_MS * SAMPLE_RATE) / 1000),
    WRITE_MS,
  ).unref();

  return {
    hear(source, samples) {
      const heardAt = now();
      began ??= heardAt;
      const here = sampleAt(heardAt);
      const end = ends.get(source) ?? Number.NEGATIVE_INFINITY;
      const isNext = here - end < (LATEST_MS * SAMPLE_RATE) / 1000;
      const from = Math.max(isNext ? end : here, written) - written;
      ends.set(source, written + from + samples.length);
      if (from + samples.length > pending.length) grow(from + samples.length);
      for (const [i, sample] of samples.entries()) {
        const mixed = (pending[from + i] ?? 0) + sample;
        pending[from + i] = Math.max(-32_768, Math.min(32_767, mixed));
      }
    },
    hush() {
      ends.clear();
      pending.fill(0, Math.max(0, sampleAt(now()) - written));
    },
    [Symbol.dispose]() {
      clearInterval(writing);
      write(sampleAt(now()));
      closeSync(fd);
    },
  };
}

/** A line whose caller hears what they always hear, and the recording too. */
export function recorded(line: CallerLine, recording: CallRecording): CallerLine {
  return {
    ...line,
    async play(clips: readonly Clip[], signal: AbortSignal) {
      for (const { samples } of clips) recording.hear('ivr', samples);
      try {
        await line.play(clips, signal);
      } finally {
        recording.hush();
      }
    },
  };
}

function open(file: string): number {
  try {
    const fd = openSync(file, 'w', 0o600);
    writeSync(fd, HEADER);
    return fd;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `the recording cannot be written (${why}): name a file in a folder that is there and yours`,
    );
  }
}
