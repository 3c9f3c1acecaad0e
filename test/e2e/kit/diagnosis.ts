// What was heard instead: every known recording found in a sound. It takes seconds, so it is worked out in
// a thread of its own, which yields to all others: the calls of other tests go on meanwhile.

import { constants, setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { GrowingBand } from './band.ts';
import type { Heard } from './compare.ts';
import { findAll } from './recognise.ts';
import { allRecordings } from './recording.ts';

interface Sound {
  /** PCM at 8 kHz. */
  readonly audio: Int16Array;
  /** Where to begin. */
  readonly fromMs: number;
}

/** One line: each recording found, with its place and its likeness. */
export async function whatWasHeard(sound: Sound): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const worker = new Worker(new URL(import.meta.url), { workerData: sound, execArgv: [] });
  worker.once('message', resolve).once('error', reject);
  return promise;
}

export function describe({ id, startMs, endMs, score, firstScore, lastScore }: Heard): string {
  const likeness = [firstScore, score, lastScore].map((n) => n.toFixed(2)).join('/');
  return `${id} at ${startMs}-${endMs} ms (${likeness})`;
}

if (!isMainThread && parentPort && workerData?.audio) {
  setPriority(constants.priority.PRIORITY_LOW);
  const { audio, fromMs } = workerData as Sound;
  const band = new GrowingBand();
  band.follow(audio, true);
  const heard = allRecordings().flatMap((recording) => findAll(recording, band, fromMs));
  const told = heard.sort((a, b) => a.startMs - b.startMs).map(describe);
  parentPort.postMessage(told.join(', ') || 'nothing known');
}
