import { describe, expect, test } from 'vitest';
import type { BankAsk, CodesBy } from '../../src/demo/simulated-bank.ts';
import { accountHandle } from '../../src/ivr/verification/account-handle.ts';
import type { StepName } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import { NEW_SIM, PHONE_ON_FILE } from './customers.ts';
import { asking, withPatience } from './lines.ts';
import { type DialOptions, dial } from './scenario.ts';
import { type HeardPrompt, hashes, openWorld, type World } from './world.ts';

const FLOOR_MS = 1500;

/** A number that is no account's, and whose made-up phone ends like that of the one on file. */
function noAccount(): string {
  const none = { ref: null, otp: { available: false, to: null } };
  for (let number = 90_000_000; ; number += 1) {
    const { otp } = accountHandle(none, hashes.noAccount(Secret.of(String(number))));
    if (otp.to === '…01') return String(number);
  }
}
const UNKNOWN_ACCOUNT = noAccount();

interface Line {
  readonly steps: readonly StepName[];
  /** What is asked after the account, and what callers key who do not know it. */
  readonly asked: HeardPrompt;
  readonly again: HeardPrompt;
  readonly wrong: string;
}

const PASSCODE_LINE: Line = {
  steps: ['account', 'passcode'],
  asked: 'enter-passcode',
  again: 'enter-passcode-again',
  wrong: '0000',
};
const LINES: readonly Line[] = [
  {
    steps: ['account', 'birthDate', 'oneTimeCode'],
    asked: 'enter-birth-date-mdy',
    again: 'enter-birth-date-mdy-again',
    wrong: '01011980',
  },
  PASSCODE_LINE,
  {
    steps: ['account', 'oneTimeCode'],
    asked: 'enter-code',
    again: 'enter-code-again',
    wrong: '000000',
  },
];

async function livesThrough(
  { steps, asked, again, wrong }: Line,
  account: string,
  world: World,
  options: DialOptions = {},
) {
  const { caller, call } = await dial(
    {
      plan: (plan) => withPatience(asking(...steps)(plan)),
      world: { floorMs: () => FLOOR_MS },
      ...options,
    },
    world,
  );
  await caller.hears('enter-account');
  await caller.presses(account);
  for (const prompt of [asked, again, again]) {
    await caller.hears(prompt);
    await caller.presses(wrong);
  }
  await caller.hears('cannot-verify');
  const record = await call.ends('handed-off');
  return { caller, call, record };
}

const bothHear = async (line: Line, prepare: (world: World) => void, codesBy: CodesBy = 'bank') => {
  const hears = async (account: string) => {
    const world = await openWorld({ codesBy });
    prepare(world);
    return (await livesThrough(line, account, world)).caller.transcript;
  };
  return { known: await hears(PHONE_ON_FILE.account), unknown: await hears(UNKNOWN_ACCOUNT) };
};

const slowBank =
  (ms: number) =>
  ({ bank }: World) => {
    const ROUTES: readonly BankAsk[] = [
      'checkKnowledge',
      'simChangedWithinHours',
      'sendCode',
      'checkCode',
    ];
    for (const route of ROUTES) bank.is(ms, route);
  };

for (const codesBy of ['bank', 'us'] as const) {
  test.each(LINES)(
    `a caller with an unknown account hears the same at the same moments as one with wrong entries: $steps (codes by ${codesBy})`,
    async (line) => {
      const { known, unknown } = await bothHear(line, () => undefined, codesBy);
      expect(unknown).toEqual(known);
      expect(known.length).toBeGreaterThan(6);
    },
  );
}

test.each(LINES)(
  'also where the bank takes its time for accounts it knows: $steps',
  async (line) => {
    // Asking for the SIM and having a code sent take twice as long, together within the floor.
    const { known, unknown } = await bothHear(line, slowBank(700));
    expect(unknown).toEqual(known);
  },
);

test('also where it looks one up faster than it finds none', async () => {
  const transcripts = [];
  for (const [account, ms] of [
    [PHONE_ON_FILE.account, 1400],
    [UNKNOWN_ACCOUNT, 5],
  ] as const) {
    const world = await openWorld();
    world.bank.is(ms, 'lookup');
    const { caller } = await livesThrough(PASSCODE_LINE, account, world);
    transcripts.push(caller.transcript);
  }
  expect(transcripts[0]).toEqual(transcripts[1]);
});

test.each(LINES)('without the floor it could be heard: $steps', async (line) => {
  const transcripts = [];
  for (const account of [PHONE_ON_FILE.account, UNKNOWN_ACCOUNT]) {
    const world = await openWorld();
    slowBank(300)(world);
    const options = { world: { floorMs: () => 0 } };
    transcripts.push((await livesThrough(line, account, world, options)).caller.transcript);
  }
  expect(transcripts[0]).not.toEqual(transcripts[1]);
});

