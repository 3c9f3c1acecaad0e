// Upstream tokens as a worker judges them: with real keys, real tokens and the real store.

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { upstreamChecker } from '../../src/commands/upstream-checker.ts';
import type { UsedTokens } from '../../src/ivr/ports.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../store/folder.ts';
import { claim, claims, memory, NOW, p256, SIGNERS, sign } from '../upstream/tokens.ts';

const PROVEN = { kind: 'proven', steps: ['account', 'oneTimeCode'] };

/** A store of today's, so the tokens are today's too. */
function todays(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000);
  return claims({ iat, exp: iat + 60 });
}

async function openAt(url: string): Promise<Store> {
  const store = await openStore(url);
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store;
}

describe.each(SIGNERS)('a token ($kind)', (signer) => {
  it('counts once, with whichever worker of a store it comes to', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    const workers = [await openAt(url), await openAt(url)].map(({ usedTokens }) =>
      upstreamChecker(usedTokens, Date.now),
    );
    const asked = claim(signer, await sign(signer, todays()));
    const checks = workers.flatMap((check) => [check(asked), check(asked), check(asked)]);
    const why = (await Promise.all(checks)).map((check) =>
      check.kind === 'ignored' ? check.why : 'proven',
    );
    expect(why.toSorted()).toEqual(['proven', ...Array(5).fill('replayed')]);
  });

  it('counts for nothing when the store is gone', async () => {
    const store = await openStore('sqlite::memory:');
    const check = upstreamChecker(store.usedTokens, Date.now);
    await store[Symbol.asyncDispose]();
    const asked = claim(signer, await sign(signer, todays()));
    expect(await check(asked)).toEqual({ kind: 'ignored', why: 'store-lost' });
  });
});

it('a store that does not answer is not waited for, for the caller is kept waiting by it', async () => {
  const held: UsedTokens = { firstUse: () => new Promise(() => undefined) };
  const check = upstreamChecker(held, () => NOW);
  const signer = p256();
  const asked = claim(signer, await sign(signer, claims()));
  expect(await check(asked)).toEqual({ kind: 'ignored', why: 'store-lost' });
});

it('time is the clock that was given', async () => {
  let now = NOW;
  const check = upstreamChecker(memory(), () => now);
  const signer = p256();
  expect(await check(claim(signer, await sign(signer, claims())))).toEqual(PROVEN);
  now += 65_000;
  const late = claim(signer, await sign(signer, claims()));
  expect(await check(late)).toEqual({ kind: 'ignored', why: 'expired' });
});

it('each line has its own key, and a new one counts from the next call on', async () => {
  const check = upstreamChecker(memory(), () => NOW);
  const [before, after] = [p256(), p256()];
  for (const [signer, line, kind] of [
    [before, before, 'proven'],
    [after, before, 'ignored'],
    [after, after, 'proven'],
    [before, after, 'ignored'],
    [before, before, 'proven'],
  ] as const) {
    expect((await check(claim(line, await sign(signer, claims())))).kind).toBe(kind);
  }
});

it('a key that is none proves nothing and breaks nothing', async () => {
  const used = memory();
  const check = upstreamChecker(used, () => NOW);
  const signer = p256();
  const asked = claim(signer, await sign(signer, claims()));
  const without = { ...asked, plan: { ...asked.plan, publicKey: 'no key' } };
  for (let n = 0; n < 2; n += 1) {
    expect(await check(without)).toEqual({ kind: 'ignored', why: 'signature' });
  }
  expect(used.asked).toEqual([]);
});
