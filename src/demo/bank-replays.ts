// Idempotency of the demo bank: the same request under the same key is answered again, not done again.
// Keeps digests of requests, never requests.

import { createHash } from 'node:crypto';

const ANSWERS_KEPT = 1000;

export interface Replays<Answer> {
  /** Does `act` once per key; null: the key stands for another request already. */
  once(key: string, request: string, act: () => Answer): Answer | null;
}

/** Remembers the last answers, oldest forgotten first. */
export function createReplays<Answer>(): Replays<Answer> {
  const given = new Map<string, { readonly digest: string; readonly answer: Answer }>();

  return {
    once(key, request, act) {
      const digest = createHash('sha256').update(request).digest('base64');
      const before = given.get(key);
      if (before) return before.digest === digest ? before.answer : null;

      const answer = act();
      given.set(key, { digest, answer });
      const [oldest] = given.keys();
      if (given.size > ANSWERS_KEPT && oldest !== undefined) given.delete(oldest);
      return answer;
    },
  };
}
