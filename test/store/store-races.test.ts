// Several processes at one store: whatever the order, what must happen once happens once.

import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { expectUnbroken, idsIn } from './chains.ts';
import { DATABASES } from './databases.ts';
import { type Race, racers } from './races.ts';

const PROCESSES = 4;
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

describe.each(DATABASES)('of several processes on $name', ({ newUrl }) => {
  /** What all of them answered, having started at once. */
  async function raceOf(url: string, race: (index: number) => Race): Promise<string[]> {
    const all = await racers(url, PROCESSES);
    return (await Promise.all(all.map((run, i) => run(race(i))))).flat();
  }

  it('one has each code accepted, once, of a thousand submitted rightly twenty times', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const digest = randomBytes(32);
    const challenges = Array.from({ length: 1000 }, () => randomUUID());
    for (const challenge of challenges) {
      await store.codes.keep({ challenge, digest, ttlMs: 300_000, submissions: 20 });
    }
    const times = 20 / PROCESSES;
    const race = { challenges, digest: digest.toString('base64'), times, width: 4 };
    const accepted = await raceOf(url, () => ({ kind: 'codes', ...race }));
    expect(accepted.toSorted()).toEqual(challenges.toSorted());
  }, 60_000);

  it('take no more tries at an account together than the policy leaves', async () => {
    const url = await newUrl();
    const policy = {
      softAfter: 15,
      softMs: 1,
      softLongestMs: 1,
      hardAfter: 15,
      hardMs: 86_400_000,
    };
    const all = await racers(url, PROCESSES);
    for (const tally of names('account', 10)) {
      const runs = all.map((run) => run({ kind: 'tries', tally, times: 10, policy }));
      expect((await Promise.all(runs)).flat()).toHaveLength(15);
    }
  });

  it('one is the first to use a token', async () => {
    const jtis = names('jti', 100);
    const firsts = await raceOf(await newUrl(), () => ({ kind: 'tokens', jtis }));
    expect(firsts.toSorted()).toEqual(jtis.toSorted());
  });

  it('all append to one chain, without a gap or a fork, and each record once', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const shared = names('shared', 30);
    await raceOf(url, (i) => ({
      kind: 'records',
      ids: [...names(`own-${i}`, 100), ...shared],
      width: 5,
    }));
    const ids = await idsIn(store);
    expect(ids).toHaveLength(PROCESSES * 100 + 30);
    expect(new Set(ids).size).toBe(ids.length);
    await expectUnbroken(store);
  });
});