describe('while the bank finds accounts and answers nothing else', () => {
  const [, , CODE_LINE] = LINES;
  const OUTAGES = [
    { at: 'checkKnowledge', line: PASSCODE_LINE, asked: true, codesBy: 'bank' },
    { at: 'simChangedWithinHours', line: CODE_LINE, asked: false, codesBy: 'bank' },
    { at: 'sendCode', line: CODE_LINE, asked: false, codesBy: 'bank' },
    { at: 'checkCode', line: CODE_LINE, asked: true, codesBy: 'bank' },
    { at: 'sms', line: CODE_LINE, asked: false, codesBy: 'us' },
  ] as const;
  type Outage = Omit<(typeof OUTAGES)[number], 'line'> & { readonly line: Line | undefined };

  /** What a caller hears, and when, whom the outage stops. */
  async function isStopped({ line = PASSCODE_LINE, asked }: Outage, account: string, world: World) {
    const { caller, call } = await dial(
      {
        plan: (plan) => withPatience(asking(...line.steps)(plan)),
        world: { floorMs: () => FLOOR_MS },
      },
      world,
    );
    await caller.hears('enter-account');
    await caller.presses(account);
    if (asked) {
      await caller.hears(line.asked);
      await caller.presses(line.wrong);
    }
    await caller.hears('connecting-operator');
    const { steps } = await call.ends('handed-off');
    expect(steps.at(-1)?.outcome).toBe('unavailable');
    return caller.transcript;
  }

  /** What the second caller hears. */
  async function hearsAfterAnother(outage: Outage, account: string) {
    const world = await openWorld({ codesBy: outage.codesBy });
    world.bank.is('unavailable', outage.at);
    await isStopped(outage, PHONE_ON_FILE.account, world);
    return isStopped(outage, account, world);
  }

  test.each(OUTAGES)('a caller with an unknown account hears the same: $at', async (outage) => {
    const known = await hearsAfterAnother(outage, PHONE_ON_FILE.account);
    expect(await hearsAfterAnother(outage, UNKNOWN_ACCOUNT)).toEqual(known);
  });

  test('and is told "wrong" again as soon as somebody else is', async () => {
    const [outage] = OUTAGES;
    const hears = async (account: string) => {
      const world = await openWorld();
      world.bank.is('unavailable', outage.at);
      await isStopped(outage, PHONE_ON_FILE.account, world);
      world.bank.is('well', outage.at);
      await livesThrough(PASSCODE_LINE, NEW_SIM.account, world);
      return (await livesThrough(PASSCODE_LINE, account, world)).caller.transcript;
    };
    expect(await hears(UNKNOWN_ACCOUNT)).toEqual(await hears(PHONE_ON_FILE.account));
  });
});

test('a bank that is slower than the floor can be told apart', async () => {
  const { known, unknown } = await bothHear(PASSCODE_LINE, slowBank(2000));
  expect(unknown).not.toEqual(known);
});

test.each(LINES)(
  'nobody gets on with an unknown account, and tries are counted: $steps',
  async (line) => {
    const world = await openWorld();
    const { call, record } = await livesThrough(line, UNKNOWN_ACCOUNT, world);
    expect(record).toMatchObject({ auth: 'failed', amr: [], desk: 'operator' });
    expect(record.steps.map(({ outcome }) => outcome)).toEqual(['unknown', 'tooManyTries']);
    const [tally] = world.tries.tallies;
    expect(tally).toMatch(/^\?/);
    expect(world.tries.failures('check', tally)).toBe(3);
    expect(call.asked.filter((ask) => ask.startsWith('bank'))).toEqual(['bank.lookup']);
    expect(world.bank.messages).toEqual([]);
  },
);

test('an unknown account is counted in all calls together, and locked', async () => {
  const world = await openWorld();
  await livesThrough(PASSCODE_LINE, UNKNOWN_ACCOUNT, world);
  const { caller, call } = await dial({ plan: asking('account', 'passcode') }, world);
  await caller.hears('enter-account');
  await caller.presses(UNKNOWN_ACCOUNT);
  await caller.hears('enter-passcode');
  await caller.presses('0000');
  await caller.hears('enter-passcode-again');
  await caller.presses('0000');
  await caller.hears('enter-passcode-again');
  await caller.presses('0000');
  await caller.hears('cannot-verify');
  const { steps } = await call.ends('handed-off');
  expect(steps.at(-1)?.outcome).toBe('lockedOut');
});

test('the made-up phone of an unknown account ends alike in every call', async () => {
  const digits = [];
  for (const _ of [1, 2]) {
    const { caller, call } = await dial({ plan: asking('account', 'oneTimeCode') });
    await caller.hears('enter-account');
    await caller.presses('99999999');
    await caller.hears('code-sent', 'enter-code');
    digits.push(caller.heard.filter((prompt) => prompt.startsWith('digit-')));
    await caller.hangsUp();
    await call.ends('hung-up');
  }
  expect(digits[0]).toHaveLength(2);
  expect(digits[0]).toEqual(digits[1]);
});

test('a bank that may take less time than the floor is long is waited for all the same', async () => {
  const { caller, call, bank } = await dial({
    plan: (plan) => ({ ...plan, backendMs: 1000 }),
    world: { floorMs: () => FLOOR_MS },
  });
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  expect((await call.ends('handed-off')).auth).toBe('verified');
});

test('who has proved that the account exists waits no longer than the bank takes', async () => {
  const world = await openWorld();
  const { caller, call } = await dial({ world: { floorMs: () => FLOOR_MS } }, world);
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('enter-code');
  await caller.presses('00000');
  caller.phone.press('0');
  const keyed = world.clock.now();
  await caller.hears('rejected');
  expect(world.clock.now() - keyed).toBeLessThan(100);
  await caller.hangsUp();
  await call.ends('hung-up');
});
