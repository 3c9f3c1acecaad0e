// What the bank's server and the sender of messages cannot answer now, as this worker's calls have met it.
// Promises that a question nobody is asked, since there is no such account, ends as it ended the last time that
// somebody was asked: otherwise an outage of one route would tell which accounts there are.

import { IvrFault } from '../fault.ts';
import type { Backend, SmsSender } from '../ports.ts';
import { type Clock, wait } from '../waiting.ts';
import { portFault } from './port-fault.ts';

/** What is asked of an account that has been found. */
export type AskedOfAccount = 'knowledge' | 'sim' | 'otp' | 'check' | 'sms';

export interface Outages {
  /** The same, with a note of how each question ended; where breakers are, around them. */
  watchBackend(backend: Backend): Backend;
  watchSms(sms: SmsSender): SmsSender;
  /**
   * Asks nobody. Done at once where the last question was answered, or none was asked yet; rejects like that one
   * where it was not, after as long a time.
   */
  liveThrough(asked: AskedOfAccount, signal: AbortSignal): Promise<void>;
}

/** `monotonic`: milliseconds. */
export function openOutages(monotonic: () => number, clock: Clock): Outages {
  /** Questions whose last answer was none, and how long that took. */
  const away = new Map<AskedOfAccount, { readonly tookMs: number }>();

  async function noted<Answer>(
    asked: AskedOfAccount,
    signal: AbortSignal,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const askedAt = monotonic();
    try {
      const answer = await ask();
      away.delete(asked);
      return answer;
    } catch (error) {
      const isOut = !signal.aborted && portFault(error) === 'unavailable';
      if (isOut) away.set(asked, { tookMs: monotonic() - askedAt });
      throw error;
    }
  }

  return {
    watchBackend: (backend) => ({
      ...backend,
      checkKnowledge: (ref, factor, value, request) =>
        noted('knowledge', request.signal, () =>
          backend.checkKnowledge(ref, factor, value, request),
        ),
      simChangedWithinHours: (ref, request) =>
        noted('sim', request.signal, () => backend.simChangedWithinHours(ref, request)),
      sendCode: (ref, purpose, request) =>
        noted('otp', request.signal, () => backend.sendCode(ref, purpose, request)),
      checkCode: (challenge, code, request) =>
        noted('check', request.signal, () => backend.checkCode(challenge, code, request)),
    }),

    watchSms: (sms) => ({
      send: (message, signal) => noted('sms', signal, () => sms.send(message, signal)),
    }),

    async liveThrough(asked, signal) {
      const outage = away.get(asked);
      if (outage === undefined) return;
      if (outage.tookMs > 0) await wait(clock, outage.tookMs, signal);
      throw new IvrFault(
        asked === 'sms' ? 'IVR_SMS_UNAVAILABLE' : 'IVR_BACKEND_UNAVAILABLE',
        `"${asked}" gave no usable answer when it was asked last: it has none for an account that does not exist either.`,
      );
    },
  };
}
