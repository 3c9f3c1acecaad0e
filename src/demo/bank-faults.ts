// How the demo bank misbehaves on demand (`POST /faults`): what a bank's server, or the network before
// it, may do to a caller in the middle of a call; to all callers, or to those of one account.

import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export const faultSchema = z.strictObject({
  route: z.enum(['lookup', 'knowledge', 'otp', 'check', 'sim', 'sms']),
  mode: z.enum(['ok', 'slow', '500', 'hang', 'garbage', 'drop', 'schema', 'empty', 'redirect']),
  /** Account number; absent: all, but for those that have a mode of their own. */
  account: z.string().min(1).max(64).optional(),
});

type Fault = z.output<typeof faultSchema>;

export const BANK_ROUTES = faultSchema.shape.route.options;
export type BankRoute = Fault['route'];
export type FaultMode = Fault['mode'];

export const SLOW_MS = 3000;

/** JSON, and for every route almost the right answer. */
const NEARLY = {
  ref: 42,
  accepted: 'true',
  challenge: '',
  destination: '15551230001',
  changedWithinHours: 'never',
} as const;

export interface Faults {
  set(fault: Fault): void;
  /**
   * Misbehaves as set for the route and the account that the request is about; null: answer as usual now.
   * `hang` and `drop` never settle.
   */
  meet(
    route: BankRoute,
    account: string | undefined,
    request: IncomingMessage,
  ): Promise<Response | null>;
}

/** All routes start `ok`; when `closing` aborts, slow answers are given up. */
export function createFaults(closing: AbortSignal): Faults {
  const everybody = new Map<BankRoute, FaultMode>();
  const single = new Map<string, FaultMode>();

  return {
    set({ route, mode, account }) {
      if (account === undefined) everybody.set(route, mode);
      else single.set(`${route} ${account}`, mode);
    },

    async meet(route, account, request) {
      const mode = single.get(`${route} ${account}`) ?? everybody.get(route) ?? 'ok';
      switch (mode) {
        case 'ok':
          return null;
        case 'slow':
          await delay(SLOW_MS, undefined, { signal: closing });
          return null;
        case 'drop':
          request.socket.destroy();
          return forever();
        case 'hang':
          return forever();
        case '500':
          return Response.json({ error: 'the demo bank was told to fail' }, { status: 500 });
        case 'garbage':
          return json('{"accepted":true,\u0000<html>');
        case 'schema':
          return Response.json(NEARLY);
        case 'empty':
          return json('');
        case 'redirect':
          return new Response(null, { status: 307, headers: { location: '/elsewhere' } });
        default:
          return mode satisfies never;
      }
    },
  };
}

/** Holds no timer and no socket: does not keep the process alive. */
function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function json(body: string): Response {
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
