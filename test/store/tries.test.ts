import { describe, expect, it } from 'vitest';
import type { LockOutPolicy, Taking, TriedStep, TryKind } from '../../src/ivr/ports.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { DATABASES, pass } from './databases.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const POLICY: LockOutPolicy = {
  softAfter: 5,
  softMs: 30 * SECOND,
  softLongestMs: HOUR,
  hardAfter: 15,
  hardMs: 24 * HOUR,
};
const ABRUPT: LockOutPolicy = { ...POLICY, softAfter: 3, hardAfter: 3 };
/** The steps of a caller who is verified by a code. */
const PROVED = ['account', 'oneTimeCode'] as const;

interface Take {
  readonly kind?: TryKind;
  readonly step?: TriedStep;
  readonly caller?: string | null;
  readonly policy?: LockOutPolicy;
}

function take(
  store: Store,
  tally: string,
  { kind = 'check', step = 'oneTimeCode', caller = 'n1', policy = ABRUPT }: Take = {},
) {
  return store.tries.take(kind, step, tally, caller, policy);
}

/** Takes a try that must be there; its id. */
async function taken(store: Store, tally: string, options: Take = {}): Promise<string> {
  const taking = await take(store, tally, options);
  expect(taking.kind).toBe('taken');
  return (taking as Taking & { kind: 'taken' }).id;
}

async function fail(store: Store, tally: string, times: number, options: Take = {}): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await store.tries.settle(await taken(store, tally, options), 'rejected');
  }
}

