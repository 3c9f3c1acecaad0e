// How much the stores do: each thing that verification and records ask of them, by one caller at a time and by
// many, on SQLite in a file and on a PostgreSQL server.

import { randomBytes, randomUUID } from 'node:crypto';
import type { LockOutPolicy } from '../src/ivr/ports.ts';
import { openStore, type Store } from '../src/store/open-store.ts';
import { createDatabase, setup as findPostgres, withClient } from '../test/kit/postgres.ts';
import { callRecord } from '../test/store/records.ts';
import { spread } from './statistics.ts';
import { temporaryFolder } from './temporary-folder.ts';

const RUN_MS = 2500;
const WARM_UP_MS = 300;
const AT_ONCE = [1, 20] as const;

/** Of the demo. */
const POLICY: LockOutPolicy = {
  softAfter: 5,
  softMs: 30_000,
  softLongestMs: 3_600_000,
  hardAfter: 15,
  hardMs: 86_400_000,
};

interface Operation {
  readonly name: string;
  readonly run: (store: Store) => Promise<void>;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'take a try, settle it',
    async run({ tries }) {
      const taking = await tries.take('check', 'passcode', randomUUID(), randomUUID(), POLICY);
      if (taking.kind === 'locked') throw new Error('no try was left at a new account');
      await tries.settle(taking.id, 'accepted');
    },
  },
  {
    name: 'keep a code, submit, consume',
    async run({ codes }) {
      const challenge = randomUUID();
      await codes.keep({ challenge, digest: randomBytes(32), ttlMs: 300_000, submissions: 3 });
      const digest = await codes.submit(challenge);
      if (digest === null || !(await codes.consume(challenge))) throw new Error('the code is gone');
    },
  },
  {
    name: 'begin a call, append its record',
    async run({ records }) {
      const record = callRecord({ id: randomUUID() });
      await records.begin(record);
      await records.append(record);
    },
  },
];

export interface Speed {
  readonly database: string;
  readonly operation: string;
  readonly atOnce: number;
  readonly perSecond: number;
  /** From asking to the last answer, in milliseconds. */
  readonly medianMs: number;
  readonly p95Ms: number;
}

export interface StoreSpeeds {
  readonly speeds: readonly Speed[];
  /** What decides how fast PostgreSQL may be. */
  readonly postgres: Readonly<Record<'server_version' | 'fsync' | 'synchronous_commit', string>>;
}

export async function measureStores(): Promise<StoreSpeeds> {
  using folder = temporaryFolder();
  const speeds = await measure('SQLite', `sqlite:${folder.path}/store.db`);
  const done = await findPostgres();
  try {
    const database = await createDatabase();
    try {
      speeds.push(...(await measure('PostgreSQL', database.url)));
      return { speeds, postgres: await settingsOf(database.url) };
    } finally {
      await database.drop();
    }
  } finally {
    await done();
  }
}

async function measure(database: string, url: string): Promise<Speed[]> {
  await using store = await openStore(url);
  const speeds: Speed[] = [];
  for (const { name, run } of OPERATIONS) {
    for (const atOnce of AT_ONCE) {
      await repeat(() => run(store), atOnce, WARM_UP_MS);
      const { times, ms } = await repeat(() => run(store), atOnce, RUN_MS);
      const { n, median, p95 } = spread(times);
      const perSecond = (n * 1000) / ms;
      speeds.push({ database, operation: name, atOnce, perSecond, medianMs: median, p95Ms: p95 });
    }
  }
  return speeds;
}

/** Runs it over and over for `ms`, so many at once. */
async function repeat(run: () => Promise<void>, atOnce: number, ms: number) {
  const times: number[] = [];
  const began = performance.now();
  async function worker(): Promise<void> {
    for (let asked = performance.now(); asked < began + ms; asked = performance.now()) {
      await run();
      times.push(performance.now() - asked);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { times, ms: performance.now() - began };
}

async function settingsOf(url: string): Promise<StoreSpeeds['postgres']> {
  const names = ['server_version', 'fsync', 'synchronous_commit'] as const;
  const values = names.map((name) => `current_setting('${name}') as ${name}`);
  const { rows } = await withClient(url, (client) => client.query(`select ${values.join(', ')}`));
  return rows[0];
}
