// Accounts whose tries are used up, over several calls: locked for whoever calls, and sounding like any other
// failure. An account that does not exist goes the same way, and takes the same time.

import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import type { LockOut } from '../../src/ivr/ports.ts';
import { customersOf, impostor, keyedBirthDate } from './customers.ts';
import { ticketOf } from './gate.ts';
import { silenceAfter } from './kit/silence.ts';
import { recordsHold } from './records-hold.ts';
import { hears, keysAhead, wrong } from './script.ts';
import { call, faultAt, lastCode, recordOf, recordsOf, refOf, tonegate } from './system.ts';

const BANK = '+15105550100';
/** Nobody has it. */
const NO_ACCOUNT = '55598765';

const someCustomer = customersOf('lock-outs');

async function lockedOut(): Promise<LockOut[]> {
  const { out } = await tonegate('locks', 'list', '--json');
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe.concurrent('an account that failed five times', () => {
  test('is checked for nobody, in whatever call, until an operator clears it', async () => {
    const customer = someCustomer();
    {
      await using phone = await call(BANK);
      await keysAhead(phone, customer);
      await phone.hears('code-sent');
      const code = wrong(await lastCode(customer));
      for (const told of ['rejected', 'rejected-again', 'cannot-verify']) {
        await phone.press(code);
        await phone.hears(told);
      }
    }
    {
      await using phone = await call(BANK);
      await keysAhead(phone, impostor(customer));
      await phone.hears('rejected');
      await phone.press(keyedBirthDate(impostor(customer)));
      await phone.hears('rejected-again');
    }
    // Asked about the birth date now, the bank would fail, and the caller would hear of a technical problem.
    await faultAt('knowledge', '500', customer);
    const locks = await lockedOut();
    await isTransferred(customer);
    const ref = await refOf(customer);
    expect(locks).toContainEqual({ ref, kind: 'soft', failures: 5, until: expect.any(String) });

    const reason = 'identity shown at the counter';
    expect((await tonegate('locks', 'clear', ref, '--reason', reason)).code).toBe(0);
    expect((await tonegate('locks', 'list', '--cleared')).out).toMatch(`${ref}`);
    await faultAt('knowledge', 'ok', customer);
    await using phone = await call(BANK);
    await keysAhead(phone, customer);
    await hears(phone, 'code-sent');
    await phone.press(await lastCode(customer));
    await hears(phone, 'connecting', 'sensitive-desk');
    const { auth, sub } = await ticketOf(phone, 'sensitive-desk', 'sensitive');
    expect({ auth, sub }).toEqual({ auth: 'verified', sub: ref });
  });

  async function isTransferred(customer: DemoAccount) {
    await using phone = await call(BANK, { transfers: 'accepted' });
    await keysAhead(phone, customer);
    await hears(phone, 'cannot-verify', 'connecting-operator');
    const refer = await phone.referred();
    const ticket = decodeJwt(refer.header('X-Ivr-Ticket') ?? '');
    expect(ticket).toMatchObject({ aud: 'operator', line: 'bank', auth: 'failed', amr: [] });
    expect(ticket).not.toHaveProperty('sub');
    expect(await phone.ended()).toBe('theyHungUp');
    expect(await recordOf(phone)).toMatchObject({
      steps: [
        { step: 'account', outcome: 'accepted' },
        { step: 'birthDate', outcome: 'lockedOut' },
      ],
      auth: 'failed',
      amr: [],
      desk: 'operator',
      handoff: { kind: 'transfer', outcome: 'succeeded' },
      ending: { reason: 'handed-off' },
    });
  }
});

/** Differences smaller than this are lost in the network; many calls are compared in bench/verification.ts. */
const ALIKE_MS = 300;
const FLOOR_MS = 1500;

test.concurrent('an account that does not exist fails, waits and is locked like one that does', async () => {
  const customer = impostor(someCustomer());
  const nobody = { ...customer, number: NO_ACCOUNT };
  const first = await Promise.all([customer, nobody].map(failsThreeTimes));
  const second = await Promise.all([customer, nobody].map(failsThreeTimes));
  const locks = (await lockedOut()).map(({ ref, kind, failures }) => ({ ref, kind, failures }));
  const lock = { kind: 'soft', failures: 5 };
  expect(locks).toContainEqual({ ref: await refOf(customer), ...lock });
  expect(locks).toContainEqual({ ref: expect.stringMatching(/^\?[\w-]{22}$/), ...lock });

  const [known, unknown] = [0, 1].map((who) =>
    [first, second].flatMap((calls) => calls[who]?.silencesMs ?? []),
  );
  const [knownMs, unknownMs] = [mean(known), mean(unknown)];
  console.info(
    `from the last key to the answer: account ${rounded(known)}, none ${rounded(unknown)} ms`,
  );
  for (const silenceMs of [...(known ?? []), ...(unknown ?? [])]) {
    expect(silenceMs).toBeGreaterThanOrEqual(FLOOR_MS);
  }
  expect(Math.abs(knownMs - unknownMs)).toBeLessThan(ALIKE_MS);

  const records = await recordsOf([...first, ...second].map(({ phone }) => phone));
  expect(records.map(({ steps }) => steps.map(({ outcome }) => outcome))).toEqual([
    ['accepted', 'tooManyTries'],
    ['unknown', 'tooManyTries'],
    ['accepted', 'lockedOut'],
    ['unknown', 'lockedOut'],
  ]);
  for (const { auth, amr } of records) expect({ auth, amr }).toEqual({ auth: 'failed', amr: [] });
});

/** Three birth dates; whether the third is wrong or not looked at cannot be heard. */
async function failsThreeTimes(customer: DemoAccount) {
  await using phone = await call(BANK);
  const silencesMs: number[] = [];
  await phone.hearsSound();
  silencesMs.push(await silenceAfter(phone, customer.number));
  await phone.hears('enter-birth-date-mdy');
  for (const told of ['rejected', 'rejected-again', 'cannot-verify']) {
    silencesMs.push(await silenceAfter(phone, keyedBirthDate(customer)));
    await phone.hears(told);
  }
  await phone.hears('connecting-operator');
  return { phone, silencesMs };
}

function mean(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(values: readonly number[] = []): string {
  return `[${values.map(Math.round).join(' ')}]`;
}

test('the records of these calls hold', recordsHold);
