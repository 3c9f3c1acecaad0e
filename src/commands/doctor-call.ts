// `tonegate doctor --listen`: what the next call really brings. Names and counts only.

import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { callFindings, keyFindings, lostCall, noCall } from '../doctor/call.ts';
import { type Finding, good } from '../doctor/finding.ts';
import { closeMedia, listenForCalls } from '../livekit/listening.ts';
import { routingNames } from '../livekit/provisioning.ts';
import { liveKitOf } from './doctor-system.ts';

export interface Listening {
  readonly config: string;
  /** How long to wait and listen in all; undefined: until the call ends. */
  readonly seconds: number | undefined;
}

/** Listens to one call; Ctrl-C ends it. Throws what is wrong with the configuration, or LiveKit's absence. */
export async function* listenToOneCall({
  config: file,
  seconds,
}: Listening): AsyncGenerator<Finding> {
  const config = await loadConfig(file);
  const api = liveKitOf(readEnvironment(['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']));
  const { trunks } = await routingNames(api);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop);
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  try {
    const listener = await listenForCalls(api);
    yield good('listening', 'waiting for the next call: dial one of the numbers now');
    const call = await listener.nextCall(stopped.signal);
    if (call === 'none') return yield noCall(seconds);
    if (call === 'gone') return yield lostCall();
    const name = trunks.get(call.facts.trunkId ?? '');
    yield* callFindings(
      call.facts,
      config.trunks.find((trunk) => trunk.name === name),
    );
    yield* keyFindings(await call.keys);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop);
    await closeMedia();
  }
}
