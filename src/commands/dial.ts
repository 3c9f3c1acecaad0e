// `tonegate dial`: a phone in the terminal that calls the local system over LiveKit.

import { setTimeout as delay } from 'node:timers/promises';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type CallRecording, openCallRecording } from '../console/call-recording.ts';
import { followCall } from '../console/follow.ts';
import { openTerminal, type Terminal } from '../console/terminal.ts';
import { roomFor } from '../livekit/phone-token.ts';
import type { Auth, Ending } from '../machines/outcome.ts';
import { trunkFor, trunkIds } from './trunk-of.ts';

export interface DialOptions {
  readonly config: string;
  /** E.164; by default the first number of the first line. */
  readonly number?: string | undefined;
  /** Headers of the INVITE; none by default. */
  readonly header?: readonly (readonly [name: string, value: string])[];
  /** A WAV file for what the caller hears. */
  readonly record?: string | undefined;
}

/** The number that callers of this phone seem to have. */
export const CALLING = '+15551230000';
/** How long a worker may take to say how a call ended. */
const ENDING_MS = 5000;

/** Calls the local system over LiveKit. Answers the exit code, as `dialSimulated` does. */
export async function dialLive(options: DialOptions): Promise<number> {
  const config = await loadConfig(options.config);
  const dialled = options.number ?? firstNumber(config);
  const env = readEnvironment([
    'LIVEKIT_URL',
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
    'TONEGATE_WORKER_URL',
  ]);
  const workerUrl =
    env.TONEGATE_WORKER_URL.reveal() || `http://${config.http.host}:${config.http.port}`;
  // The native media library is loaded only here: the simulation does without.
  const { closeMedia, joinAsCaller } = await import('../livekit/phone.ts');
  const api = {
    host: env.LIVEKIT_URL.reveal(),
    key: env.LIVEKIT_API_KEY.reveal(),
    secret: env.LIVEKIT_API_SECRET.reveal(),
  };
  using recording = recordingFor(options);
  const room = roomFor(dialled);
  const following = new AbortController();
  const observations = await followCall(workerUrl, room, following.signal);
  try {
    using terminal = openTerminal(process.stdin, process.stdout);
    terminal.say(`Calling ${dialled}. Keys: 0-9 * # · h hangs up.`);
    const phone = await joinAsCaller({
      api,
      room,
      agentName: config.agentName,
      dialled,
      calling: CALLING,
      headers: Object.fromEntries(options.header ?? []),
      trunkId: (await trunkIds(api)).get(trunkFor(dialled, config)?.name ?? '') ?? null,
      onSound: (source, samples) => recording?.hear(source, samples),
    });
    const attempt = (act: Promise<void>) =>
      void act.catch(() => terminal.say('The call is not there any more.'));
    terminal.connect({
      press: (key) => attempt(phone.press(key)),
      hangUp: () => attempt(phone.hangUp()),
    });
    onInterrupt(() => attempt(phone.hangUp()));

    // Our end of the call is over before the worker has kept its record and says so.
    const impatience = phone.ended.then(() => delay(ENDING_MS, undefined, { ref: false }));
    void impatience.then(() => following.abort());

    let exitCode: number | null = null;
    for await (const observation of observations) {
      terminal.watch(observation);
      if (observation.type !== 'call.ended') continue;
      exitCode = told(terminal, observation);
      break;
    }
    if (exitCode === null) terminal.say('Nobody answered.');
    await phone.ended;
    return exitCode ?? 1;
  } finally {
    following.abort();
    await closeMedia();
  }
}

export function firstNumber({ lines }: Config): string {
  return lines[0]?.numbers[0] ?? '';
}

/** How the call ended, in one line, and as an exit code. */
export function told(
  terminal: Terminal,
  call: { readonly ending: Ending; readonly auth: Auth },
): number {
  const { result, reason } = call.ending;
  const isGood = result === 'success' || result === 'caller';
  terminal.say(`Call ended: ${reason}, auth ${call.auth}.`, isGood ? 'good' : 'bad');
  return isGood ? 0 : 1;
}

/** The file that is to have what the caller hears; null where none is asked for. */
export function recordingFor({ record }: DialOptions): CallRecording | null {
  return record === undefined ? null : openCallRecording(record, () => performance.now());
}

/** Hangs up when somebody ends this program; a second time it ends at once. */
export function onInterrupt(hangUp: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, hangUp);
}
