// What calls of the bench share: put together as a worker does it, but for LiveKit.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type BreakerHooks, withBreakers, withSmsBreaker } from '../src/backend/breaker.ts';
import { createHttpBackend } from '../src/backend/http-backend.ts';
import { createSmsWebhook } from '../src/backend/sms-webhook.ts';
import { loadEdition } from '../src/commands/edition.ts';
import { noteSeal } from '../src/ivr/call-note.ts';
import type { CallWorld } from '../src/ivr/call-world.ts';
import { ALONE } from '../src/ivr/lease.ts';
import { keyedHashes } from '../src/ivr/verification/keyed-hashes.ts';
import { openOutages } from '../src/ivr/verification/outages.ts';
import { drawFloorMs } from '../src/ivr/verification/pace.ts';
import { Secret } from '../src/machines/secret.ts';
import type { Store } from '../src/store/open-store.ts';

const edition = await loadEdition(fileURLToPath(new URL('tonegate.yaml', import.meta.url)));

export interface WorldOptions {
  readonly bankUrl: string;
  readonly smsUrl: string;
  /** For both. */
  readonly token: Secret;
  readonly store: Store;
  /** Whether answers are held back. */
  readonly held: boolean;
}

export function openWorld({ bankUrl, smsUrl, token, store, held }: WorldOptions): CallWorld {
  const { timeoutSeconds } = edition.config.backend;
  const unwatched: BreakerHooks = { onAsked: () => undefined, onBreaker: () => undefined };
  const outages = openOutages(() => performance.now(), { setTimeout, clearTimeout });
  const backend = createHttpBackend({ url: bankUrl, token, timeoutSeconds });
  const sms = createSmsWebhook({ url: smsUrl, token, timeoutSeconds });
  return {
    workerId: 'bench',
    log: pino({ level: 'silent' }),
    edition: () => edition,
    trunkName: () => null,
    findTrunk: async () => null,
    checkUpstream: async () => ({ kind: 'ignored', why: 'signature' }),
    backend: outages.watchBackend(withBreakers(backend, unwatched)),
    outages,
    sms: outages.watchSms(withSmsBreaker(sms, unwatched)),
    codes: store.codes,
    tries: {
      ...store.tries,
      // As long as ever, but nobody is alarmed: everybody fails here, and codes must go on being sent.
      async rate(windowMs) {
        await store.tries.rate(windowMs);
        return { checks: 0, failed: 0 };
      },
    },
    records: store.records,
    issueTicket: () => Promise.reject(new Error('no caller of the bench is handed over')),
    hashes: keyedHashes(Secret.of(randomUUID())),
    notes: noteSeal(Secret.of(randomUUID())),
    lease: ALONE,
    floorMs: held ? drawFloorMs : () => 0,
    observe: () => undefined,
    measure: () => undefined,
    now: Date.now,
    monotonic: () => performance.now(),
  };
}
