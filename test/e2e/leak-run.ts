// One run of a system that is looked at for leaks: all calls are made, everything is read, the system is stopped.

import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { Canary } from '../kit/canary.ts';
import { type CanaryBank, startCanaryBank } from '../kit/canary-bank.ts';
import {
  type Customer,
  callerCanary,
  customerCanaries,
  keyedBirthDate,
  keyedCanary,
  newCustomer,
  secretCanary,
  WRONG_CODE,
} from '../kit/canary-customers.ts';
import { createDatabase, setup, withClient } from '../kit/postgres.ts';
import { type Call, liveThrough } from './leak-callers.ts';
import { startWatchedDesk } from './leak-desk.ts';
import { type Onlooker, startOnlooker } from './leak-onlooker.ts';
import { answersOf, commandOutputs, dumpOf, type Sinks, seenOf } from './leak-sinks.ts';
import { allSagas, PARTS, type Saga } from './leak-stories.ts';
import { type LeakSystem, newSecret, startLeakSystem, WATCHED_DESK } from './leak-system.ts';

/** Nobody listens to their sound. */
const CALLS_AT_ONCE = 5;
const STAGGER_MS = 700;
const LOOK_AGAIN_MS = 100;

export interface LeakRun extends AsyncDisposable {
  readonly calls: readonly Call[];
  readonly records: readonly CallRecord[];
  readonly sinks: Sinks;
  /** The numbers that called. */
  readonly callers: readonly Canary[];
  /** Everything else that nobody may read. */
  readonly others: readonly Canary[];
  readonly bank: CanaryBank;
  /** Name of its database, to which nobody is connected any more. */
  readonly database: string;
}

export async function runForLeaks(): Promise<LeakRun> {
  await using running = new AsyncDisposableStack();
  running.defer(await setup());
  const database = await createDatabase();
  running.defer(database.drop);
  const store = withPassword(database.url, newSecret());
  const secrets = {
    TONEGATE_PEPPER: newSecret(),
    TONEGATE_BACKEND_TOKEN: newSecret(),
    TONEGATE_SMS_TOKEN: newSecret(),
  };
  const pbx = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { sagas, tokens } = await allSagas(pbx.privateKey);
  const stories = sagas.flat();
  // Only the doctor knows this one.
  const doctors = newCustomer();
  const customers = [...new Set([doctors, ...stories.map(({ customer }) => customer)])];
  const bank = running.use(
    await startCanaryBank(customers, {
      bank: secrets.TONEGATE_BACKEND_TOKEN,
      sms: secrets.TONEGATE_SMS_TOKEN,
    }),
  );
  const options = { bankUrl: bank.url, store, secrets, pbxKey: pbx.publicKey };
  const system = running.use(await startLeakSystem(options));
  const { calls, sinks } = await makeCalls({ system, store, bank, sagas, doctors });

  const kept = running.move();
  return {
    calls,
    sinks,
    bank,
    database: database.name,
    records: recordsIn(sinks['tonegate calls --json']),
    callers: stories.map(({ from }) => callerCanary(from)),
    others: [
      ...customerCanaries(customers),
      ...keyed(customers, bank),
      ...tokens.map((token, nth) => secretCanary(`upstream token ${nth}`, token)),
      ...secretsOf(system),
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface Cast {
  readonly system: LeakSystem;
  readonly store: string;
  readonly bank: CanaryBank;
  readonly sagas: readonly Saga[];
  readonly doctors: Customer;
}

async function makeCalls({ system, store, bank, sagas, doctors }: Cast) {
  const calls: Call[] = [];
  let onlooker: Onlooker;
  let whileCallsRun: string;
  let afterwards: string;
  let outputs: Partial<Sinks>;
  let jobs: readonly string[];
  {
    await using desk = await startWatchedDesk(system.livekit, WATCHED_DESK);
    await using looking = await startOnlooker(system.livekit, system.workerUrl, store);
    onlooker = looking;
    const doctor = system.command('doctor', '--listen', '--seconds', '25');
    const waiting = [...sagas];
    const livesThroughAll = async (saga: Saga) => {
      for (const story of saga) calls.push(await liveThrough(story, system.sip, looking, bank));
    };
    // A process that has had no call yet reads headers late, and goes on without: some stories are about headers.
    await livesThroughAll(waiting.pop() ?? []);
    const caller = async (_: unknown, nth: number) => {
      // Being set up at once takes longer than headers are waited for.
      await sleep(nth * STAGGER_MS);
      for (let saga = waiting.shift(); saga !== undefined; saga = waiting.shift()) {
        await livesThroughAll(saga);
      }
    };
    const calling = Array.from({ length: CALLS_AT_ONCE }, caller);
    const all = Promise.all(calling);
    // Awaited when the first one is done.
    all.catch(() => undefined);
    await calling[0];
    whileCallsRun = await answersOf(system);
    await all;
    await untilRecorded(store, calls.length);
    outputs = {
      'tonegate doctor --listen': await doctor,
      ...(await commandOutputs(system, doctors)),
    };
    afterwards = await answersOf(system);
    jobs = desk.jobs;
  }
  await system.stop();
  const sinks = {
    ...outputs,
    ...(await seenOf(system, onlooker, calls)),
    'the jobs of a desk': jobs.join('\n'),
    'the answers of the worker while calls run': whileCallsRun,
    'the answers of the worker afterwards': afterwards,
    'the dump of the store': await dumpOf(store),
  };
  return { calls, sinks: sinks as Sinks };
}

/** LiveKit may tell of a hang-up late: 20 s in 3 of 90 calls (server v1.13.5). */
async function untilRecorded(store: string, calls: number): Promise<void> {
  await withClient(store, async (client) => {
    for (;;) {
      const { rowCount } = await client.query('select seq from call_records');
      if (rowCount === calls) return;
      await sleep(LOOK_AGAIN_MS);
    }
  });
}

/** A server that trusts whoever comes over loopback reads no password. */
function withPassword(url: string, password: string): string {
  const secret = new URL(url);
  secret.password ||= password;
  return secret.href;
}

function recordsIn(output: string): CallRecord[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

/** What was keyed besides whole entries of the customers; codes of ours are known to the sender only. */
function keyed(customers: readonly Customer[], bank: CanaryBank): Canary[] {
  const parts = customers.flatMap((customer) => [
    customer.account.slice(0, PARTS.account),
    customer.passcode.slice(0, PARTS.passcode),
    keyedBirthDate(customer).slice(0, PARTS.birthDate),
    customer.code?.slice(0, PARTS.code) ?? WRONG_CODE,
  ]);
  const codes = customers.flatMap((customer) => bank.codeOf(customer) ?? []);
  return [...new Set([...parts, ...codes, WRONG_CODE])].map(keyedCanary);
}

function secretsOf({ generated }: LeakSystem): Canary[] {
  const { TONEGATE_SIGNING_KEY = '', TONEGATE_STORE = '', ...rest } = generated;
  const [, key = ''] = TONEGATE_SIGNING_KEY.split('\\n');
  const names = [
    'TONEGATE_PEPPER',
    'TONEGATE_BACKEND_TOKEN',
    'TONEGATE_SMS_TOKEN',
    'LIVEKIT_API_SECRET',
  ];
  return [
    secretCanary('signing key', key),
    secretCanary('password of the database', decodeURIComponent(new URL(TONEGATE_STORE).password)),
    ...names.map((name) => secretCanary(name, rest[name] ?? '')),
  ];
}
