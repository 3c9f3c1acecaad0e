import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { createLease, LEASE_MS } from '../../src/ivr/lease.ts';

/** A worker with the calls c1 and c2, of which the store says that others have `taken`. */
function worker(taken: readonly string[] = [], orphaned: readonly CallRecord[] = []) {
  const given: string[] = [];
  const lost: string[] = [];
  const asked: string[] = [];
  const self = { now: 0, isAway: false };
  const answer = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    if (self.isAway) throw new Error('away');
    return value;
  };
  const lease = createLease({
    workerId: 'w1',
    records: {
      beat: () => answer('beat', orphaned),
      takenOver: () => answer('takenOver', taken),
    },
    running: () => ['c1', 'c2'].filter((call) => !given.includes(call)),
    giveUp: (call) => void given.push(call),
    onLost: ({ id }) => void lost.push(id),
    monotonic: () => self.now,
    log: pino({ level: 'silent' }),
  });
  return { lease, self, given, asked, lost };
}

test('calls are certainly ours for a lease after each beat, counted from before it was sent', async () => {
  const { lease, self, asked } = worker();
  expect(lease.isCertain()).toBe(false);
  const beat = lease.beat();
  self.now = 500;
  await beat;
  self.now = LEASE_MS - 1;
  expect(lease.isCertain()).toBe(true);
  self.now = LEASE_MS;
  expect(lease.isCertain()).toBe(false);
  await lease.assure();
  expect(lease.isCertain()).toBe(true);
  expect(asked).toEqual(['beat', 'takenOver', 'beat']);
});

test('beats in good time do not ask whose the calls are', async () => {
  const { lease, self, asked } = worker();
  for (self.now = 0; self.now < 10_000; self.now += 1000) await lease.beat();
  expect(asked.filter((what) => what === 'takenOver')).toHaveLength(1);
});

test('after it stood still, calls that others have now are given up before it is certain again', async () => {
  const { lease, self, given } = worker(['c2']);
  await lease.beat();
  given.length = 0;
  self.now = 30_000;
  expect(lease.isCertain()).toBe(false);
  await Promise.all([lease.assure(), lease.assure()]);
  expect(given).toEqual(['c2']);
  expect(lease.isCertain()).toBe(true);
});

test('a lost place is a doubt, however fresh the lease', async () => {
  const { lease } = worker();
  await lease.beat();
  lease.doubt();
  expect(lease.isCertain()).toBe(false);
});

test('a place that is still lost lets no beat settle whose the calls are', async () => {
  const { lease, given, asked } = worker(['c1']);
  await lease.beat();
  given.length = 0;
  asked.length = 0;
  lease.doubt();
  await lease.beat();
  expect(given).toEqual(['c1']);
  expect(lease.isCertain()).toBe(false);
  lease.trust();
  expect(lease.isCertain()).toBe(false);
  await lease.assure();
  expect(lease.isCertain()).toBe(true);
  expect(asked).toEqual(['beat', 'takenOver', 'beat', 'takenOver']);
});

test('a store that is away can have given the calls to nobody: they go on, and are asked for when it is back', async () => {
  const { lease, self, given } = worker(['c1']);
  self.isAway = true;
  await expect(lease.beat()).rejects.toThrow('away');
  self.now = 60_000;
  expect(lease.isCertain()).toBe(true);
  await lease.assure();
  expect(given).toEqual([]);
  self.isAway = false;
  await lease.beat();
  expect(given).toEqual(['c1']);
});

test('records that it kept for a worker that lives no more are told, each once', async () => {
  const { lease, lost } = worker([], [{ id: 'c8' } as CallRecord, { id: 'c9' } as CallRecord]);
  await lease.beat();
  expect(lost).toEqual(['c8', 'c9']);
});

test('hazard: a beat that began before the place was held again makes nothing certain', async () => {
  const { lease } = worker();
  lease.doubt();
  const beat = lease.beat();
  lease.trust();
  await beat;
  expect(lease.isCertain()).toBe(false);
  await lease.assure();
  expect(lease.isCertain()).toBe(true);
});
