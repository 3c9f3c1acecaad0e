// A process of its own for the races of the store: opens the store, says so, and then runs one race whenever
// it is told to. Argument: store URL.

import { timingSafeEqual } from 'node:crypto';
import { openStore } from '../../src/store/open-store.ts';
import type { Race, RaceResult } from './races.ts';
import { callRecord } from './records.ts';

/** Submissions of one code: more than a store answers in time are a fault, and prove nothing. */
const AT_ONCE = 25;

const [url = ''] = process.argv.slice(2);
const store = await openStore(url);

async function run(race: Race): Promise<RaceResult> {
  switch (race.kind) {
    case 'codes': {
      const digest = Buffer.from(race.digest, 'base64');
      const accepted: string[] = [];
      await inTurn(race.challenges, race.width, async (challenge) => {
        const submissions = Array.from({ length: race.times }, (_, i) => i);
        await inTurn(submissions, AT_ONCE, async () => {
          const given = await store.codes.submit(challenge);
          if (given === null || !timingSafeEqual(given, digest)) return;
          if (await store.codes.consume(challenge)) accepted.push(challenge);
        });
      });
      return accepted;
    }
    case 'tries': {
      const takings = await Promise.all(
        Array.from({ length: race.times }, () =>
          store.tries.take('check', 'passcode', race.tally, null, race.policy),
        ),
      );
      return takings.flatMap((taking) => (taking.kind === 'taken' ? [taking.id] : []));
    }
    case 'tokens': {
      const firsts = await Promise.all(
        race.jtis.map((jti) => store.usedTokens.firstUse('pbx', jti, Date.now() + 60_000)),
      );
      return race.jtis.filter((_, i) => firsts[i]);
    }
    case 'records':
      await inTurn(race.ids, race.width, (id) => store.records.append(callRecord({ id })));
      return [];
  }
}

/** Works through `items` in order, so many at once. */
async function inTurn<T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>) {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

process.on('message', async (race: Race) => {
  try {
    process.send?.({ result: await run(race) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.send?.('open');
