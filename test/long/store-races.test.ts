// The races of the store at full length, on both databases. What was found is written to docs/evidence.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { machine } from '../../bench/machine.ts';
import { openStore } from '../../src/store/open-store.ts';
import { expectUnbroken, idsIn } from '../store/chains.ts';
import { DATABASES, pass } from '../store/databases.ts';
import { racers } from '../store/races.ts';
import { type Writer, writer } from '../store/writers.ts';

const PROCESSES = 4;
const HALF_AN_HOUR = 1_800_000;

const found: object[] = [];

/** Runs one proof and notes what it has counted, and how long it took. */
async function proof(what: string, database: string, work: () => Promise<object>): Promise<void> {
  const start = performance.now();
  const counts = await work();
  const seconds = Math.round((performance.now() - start) / 1000);
  found.push({ what, database, ...counts, seconds });
}

afterAll(() => {
  const evidence = { machine: machine(), found };
  mkdirSync('docs/evidence', { recursive: true });
  writeFileSync('docs/evidence/store-races.json', `${JSON.stringify(evidence, null, 2)}\n`);
});

describe.each(DATABASES)('on $name', (database) => {
  const { name, newUrl } = database;

  it(
    'a thousand codes, each submitted rightly a thousand times, are accepted once each',
    async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await proof('codes accepted once', name, async () => {
        const digest = randomBytes(32);
        const challenges = Array.from({ length: 1000 }, () => randomUUID());
        const submissions = 1000;
        for (const challenge of challenges) {
          await store.codes.keep({ challenge, digest, ttlMs: HALF_AN_HOUR, submissions });
        }
        const all = await racers(url, PROCESSES);
        const race = {
          kind: 'codes',
          challenges,
          digest: digest.toString('base64'),
          times: submissions / PROCESSES,
          width: 1,
        } as const;
        const accepted = (await Promise.all(all.map((run) => run(race)))).flat();
        expect(accepted.toSorted()).toEqual(challenges.toSorted());
        return {
          processes: PROCESSES,
          codes: challenges.length,
          submissions,
          accepted: accepted.length,
        };
      });
    },
    HALF_AN_HOUR,
  );

  it(
    'two hundred accounts, each tried a hundred times at once, give each its fifteen tries',
    async () => {
      const url = await newUrl();
      await proof('tries within the policy', name, async () => {
        const policy = {
          softAfter: 15,
          softMs: 1,
          softLongestMs: 1,
          hardAfter: 15,
          hardMs: 86_400_000,
        };
        const all = await racers(url, PROCESSES);
        const accounts = 200;
        for (let i = 0; i < accounts; i += 1) {
          const race = { kind: 'tries', tally: `account-${i}`, times: 25, policy } as const;
          const taken = (await Promise.all(all.map((run) => run(race)))).flat();
          expect(taken).toHaveLength(policy.hardAfter);
        }
        return { processes: PROCESSES, accounts, takers: 100, taken: policy.hardAfter };
      });
    },
    HALF_AN_HOUR,
  );

  it(
    'a hundred workers killed amid their calls leave one record for each call, in one chain',
    async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await proof('records after kill -9', name, async () => {
        const survivor = writer(url, 'survivor', 10_000_000, 4);
        const victims: Writer[] = [];
        for (let i = 0; i < 100; i += 1) {
          const victim = writer(url, `victim${i}`, 10_000_000, 8);
          victims.push(victim);
          await victim.hasKept(`victim${i}-${(i * 7) % 50}`);
          await victim.kill();
        }
        await survivor.kill();
        await pass(60_000, database, url);
        let lost = 0;
        for (let kept = 1; kept > 0; lost += kept) {
          kept = (await store.records.beat('other', 0)).length;
        }
        const ids = new Set(await idsIn(store));
        for (const { begun } of [survivor, ...victims]) {
          expect([...begun].filter((id) => !ids.has(id))).toEqual([]);
        }
        expect(await database.behind(url, 'select id from open_calls')).toEqual([]);
        await expectUnbroken(store);
        const head = await store.chain.head();
        expect(head?.seq).toBe(ids.size);
        return { killed: victims.length, records: ids.size, ofLostWorkers: lost };
      });
    },
    HALF_AN_HOUR,
  );
});
