// What calls in a scenario share: the demo's lines, real recordings, store, tickets and log, a bank, and
// one virtual clock for all of it.

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { ticketIssuer } from '../../src/commands/ticket-issuer.ts';
import { linePlans } from '../../src/config/line-plans.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import type { Clip } from '../../src/ivr/ports.ts';
import { AUDIO_DIR, loadRecordings } from '../../src/ivr/recordings.ts';
import { catalogue, PROMPT_IDS, type PromptId } from '../../src/prompts/catalogue.ts';
import { openStore } from '../../src/store/open-store.ts';
import { generateSigningKey, jwks, loadSigningKey } from '../../src/ticket/keys.ts';
import { type FakeBank, openFakeBank } from './fake-bank.ts';
import { VirtualClock } from './virtual-clock.ts';

const recordings = await loadRecordings(AUDIO_DIR, catalogue, ['en']);
const config = await loadConfig('tonegate.yaml');
const planFor = linePlans(config);
const signingKey = await loadSigningKey(await generateSigningKey());
const issueTicket = ticketIssuer(config, signingKey);

/** Which prompt a clip is; a breath between two sentences is none. */
export const promptOf: ReadonlyMap<Clip, PromptId> = new Map(
  PROMPT_IDS.map((id) => [recordings.clip(id, 'en'), id]),
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
  kept(): Promise<readonly CallRecord[]>;
}

export async function openWorld(): Promise<World> {
  const clock = new VirtualClock();
  const bank = openFakeBank(clock);
  const { records, ...store } = await openStore('sqlite::memory:');
  onTestFinished(() => store[Symbol.asyncDispose]());
  const logged: string[] = [];
  const observed: CallObservation[] = [];
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
    async kept() {
      const all: CallRecord[] = [];
      for await (const record of records.list()) all.push(record);
      return all;
    },
    workerId: 'w1',
    flowVersion: () => 'f1',
    planFor,
    trunkName: (id) => (id === 'ST_1' ? 'bank-trunk' : null),
    recordings,
    backend: bank.backend,
    records: { ...records, append: (record) => clock.outside(records.append(record)) },
    issueTicket: (request) => clock.outside(issueTicket(request)),
    hashNumber: () => 'h4sh',
    log: pino({ level: 'trace' }, memory),
    observe: (observation) => observed.push(observation),
    now: () => EPOCH + clock.now(),
    monotonic: () => clock.now(),
  };
}
