// What calls in a scenario share: the demo's lines, real recordings, store, tickets and log, a bank, and
// one virtual clock for all of it.

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { loadEdition } from '../../src/commands/edition.ts';
import { ticketIssuer } from '../../src/commands/ticket-issuer.ts';
import { VirtualClock } from '../../src/console/virtual-clock.ts';
import {
  type CodesBy,
  openSimulatedBank,
  type SimulatedBank,
} from '../../src/demo/simulated-bank.ts';
import { noteSeal } from '../../src/ivr/call-note.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallRoute, CallWorld } from '../../src/ivr/call-world.ts';
import { ALONE } from '../../src/ivr/lease.ts';
import type { Happening } from '../../src/ivr/measures.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import type { Clip } from '../../src/ivr/ports.ts';
import { keyedHashes } from '../../src/ivr/verification/keyed-hashes.ts';
import { openOutages } from '../../src/ivr/verification/outages.ts';
import { Secret } from '../../src/machines/secret.ts';
import {
  type ForeignPrompt,
  LOCALES,
  PROMPT_IDS,
  type PromptId,
} from '../../src/prompts/catalogue.ts';
import { recordSchema } from '../../src/records/record-schema.ts';
import { openStore } from '../../src/store/open-store.ts';
import { generateSigningKey, jwks, loadSigningKey } from '../../src/ticket/keys.ts';
import { type FakeCodes, type FakeTries, openFakeCodes, openFakeTries } from './fake-stores.ts';

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

const pepper = Secret.of('pepper-of-at-least-32-characters-01');
/** Of every world here. */
export const hashes = keyedHashes(pepper);
export const notes = noteSeal(pepper);

/** 20 November 2026, ten o'clock. */
const EPOCH = Date.UTC(2026, 10, 20, 10);

export interface World extends CallWorld {
  readonly clock: VirtualClock;
  readonly bank: SimulatedBank;
  readonly tries: FakeTries;
  readonly codes: FakeCodes;
  /** Everything logged, from trace up: one JSON object each. */
  readonly logged: readonly string[];
  readonly observed: readonly CallObservation[];
  readonly measured: readonly Happening[];
  kept(): Promise<readonly CallRecord[]>;
}

const trunkName = ({ trunkId }: CallRoute) => (trunkId === 'ST_1' ? 'bank-trunk' : null);

/** What workers have in common, and what is still there after a restart. */
type Shared = Pick<World, 'clock' | 'bank' | 'tries' | 'codes' | 'records' | 'sms'>;

async function openShared(codesBy: CodesBy): Promise<Shared> {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const bank = openSimulatedBank(clock, codesBy);
  const { records, ...store } = await openStore('sqlite::memory:');
  onTestFinished(() => store[Symbol.asyncDispose]());
  return {
    clock,
    bank,
    tries: openFakeTries(now),
    codes: openFakeCodes(now),
    records: {
      ...records,
      begin: (record, note) => clock.outside(records.begin(record, note)),
      append: (record) => clock.outside(records.append(record)),
    },
    sms: codesBy === 'us' ? bank.sms : null,
  };
}

/** A worker's world; or one more worker's, on the same store and bank as `beside`. */
export async function openWorld(
  options: { readonly codesBy?: CodesBy; readonly beside?: World } = {},
): Promise<World> {
  const shared = options.beside ?? (await openShared(options.codesBy ?? 'bank'));
  const { clock, bank, tries, codes, records, sms } = shared;
  const outages = openOutages(() => clock.now(), clock);
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
      for await (const kept of records.list()) {
        recordSchema.parse(kept);
        const { prev, hash, seq, ...record } = kept;
        all.push(record);
      }
      return all;
    },
    workerId: `w${Number(options.beside?.workerId.slice(1) ?? 0) + 1}`,
    edition: () => ({ ...edition, flowVersion: () => 'f1' }),
    trunkName,
    findTrunk: async (call) => trunkName(call),
    checkUpstream: async () => ({ kind: 'ignored', why: 'signature' }),
    backend: outages.watchBackend(bank.backend),
    outages,
    records,
    tries,
    codes,
    sms: sms && outages.watchSms(sms),
    issueTicket: (request) => clock.outside(issueTicket(request)),
    hashes,
    notes,
    lease: ALONE,
    floorMs: () => 0,
    log: pino({ level: 'trace' }, memory),
    observe: (observation) => observed.push(observation),
    measure: (happening) => measured.push(happening),
    now: () => EPOCH + clock.now(),
    monotonic: () => clock.now(),
  };
}
