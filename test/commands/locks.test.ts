import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { LockOutPolicy } from '../../src/ivr/ports.ts';
import { type Tonegate, tonegate } from './tonegate.ts';

/** As the demo's configuration has it. */
const policy: LockOutPolicy = {
  softAfter: 5,
  softMs: 30_000,
  softLongestMs: 3_600_000,
  hardAfter: 15,
  hardMs: 24 * 3_600_000,
};

async function fail({ store }: Tonegate, tally: string, times: number, under = policy) {
  for (let n = 0; n < times; n += 1)
    await store.tries.take('check', 'passcode', tally, null, under);
}

const eager: LockOutPolicy = { ...policy, softAfter: 100, hardAfter: 100 };

describe('tonegate locks list', () => {
  it('shows which accounts are locked, how, and until when', async () => {
    const kit = await tonegate();
    await fail(kit, 'acc-soft', 5);
    await fail(kit, 'acc-hard', 15, eager);
    await fail(kit, 'acc-free', 4);
    const { code, out } = await kit.run('locks', 'list');
    expect(code).toBe(0);
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head).toBe('REF                       KIND  FAILURES  UNTIL (UTC)');
    expect(rows).toEqual([
      expect.stringMatching(/^acc-hard {18}hard {2}15 {8}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      expect.stringMatching(/^acc-soft {18}soft {2}5 {9}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    ]);
    const lines = (await kit.run('locks', 'list', '--json')).out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ref: 'acc-hard', kind: 'hard', failures: 15, until: expect.stringMatching(/Z$/) },
      { ref: 'acc-soft', kind: 'soft', failures: 5, until: expect.stringMatching(/Z$/) },
    ]);
  });

  it('goes by the policy of the configuration', async () => {
    const kit = await tonegate();
    expect(await kit.run('locks', 'list', '--config', '/nowhere/x.yaml')).toMatchObject({
      code: 2,
    });
    expect(await kit.run('locks', 'list', '--json')).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('tonegate locks clear', () => {
  it('gives an account its tries back, and notes who did it when and why', async () => {
    const kit = await tonegate();
    await fail(kit, 'acc-1', 5);
    expect(await kit.store.tries.isLocked('acc-1', policy)).toBe(true);
    const cleared = await kit.run('locks', 'clear', 'acc-1', '--reason', ' customer in branch 12 ');
    expect(cleared).toEqual({ code: 0, out: 'cleared: acc-1 has all its tries again\n', err: '' });
    expect(await kit.store.tries.isLocked('acc-1', policy)).toBe(false);

    const { out } = await kit.run('locks', 'list', '--cleared', '--json');
    expect(JSON.parse(out)).toEqual({
      ref: 'acc-1',
      reason: 'customer in branch 12',
      by: userInfo().username,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await kit.run('locks', 'list', '--cleared')).out).toMatch(
      /^AT \(UTC\) {13}BY {12}REF {23}REASON\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S+ +acc-1 {21}customer in branch 12\n$/,
    );
  });

  it('does so for an account that does not exist', async () => {
    const kit = await tonegate();
    await fail(kit, '?a1b2', 5);
    expect(await kit.run('locks', 'clear', '?a1b2', '--reason', 'test')).toMatchObject({ code: 0 });
  });

  it('says so where nothing is counted for an account', async () => {
    const kit = await tonegate();
    const { code, out, err } = await kit.run('locks', 'clear', 'acc-9', '--reason', 'test');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^no failed tries are counted for that account/);
    expect((await kit.run('locks', 'list', '--cleared', '--json')).out).toBe('');
  });

  it.each([
    ['no reason', []],
    ['an empty reason', ['--reason', '  ']],
    ['a long reason', ['--reason', 'x'.repeat(201)]],
    ['a reason of several lines', ['--reason', 'one\ntwo']],
    ['a reason that steers a terminal', ['--reason', 'a\u001b[2Jb']],
    ['a reason that turns its text round', ['--reason', 'a\u202eb']],
  ])('takes %s for wrong usage, and changes nothing', async (_, args) => {
    const kit = await tonegate();
    await fail(kit, 'acc-1', 5);
    expect(await kit.run('locks', 'clear', 'acc-1', ...args)).toMatchObject({ code: 2, out: '' });
    expect(await kit.store.tries.isLocked('acc-1', policy)).toBe(true);
  });
});
