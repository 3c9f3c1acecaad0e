import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import { withBacklog } from '../../src/ivr/record-backlog.ts';
import { openStore } from '../../src/store/open-store.ts';
import { idsIn } from '../store/chains.ts';
import { callRecord } from '../store/records.ts';

/** A store that can be taken away, and refuses some records for good. */
async function backlog(refused: readonly string[] = []) {
  const store = await openStore('sqlite::memory:');
  const logged: Record<string, unknown>[] = [];
  const memory = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      logged.push(JSON.parse(line));
      done();
    },
  });
  const self = { isAway: true, asked: [] as string[] };
  const fault = () => Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'as told'));
  const records = withBacklog(
    {
      ...store.records,
      append(record) {
        self.asked.push(record.id);
        if (self.isAway || refused.includes(record.id)) return fault();
        return store.records.append(record);
      },
      beat: (...args) => (self.isAway ? fault() : store.records.beat(...args)),
    },
    pino({ level: 'trace' }, memory),
  );
  const append = (id: string) => records.append(callRecord({ id })).catch(() => 'failed');
  return { store, self, records, logged, append };
}

test('a record that the store did not take is kept with the first beat that it takes', async () => {
  const { store, self, records, append } = await backlog();
  const ids = ['c1', 'c2', 'c3'];
  for (const id of ids) expect(await append(id)).toBe('failed');
  await expect(records.beat('w1', 4000)).rejects.toThrow('as told');
  expect(records.waiting).toEqual(ids);
  self.isAway = false;
  await records.beat('w1', 4000);
  expect(records.waiting).toEqual([]);
  expect(await idsIn(store)).toEqual(ids);
});

test('a call whose record waits is not kept as lost while its worker lives', async () => {
  const { store, self, records } = await backlog();
  const record = callRecord({ workerId: 'w1' });
  await records.begin({ ...record, auth: 'none' });
  await expect(records.append(record)).rejects.toThrow('as told');
  self.isAway = false;
  await records.beat('w1', 4000);
  expect(await store.records.beat('w2', 0)).toHaveLength(0);
  for await (const { auth } of store.records.list()) expect(auth).toBe('verified');
  expect(await idsIn(store)).toEqual([record.id]);
});

test('where the store fails again the others wait, too', async () => {
  const { self, records, append } = await backlog(['c1']);
  for (const id of ['c1', 'c2', 'c3']) await append(id);
  self.isAway = false;
  self.asked = [];
  await records.beat('w1', 4000);
  expect(self.asked).toEqual(['c1']);
});

test('a record that is never taken holds up no other', async () => {
  const { store, self, records, append } = await backlog(['c1']);
  for (const id of ['c1', 'c2', 'c3']) await append(id);
  self.isAway = false;
  for (let beats = 0; beats < 3; beats += 1) await records.beat('w1', 4000);
  expect(await idsIn(store)).toEqual(['c2', 'c3']);
  expect(records.waiting).toEqual(['c1']);
});

test('of too many records that wait the oldest goes, and the log says which', async () => {
  const { records, logged, append } = await backlog();
  for (let i = 0; i <= 1001; i += 1) await append(`c${i}`);
  expect(records.waiting).toHaveLength(1000);
  expect(records.waiting[0]).toBe('c2');
  expect(logged).toMatchObject([
    { level: 50, call: 'c0' },
    { level: 50, call: 'c1' },
  ]);
});

test('a record that waited too long is left in the log, where another was kept', async () => {
  const { store, self, records, logged, append } = await backlog();
  await append('c1');
  await store.records.append(callRecord({ id: 'c1', auth: 'none' }));
  self.isAway = false;
  await records.beat('w1', 4000);
  expect(records.waiting).toEqual([]);
  expect(logged[0]).toMatchObject({
    level: 50,
    record: { id: 'c1', auth: 'verified' } satisfies Partial<CallRecord>,
  });
});
