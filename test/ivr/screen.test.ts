import { afterEach, expect, test, vi } from 'vitest';
import { type Screening, screen } from '../../src/ivr/screen.ts';
import { BANK } from '../machines/lines.ts';

const UPSTREAM = { issuer: 'pbx', audience: 'us', publicKey: 'PEM' };
const CALLER = { inviteCallId: 'invite-1', trunkId: 'ST_1', ruleId: 'SDR_1' };

afterEach(() => {
  vi.useRealTimers();
});

test('a token that cannot be judged in time keeps no verdict waiting', async () => {
  vi.useFakeTimers();
  let found: Screening | null = null;
  const line = {
    caller: CALLER as never,
    headers: async (names: readonly string[]) =>
      new Map(names.map((name) => [name.toLowerCase(), ['TN-Validation-Passed-A']])),
  };
  const world = {
    findTrunk: async () => 'bank-trunk',
    checkUpstream: () => new Promise<never>(() => undefined),
  };
  const plan = { ...BANK, upstream: UPSTREAM };
  void screen(line, plan, world, new AbortController().signal).then((screening) => {
    found = screening;
  });
  await vi.advanceTimersByTimeAsync(399);
  expect(found).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(found).toMatchObject({
    evidence: { verdict: 'passed', level: 'A' },
    upstream: null,
    ignored: 'unreadable',
  });
});
