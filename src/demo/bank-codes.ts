// The demo bank's own one-time codes. Promises: a code is accepted once, within its life, in the call it was
// sent for, and only while its challenge has tries left.

import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Outbox } from './bank-outbox.ts';

const CODE_DIGITS = 6;
const LIFE_MS = 5 * 60_000;
const TRIES = 5;
const CHALLENGES_KEPT = 1000;

/** `unknown`: this process has no such challenge. */
type CodeVerdict = 'accepted' | 'refused' | 'unknown';

export interface CodeDesk {
  /** Sends a fresh code to `phone`; answers the challenge to check it against. */
  send(phone: string, call: string): string;
  check(challenge: string, call: string, code: string): CodeVerdict;
  /** The phone that this challenge was sent to. */
  phoneOf(challenge: string): string | undefined;
}

interface Challenge {
  readonly phone: string;
  readonly call: string;
  readonly code: Buffer;
  readonly expiresAt: number;
  triesLeft: number;
}

/** Opens a code desk that sends over `outbox`; `now` is the clock in milliseconds. */
export function openCodeDesk(outbox: Outbox, now: () => number): CodeDesk {
  const challenges = new Map<string, Challenge>();

  return {
    phoneOf: (id) => challenges.get(id)?.phone,

    send(phone, call) {
      const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
      const id = `ch_${randomBytes(12).toString('base64url')}`;
      challenges.set(id, {
        phone,
        call,
        code: Buffer.from(code),
        expiresAt: now() + LIFE_MS,
        triesLeft: TRIES,
      });
      const [oldest] = challenges.keys();
      if (challenges.size > CHALLENGES_KEPT && oldest) challenges.delete(oldest);

      const text = `Your code is ${code}. It is only for a call YOU made to Demo Bank. Never tell it to anybody.`;
      outbox.put({ to: phone, text, code });
      return id;
    },

    check(id, call, code) {
      const challenge = challenges.get(id);
      if (!challenge) return 'unknown';
      if (challenge.call !== call || now() >= challenge.expiresAt || challenge.triesLeft === 0) {
        return 'refused';
      }
      challenge.triesLeft -= 1;
      const given = Buffer.from(code);
      if (given.length !== CODE_DIGITS || !timingSafeEqual(given, challenge.code)) return 'refused';
      challenge.triesLeft = 0;
      return 'accepted';
    },
  };
}
