// A bank that knows everybody and finds everything right, but takes its time: its answer comes when nothing else is
// said to the caller, so that what is heard next is what the answer brought. Notes when it answered.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { bodyOf, type LoopbackServer, startLoopbackServer } from '../loopback-server.ts';
import { now } from './clock.ts';

/** Longer than answers are held back, and than the word that bridges the wait: 1.6 s and 1.4 s. */
const ANSWERS_AFTER_MS = 3400;

export interface Verdict {
  /** When the answer was on its way, by the machine's clock. */
  readonly at: number;
  /** How many keys it is about. */
  readonly keys: number;
}

export interface SlowBank extends LoopbackServer {
  /** What was answered about an account, in order. */
  verdicts(account: string): readonly Verdict[];
}

export async function startSlowBank(): Promise<SlowBank> {
  const verdicts = new Map<string, Verdict[]>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await bodyOf(request)).toString()) as {
      account?: string;
      value?: string;
    };
    const account = body.account ?? /^\/accounts\/ref-(\d+)\//.exec(request.url ?? '')?.[1] ?? '';
    const entry = body.account ?? body.value?.replaceAll('-', '') ?? '';
    const answer =
      body.account === undefined
        ? { accepted: true }
        : {
            ref: `ref-${account}`,
            factors: ['birthDate', 'passcode'],
            otp: { available: false, to: null },
          };
    await delay(ANSWERS_AFTER_MS);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    const known = verdicts.get(account) ?? [];
    verdicts.set(account, [...known, { at: now(), keys: entry.length }]);
  }

  const server = await startLoopbackServer(serve);
  return { ...server, verdicts: (account) => verdicts.get(account) ?? [] };
}