describe.each(DATABASES)('tries on $name', (database) => {
  const { newUrl, behind } = database;

  it('are there until as many have failed as the policy says', async () => {
    await using store = await openStore(await newUrl());
    await fail(store, 'a1', 2);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    await fail(store, 'a1', 1);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
    expect(await take(store, 'a1')).toEqual({ kind: 'locked' });
  });

  it('count as failed from the moment they are taken, whatever becomes of the taker', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    for (let i = 0; i < 3; i += 1) await taken(store, 'a1');
    await using other = await openStore(url);
    expect(await take(other, 'a1')).toEqual({ kind: 'locked' });
  });

  it('that were right or could not be checked count neither way', async () => {
    await using store = await openStore(await newUrl());
    for (let i = 0; i < 5; i += 1) {
      await store.tries.settle(await taken(store, 'a1'), 'accepted');
      await store.tries.settle(await taken(store, 'a1'), 'unchecked');
    }
    await fail(store, 'a1', 2);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
  });

  it('are counted for each account, and for checks and codes sent, apart', async () => {
    await using store = await openStore(await newUrl());
    await fail(store, 'a1', 3);
    await fail(store, 'a2', 1);
    for (const tally of ['A1', 'a1 ', '?a1', '', '%', "' or 1=1 --"]) await taken(store, tally);
    for (let i = 0; i < 3; i += 1) await taken(store, 'a1', { kind: 'send' });
    expect(await take(store, 'a1', { kind: 'send' })).toEqual({ kind: 'locked' });
    await taken(store, 'a2', { kind: 'send' });
  });

  it('no check is left where only checks failed: codes sent lock no check', async () => {
    await using store = await openStore(await newUrl());
    for (let i = 0; i < 3; i += 1) await taken(store, 'a1', { kind: 'send' });
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    await taken(store, 'a1');
  });

  it('that find the account locked are not counted and make nothing longer', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 3);
    await pass(23 * HOUR, database, url);
    for (let i = 0; i < 5; i += 1) await take(store, 'a1');
    await pass(HOUR, database, url);
    await taken(store, 'a1');
  });

  it('are followed by waits that double, up to the longest', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 5, { policy: POLICY });
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      await pass((seconds - 5) * SECOND, database, url);
      expect(await take(store, 'a1', { policy: POLICY })).toEqual({ kind: 'locked' });
      await pass(5 * SECOND, database, url);
      await fail(store, 'a1', 1, { policy: POLICY });
    }
    // The fifteenth in a day would be next.
    await pass(HOUR, database, url);
    await fail(store, 'a1', 1, { policy: POLICY });
    await pass(2 * HOUR, database, url);
    expect(await take(store, 'a1', { policy: POLICY })).toEqual({ kind: 'locked' });
    await pass(22 * HOUR, database, url);
    await taken(store, 'a1', { policy: POLICY });
  });

  it('that failed longer ago than the window count no more', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 2);
    await pass(24 * HOUR, database, url);
    await fail(store, 'a1', 2);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
  });

  it('lock for the whole time from the last, though the first leave the window meanwhile', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 1);
    await pass(20 * HOUR, database, url);
    await fail(store, 'a1', 2);
    await pass(23 * HOUR, database, url);
    await store.records.beat('w1', 4000);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
    await pass(HOUR, database, url);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
  });

  it('asked after are not counted', async () => {
    await using store = await openStore(await newUrl());
    for (let i = 0; i < 9; i += 1) expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    await fail(store, 'a1', 2);
    for (let i = 0; i < 9; i += 1) expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
  });

  it('are never more than the policy leaves, however many ask at once', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await using other = await openStore(url);
    const takings = await Promise.all(
      Array.from({ length: 30 }, (_, i) => take(i % 2 ? store : other, 'a1')),
    );
    expect(takings.filter(({ kind }) => kind === 'taken')).toHaveLength(3);
  });

  describe('once the caller is verified', () => {
    it('are all there again', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 2);
      await taken(store, 'a1', { kind: 'send' });
      await taken(store, 'a1', { kind: 'send' });
      await store.tries.forgive('a1', PROVED);
      await fail(store, 'a1', 2);
      await taken(store, 'a1', { kind: 'send' });
      await taken(store, 'a1', { kind: 'send' });
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    });

    it('need not be waited for any longer', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 5, { policy: POLICY });
      expect(await store.tries.isLocked('a1', POLICY)).toBe(true);
      await store.tries.forgive('a1', PROVED);
      expect(await store.tries.isLocked('a1', POLICY)).toBe(false);
    });

    it('are none while a hard lock-out lasts', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await fail(store, 'a1', 3);
      await taken(store, 'a1', { kind: 'send' });
      await store.tries.forgive('a1', PROVED);
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
      // Codes were not locked, and are all there.
      for (let i = 0; i < 3; i += 1) await taken(store, 'a1', { kind: 'send' });
      await pass(24 * HOUR, database, url);
      await store.tries.forgive('a1', PROVED);
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    });

    it('are forgotten for the steps that were proved, and for no others', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 1, { step: 'oneTimeCode' });
      await fail(store, 'a1', 1, { step: 'birthDate' });
      await taken(store, 'a1', { kind: 'send' });
      await taken(store, 'a1', { kind: 'send' });
      await store.tries.forgive('a1', ['account', 'passcode']);
      await store.tries.forgive('a1', ['account']);
      await store.tries.forgive('a1', []);
      await fail(store, 'a1', 1, { step: 'passcode' });
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
      await taken(store, 'a1', { kind: 'send' });
      expect(await take(store, 'a1', { kind: 'send' })).toEqual({ kind: 'locked' });
    });

    it('hazard: wrong codes between calls verified by a passcode come to a hard lock-out', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      const policy = { ...POLICY, softMs: 0 };
      for (let call = 0; call < 5; call += 1) {
        await fail(store, 'a1', 3, { step: 'oneTimeCode', policy });
        const passcode = await take(store, 'a1', { step: 'passcode', policy });
        if (passcode.kind === 'locked') break;
        await store.tries.settle(passcode.id, 'accepted');
        await store.tries.forgive('a1', ['account', 'passcode']);
      }
      expect(await take(store, 'a1', { step: 'passcode', policy })).toEqual({ kind: 'locked' });
      await pass(23 * HOUR, database, url);
      expect(await store.tries.isLocked('a1', policy)).toBe(true);
    });

    it('hazard: a check of another call that is still under way counts on when it is rejected', async () => {
      await using store = await openStore(await newUrl());
      const open = [await taken(store, 'a1'), await taken(store, 'a1')];
      await store.tries.forgive('a1', PROVED);
      for (const id of open) await store.tries.settle(id, 'rejected');
      await fail(store, 'a1', 1);
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
    });

    it('of other accounts are as they were, and nothing happens where none were taken', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 3);
      await store.tries.forgive('a2', PROVED);
      expect(await store.tries.isLocked('a1', ABRUPT)).toBe(true);
    });
  });

  describe('of calls from one number', () => {
    const from = (caller: string | null, tally = 'a9') => ({
      take: (store: Store) => take(store, tally, { caller, policy: POLICY }),
    });
    const failures = async (taking: Promise<Taking>) =>
      ((await taking) as Taking & { kind: 'taken' }).callerFailures;

    it('are told, at whatever accounts they failed', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 2, { caller: 'n1' });
      await fail(store, 'a2', 1, { caller: 'n1' });
      await fail(store, 'a3', 2, { caller: 'n2' });
      expect(await failures(from('n1').take(store))).toBe(4);
      expect(await failures(from('n2').take(store))).toBe(3);
      expect(await failures(from('n3').take(store))).toBe(1);
    });

    it('are told for an hour, forgiven or not, and right ones never', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await fail(store, 'a1', 2);
      await store.tries.settle(await taken(store, 'a1'), 'accepted');
      await store.tries.settle(await taken(store, 'a2'), 'unchecked');
      await store.tries.forgive('a1', PROVED);
      expect(await failures(from('n1').take(store))).toBe(3);
      await pass(HOUR, database, url);
      expect(await failures(from('n1').take(store))).toBe(1);
    });

    it('are nobody’s where the number is withheld', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 2, { caller: null });
      expect(await failures(from(null).take(store))).toBe(1);
    });

    it('are not codes sent', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 2, { kind: 'send' });
      expect(await failures(from('n1').take(store))).toBe(1);
      const sending = store.tries.take('send', 'oneTimeCode', 'a2', 'n1', POLICY);
      expect(await failures(sending)).toBe(1);
    });
  });

  describe('of all calls', () => {
    const WINDOW = 10 * MINUTE;

    it('are counted with those that failed; those under way and codes sent are not', async () => {
      await using store = await openStore(await newUrl());
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 0, failed: 0 });
      await fail(store, 'a1', 2);
      await fail(store, 'a2', 1);
      await store.tries.settle(await taken(store, 'a3'), 'accepted');
      await store.tries.settle(await taken(store, 'a3'), 'unchecked');
      await taken(store, 'a4');
      await taken(store, 'a4', { kind: 'send' });
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 4, failed: 3 });
    });

    it('failed though forgiven since', async () => {
      await using store = await openStore(await newUrl());
      await fail(store, 'a1', 2);
      await store.tries.forgive('a1', PROVED);
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 2, failed: 2 });
    });

    it('failed where their taker never came back', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await taken(store, 'a1');
      await pass(20 * SECOND, database, url);
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 0, failed: 0 });
      await pass(10 * SECOND, database, url);
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 1, failed: 1 });
    });

    it('count for as long as is asked for', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await fail(store, 'a1', 1);
      await pass(9 * MINUTE, database, url);
      await fail(store, 'a1', 1);
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 2, failed: 2 });
      await pass(MINUTE, database, url);
      expect(await store.tries.rate(WINDOW)).toEqual({ checks: 1, failed: 1 });
    });
  });

  it('go by themselves once they matter to nobody', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 2);
    await store.tries.settle(await taken(store, 'a2'), 'accepted');
    await pass(HOUR, database, url);
    await store.records.beat('w1', 4000);
    expect(await behind(url, 'select tally from tries')).toEqual([
      { tally: 'a1' },
      { tally: 'a1' },
    ]);
    await pass(47 * HOUR, database, url);
    await using later = await openStore(url);
    await later.records.beat('w1', 4000);
    expect(await behind(url, 'select tally from tries')).toEqual([]);
    expect(await behind(url, 'select tally from tallies')).toEqual([]);
  });

  it('are a fault where they cannot be counted', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await behind(url, 'drop table tries');
    const lost = { name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' };
    await expect(take(store, 'a1')).rejects.toMatchObject(lost);
    await expect(store.tries.isLocked('a1', POLICY)).rejects.toMatchObject(lost);
    await expect(store.tries.settle('id', 'accepted')).rejects.toMatchObject(lost);
    await expect(store.tries.rate(1000)).rejects.toMatchObject(lost);
  });
});
