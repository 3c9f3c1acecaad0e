// What calls in a scenario share: the demo's lines, real recordings, store, tickets and log, a bank, and
// one virtual clock for all of it.

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { loadEdition } from '../../src/commands/edition.ts';
import { ticketIssuer } from '../../src/commands/ticket-issuer.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallRoute, CallWorld } from '../../src/ivr/call-world.ts';
import type { Happening } from '../../src/ivr/measures.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import type { Clip } from '../../src/ivr/ports.ts';
import {
  type ForeignPrompt,
  LOCALES,
  PROMPT_IDS,
  type PromptId,
} from '../../src/prompts/catalogue.ts';
import { openStore } from '../../src/store/open-store.ts';
import { generateSigningKey, jwks, loadSigningKey } from '../../src/ticket/keys.ts';
import { type FakeBank, openFakeBank } from './fake-bank.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The demo as it ships. */
const edition = await loadEdition('tonegate.yaml');
const recordings = edition.recordingsFor(null);
const signingKey = await loadSigningKey(await generateSigningKey());
const issueTicket = ticketIssuer(edition.config, signingKey);

/** A prompt as a scenario names it: in English by its id, else with its language. */
export type HeardPrompt = PromptId | ForeignPrompt;

/** Which prompt a clip is; a breath between two sentences is none. */
export const promptOf: ReadonlyMap<Clip, HeardPrompt> = new Map(
  LOCALES.flatMap((locale) =>
    PROMPT_IDS.map((id) => [
      recordings.clip(id, locale),
      locale === 'en' ? id : (`${locale}/${id}` as const),
    ]),
  ),
);

/** What desks check tickets against. */
export const publicKeys = jwks(signingKey);

/** 20 November 2026, ten o'clock. */
const EPOCH = Date.UTC(2026, 10, 20, 10);

export interface World extends CallWorld {
  readonly clock: VirtualClock;
  readonly bank: FakeBank;
  /** Everything logged, from trace up: one JSON object each. */
  readonly logged: readonly string[];
  readonly observed: readonly CallObservation[];
  readonly measured: readonly Happening[];
  kept(): Promise<readonly CallRecord[]>;
}

const trunkName = ({ trunkId }: CallRoute) => (trunkId === 'ST_1' ? 'bank-trunk' : null);

export async function openWorld(): Promise<World> {
  const clock = new VirtualClock();
  const bank = openFakeBank(clock);
  const { records, ...store } = await openStore('sqlite::memory:');
  onTestFinished(() => store[Symbol.asyncDispose]());
  const logged: string[] = [];
  const observed: CallObservation[] = [];
  const measured: Happening[] = [];
  const memory = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      logged.push(line);
      done();
    },
  });

  return {
    clock,
    bank,
    logged,
    observed,
    measured,
    async kept() {
      const all: CallRecord[] = [];
      for await (const record of records.list()) all.push(record);
      return all;
    },
    workerId: 'w1',
    edition: () => ({ ...edition, flowVersion: () => 'f1' }),
    trunkName,
    findTrunk: async (call) => trunkName(call),
    checkUpstream: async () => ({ kind: 'ignored', why: 'signature' }),
    backend: bank.backend,
    records: { ...records, append: (record) => clock.outside(records.append(record)) },
    issueTicket: (request) => clock.outside(issueTicket(request)),
    hashNumber: () => 'h4sh',
    log: pino({ level: 'trace' }, memory),
    observe: (observation) => observed.push(observation),
    measure: (happening) => measured.push(happening),
    now: () => EPOCH + clock.now(),
    monotonic: () => clock.now(),
  };
}
