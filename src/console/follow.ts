// Follows calls from outside their worker: the observations that a worker of the local system shows
// (server-sent events, CONTRACT §2). Knows HTTP and the shape of an observation, nothing else.

import { IvrFault } from '../ivr/fault.ts';
import type { CallObservation } from '../ivr/observation.ts';

/**
 * Starts following the call in a room, which need not be there yet; null: all calls. Once this has resolved, nothing
 * is missed. Throws `IVR_STACK` where no worker shows its calls; the observations end with `signal`.
 */
export async function followCall(
  workerUrl: string,
  room: string | null,
  signal: AbortSignal,
): Promise<AsyncIterable<CallObservation>> {
  const messages = events(await open(workerUrl, room, signal), signal);
  const first = await messages.next();
  if (first.done || first.value.event !== 'watching') throw notShown(workerUrl);
  return (async function* () {
    for await (const { data } of messages) yield JSON.parse(data) as CallObservation;
  })();
}

async function open(
  workerUrl: string,
  room: string | null,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  try {
    const which = room === null ? '' : `?room=${encodeURIComponent(room)}`;
    const { ok, body } = await fetch(`${workerUrl}/events${which}`, { signal });
    if (ok && body !== null) return body;
  } catch {
    signal.throwIfAborted();
  }
  throw notShown(workerUrl);
}

/** The events of a stream, each with its name (`message` unless given) and its data. */
async function* events(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  let waiting = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (waiting + chunk).split('\n\n');
      waiting = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split('\n')
            .filter((line) => line.startsWith(`${name}:`))
            .map((line) => line.slice(name.length + 1).trimStart())
            .join('\n');
        yield { event: field('event') || 'message', data: field('data') };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function notShown(workerUrl: string): IvrFault {
  return new IvrFault(
    'IVR_STACK',
    `no worker shows its calls at ${workerUrl}: start the local system with "npm start", or do without a server (dial --simulate, qa without --live)`,
  );
}
