import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { startRounds } from '../../src/commands/rounds.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import { createLease } from '../../src/ivr/lease.ts';
import { withBacklog } from '../../src/ivr/record-backlog.ts';
import { findSeals } from '../../src/records/seal.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../../src/ticket/keys.ts';

const key = await loadSigningKey(await generateSigningKey());

function logTo(lines: Record<string, unknown>[]) {
  const memory = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      lines.push(JSON.parse(line));
      done();
    },
  });
  return pino({ level: 'trace' }, memory);
}

function rounds(store: Pick<Store, 'records' | 'chain'>) {
  const logged: Record<string, unknown>[] = [];
  const log = logTo(logged);
  const records = withBacklog(store.records, log);
  const running = startRounds({
    lease: createLease({
      workerId: 'w1',
      records,
      running: () => [],
      giveUp: () => undefined,
      onLost: () => undefined,
      monotonic: () => performance.now(),
      log,
    }),
    records,
    chain: store.chain,
    sealer: { issuer: 'tonegate', key, now: Date.now },
    log,
  });
  return { running, records, logged, said: () => logged.map(({ msg }) => msg) };
}

/** A store that fails to take records so many times. */
function failing({ records }: Store, times: number): Store['records'] {
  let left = times;
  return {
    ...records,
    append(record) {
      left -= 1;
      if (left < 0) return records.append(record);
      return Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'as told'));
    },
  };
}

const record = (id: string) =>
  ({ id, workerId: 'w1', endedAt: '2026-11-20T10:00:00.000Z' }) as CallRecord;

test('the last round seals the records, and leaves the seal in the log', async () => {
  await using store = await openStore('sqlite::memory:');
  const { running, logged, said } = rounds(store);
  await store.records.append(record('c1'));
  await running[Symbol.asyncDispose]();
  expect(said()).toContain('records sealed');
  const [seal] = findSeals(JSON.stringify(logged));
  expect(seal).toMatchObject({ seq: 1, purged: false });
  expect(seal?.hash).toBe((await store.chain.head())?.hash);
});

test('with nothing to seal nothing is said', async () => {
  await using store = await openStore('sqlite::memory:');
  const { running, logged } = rounds(store);
  await running[Symbol.asyncDispose]();
  expect(logged).toEqual([]);
});

test('a store that is away is told of once, and so is its return', async () => {
  await using store = await openStore('sqlite::memory:');
  let beats = 0;
  const records = {
    ...store.records,
    async beat() {
      beats += 1;
      if (beats <= 3) throw new IvrFault('IVR_STORE_UNAVAILABLE', 'as told');
      return beats === 4 ? [record('c1'), record('c2')] : [];
    },
  };
  const { running, said } = rounds({ records, chain: store.chain });
  await vi.waitUntil(() => beats > 4, { timeout: 15_000 });
  await running[Symbol.asyncDispose]();
  expect(said()).toEqual([
    'the store takes no beat',
    'kept the records of calls whose worker was lost',
    'the store takes beats again',
  ]);
});

test('the store is asked again for records that wait, while calls go on', async () => {
  await using store = await openStore('sqlite::memory:');
  const { running, records } = rounds({ records: failing(store, 2), chain: store.chain });
  await expect(records.append(record('c1'))).rejects.toThrow('as told');
  await vi.waitUntil(() => records.waiting.length === 0, { timeout: 15_000 });
  expect(await store.chain.head()).toMatchObject({ seq: 1 });
  await running[Symbol.asyncDispose]();
});

test('the end waits for records that wait, and seals them', async () => {
  await using store = await openStore('sqlite::memory:');
  const { running, records, said } = rounds({ records: failing(store, 3), chain: store.chain });
  await expect(records.append(record('c1'))).rejects.toThrow('as told');
  await running[Symbol.asyncDispose]();
  expect(records.waiting).toEqual([]);
  expect(said()).toEqual(['kept records that had waited for the store', 'records sealed']);
});

test('the end does not wait for ever', async () => {
  await using store = await openStore('sqlite::memory:');
  const { running, records, logged } = rounds({
    records: failing(store, Infinity),
    chain: store.chain,
  });
  await expect(records.append(record('c1'))).rejects.toThrow('as told');
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 4000;
    return now;
  });
  await running[Symbol.asyncDispose]();
  clock.mockRestore();
  expect(logged).toMatchObject([{ level: 50, calls: ['c1'] }]);
});
