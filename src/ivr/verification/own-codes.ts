// One-time codes of our own, for a backend that names a number and leaves the rest to us. Promises: drawn by a
// secure generator, kept as a digest only, good for one message, account, call and purpose, accepted once, and
// void when it could not be sent. A code goes to the destination that the backend named and nowhere else.

import { randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../machines/secret.ts';
import type { Locale } from '../../prompts/catalogue.ts';
import type { CodeStore, SmsSender } from '../ports.ts';
import { codeMessage } from './code-message.ts';
import type { CodeBinding, KeyedHashes } from './keyed-hashes.ts';

/** What a code of this call is good for, whichever message it came with. */
export type CodeUse = Omit<CodeBinding, 'challenge'>;

interface CodeLife {
  readonly ttlMs: number;
  /** Of the step. */
  readonly tries: number;
}

export interface CodeOrder extends CodeLife {
  /** E.164, as the backend named it. */
  readonly destination: Secret;
  /** 6 to 8. */
  readonly digits: number;
  readonly locale: Locale;
  /** The number that the caller has called. */
  readonly dialled: string;
}

export interface OwnCodes {
  /** Sends a fresh code; answers its challenge. Whatever goes wrong, the code is void. */
  send(order: CodeOrder, use: CodeUse, signal: AbortSignal): Promise<string>;
  /** Whether this is the code, for this use, for the first time. Uses up one submission. */
  check(challenge: string, code: Secret, use: CodeUse, signal: AbortSignal): Promise<boolean>;
  revoke(challenge: string): Promise<void>;
  /** Do in the store what is done there for a code, for nobody: it takes as long, and nothing is ever right. */
  pretendToSend(life: CodeLife): Promise<void>;
  pretendToCheck(): Promise<void>;
  pretendToRevoke(): Promise<void>;
}

/** However many tries the step has (PSD2 RTS Art. 4 §3 b: at most five failed attempts). */
const SUBMISSIONS = 5;

export function ownCodes(store: CodeStore, sms: SmsSender, hashes: KeyedHashes): OwnCodes {
  const keep = (digest: Uint8Array, challenge: string, { ttlMs, tries }: CodeLife) =>
    store.keep({ challenge, digest, ttlMs, submissions: Math.min(tries, SUBMISSIONS) });

  return {
    async send(order, use, signal) {
      const challenge = randomUUID();
      const code = drawCode(order.digits);
      const text = codeMessage(code, order.dialled, order.locale);
      try {
        await keep(hashes.code({ ...use, challenge }, code), challenge, order);
        signal.throwIfAborted();
        const { destination: to, locale, ttlMs } = order;
        const { call, purpose: line } = use;
        await sms.send({ to, code, text, locale, line, call, ttlSeconds: ttlMs / 1000 }, signal);
        signal.throwIfAborted();
        return challenge;
      } catch (error) {
        // It may have been sent all the same. What stopped it counts, not whether this works, too.
        await store.revoke(challenge).catch(() => undefined);
        throw error;
      } finally {
        code.wipe();
        text.wipe();
      }
    },

    async check(challenge, code, use, signal) {
      const digest = await store.submit(challenge);
      signal.throwIfAborted();
      if (digest === null) return false;
      const given = hashes.code({ ...use, challenge }, code);
      if (digest.length !== given.length || !timingSafeEqual(digest, given)) return false;
      return store.consume(challenge);
    },

    revoke: (challenge) => store.revoke(challenge),

    pretendToSend: (life) => keep(randomBytes(32), randomUUID(), life),

    async pretendToCheck() {
      await store.submit(randomUUID());
    },

    pretendToRevoke: () => store.revoke(randomUUID()),
  };
}

function drawCode(digits: number): Secret {
  return Secret.of(String(randomInt(10 ** digits)).padStart(digits, '0'));
}
