// What must hold of every call, whatever was taken apart meanwhile: one record, and a desk's trust for those alone
// who were verified, once.

import { expect } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { type Caller, until } from './caller.ts';
import type { ChaosSystem } from './system.ts';

/** The records of these calls, in their order, once all of them are there. Fails where one has two. */
export async function recordsOf(
  system: ChaosSystem,
  callers: readonly Pick<Caller, 'callId'>[],
  { withinMs = 20_000, store }: { readonly withinMs?: number; readonly store?: string } = {},
): Promise<readonly CallRecord[]> {
  let found: CallRecord[][] = [];
  await until(
    async () => {
      const records = await system.records(store);
      expect(new Set(records.map(({ id }) => id)).size, 'calls').toBe(records.length);
      found = callers.map(({ callId }) => records.filter((one) => one.inviteCallId === callId));
      return found.every(({ length }) => length > 0);
    },
    'every call had its record',
    withinMs,
  );
  for (const records of found) expect(records, 'records of one call').toHaveLength(1);
  return found.flat();
}

/** Nobody is verified for free, or twice: bank, records and desks tell the same of these calls. */
export function expectFairPlay(system: ChaosSystem, records: readonly CallRecord[]): void {
  const { deeds, desks } = system;
  for (const { id, auth, amr, desk, ending } of records) {
    const tickets = desks.tickets.filter(({ call }) => call === id);
    const accepted = deeds.filter((deed) => deed.call === id && deed.accepted);
    const checked = ['knowledge', 'check'].map((route) => accepted.some((d) => d.route === route));
    if (auth !== 'verified') {
      expect(tickets.filter((ticket) => ticket.auth === 'verified')).toEqual([]);
      continue;
    }
    expect({ amr, desk, ending: ending.reason, checked }).toMatchObject({
      amr: expect.arrayContaining(['otp']),
      desk: 'sensitive',
      ending: 'handed-off',
      checked: [true, true],
    });
    expect(tickets).toEqual([expect.objectContaining({ aud: 'sensitive', auth: 'verified' })]);
    // Each code is good for once, so that more acceptances than codes were for free.
    const codes = deeds.filter((deed) => deed.call === id && deed.route === 'otp').length;
    const factors = accepted.filter(({ route }) => route === 'check').length;
    expect(factors).toBeLessThanOrEqual(codes);
  }
  expect(desks.refusals).toEqual([]);
  expect(new Set(desks.tickets.map(({ jti }) => jti)).size).toBe(desks.tickets.length);
}
