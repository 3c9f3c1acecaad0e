// What the page asks of its server. A refusal becomes an error whose message is for people.

import type { CallObservation } from '../../ivr/observation.ts';

/** Asks and reads JSON. */
export async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const sent =
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
  const answer = await fetch(path, sent).catch(() => null);
  if (answer === null) throw new Error('The local system does not answer. Is “npm start” running?');
  const read = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(sentence(read.why ?? `the server answered ${answer.status}`));
  return read as Answer;
}

const RETRY_MS = 1000;

/**
 * Follows the call in a room, which need not be there yet: once this has resolved nothing is missed. Goes on by
 * itself when another worker takes over, until the returned function is called.
 */
export async function follow(
  room: string,
  onSeen: (observation: CallObservation) => void,
): Promise<() => void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let source: EventSource;
  let isOpen = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(`api/rooms/${encodeURIComponent(room)}/events`);
    source.addEventListener('watching', () => {
      isOpen = true;
      resolve();
    });
    source.addEventListener('message', ({ data }) => onSeen(JSON.parse(data)));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      if (isOpen) again = setTimeout(open, RETRY_MS);
      else reject(new Error('No worker shows its calls. Is it running, under “npm start”?'));
    });
  };
  open();
  await promise;
  return () => {
    clearTimeout(again);
    source.close();
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace('..', '.');
}
