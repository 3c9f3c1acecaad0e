// A store in memory on a clock that it is given, for calls on virtual time.

import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';

const POLICY = {
  softAfter: 2,
  softMs: 30_000,
  softLongestMs: 3_600_000,
  hardAfter: 15,
  hardMs: 86_400_000,
};

test('locks an account until its own clock says so, whatever the time is', async () => {
  let now = Date.UTC(2030, 0, 1);
  await using store = await openStore('sqlite::memory:', { now: () => now });
  const take = () => store.tries.take('check', 'passcode', 'tally', null, POLICY);
  expect([(await take()).kind, (await take()).kind, (await take()).kind]).toEqual([
    'taken',
    'taken',
    'locked',
  ]);
  now += 29_999;
  expect(await store.tries.isLocked('tally', POLICY)).toBe(true);
  now += 1;
  expect(await store.tries.isLocked('tally', POLICY)).toBe(false);
});
