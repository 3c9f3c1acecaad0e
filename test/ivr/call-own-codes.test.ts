import { expect, test } from 'vitest';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { Secret } from '../../src/machines/secret.ts';
import { keysAccountAndBirthDate, PHONE_ON_FILE } from './customers.ts';
import { withPatience } from './lines.ts';
import { type Caller, type DialOptions, dial } from './scenario.ts';
import { openWorld, type World } from './world.ts';

async function isSentACode(options: DialOptions = {}, inWorld?: World) {
  const world = inWorld ?? (await openWorld({ codesBy: 'us' }));
  const made = await dial(options, world);
  await keysAccountAndBirthDate(made.caller);
  await made.caller.hears('code-sent', 'digit-0', 'digit-1', 'enter-code');
  return { ...made, code: world.bank.lastCode() };
}

async function asksForAnother(caller: Caller) {
  await caller.waits(31_000);
  await caller.presses('9#');
}

test('a caller is verified with a code of ours, and it is gone then', async () => {
  const { caller, call, world, code } = await isSentACode();
  expect(world.bank.messages).toMatchObject([{ to: '+15551230001' }]);
  expect(world.codes.live).toBe(1);
  await caller.presses(code);
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'verified', amr: ['kba', 'otp', 'sms'] });
  expect(world.codes.live).toBe(0);
  expect(call.asked).not.toContain('bank.checkCode');
  expect(world.measured).toContainEqual({ type: 'code.sent', line: 'bank', by: 'us' });
});

test('the message names the number that was called, and goes to the number on file only', async () => {
  const { caller, call, world, code } = await isSentACode({
    facts: { number: Secret.of('+15559998877') },
  });
  const [message] = world.bank.messages;
  expect(message?.text).toContain(`${code}. It is only for a call YOU made to +15105550100.`);
  expect(JSON.stringify(world.bank.messages)).not.toContain('8877');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('the message is in the language of the call', async () => {
  const world = await openWorld({ codesBy: 'us' });
  const { caller, call } = await dial({ number: '+15105550103' }, world);
  await caller.hears('choose-language');
  await caller.presses('2');
  await caller.hears('es/enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('es/enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('es/enter-code');
  expect(world.bank.messages[0]?.text).toContain('que USTED hizo al +15105550103.');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a wrong code is told as such, and the right one is good afterwards', async () => {
  const { caller, call, bank, code } = await isSentACode();
  await caller.presses(bank.wrongCode());
  await caller.hears('rejected', 'enter-code-again');
  await caller.presses(code);
  const { steps } = await call.ends('handed-off');
  expect(steps.at(-1)).toMatchObject({ outcome: 'accepted', tries: 2 });
});

test('a new code makes the old one void, and brings no new tries', async () => {
  const { caller, call, bank, world, code } = await isSentACode({ plan: withPatience });
  await caller.presses(bank.wrongCode());
  await caller.hears('rejected', 'enter-code-again');
  await asksForAnother(caller);
  await caller.hears('code-sent', 'enter-code');
  expect(world.codes.live).toBe(1);
  await caller.presses(code);
  await caller.hears('rejected', 'enter-code-again');
  await caller.presses(bank.wrongCode());
  await caller.hears('cannot-verify');
  const record = await call.ends('handed-off');
  expect(record.auth).toBe('failed');
  expect(record.steps.at(-1)).toMatchObject({ outcome: 'tooManyTries', tries: 3 });
});

test('the new code is right', async () => {
  const { caller, call, bank, code } = await isSentACode({ plan: withPatience });
  await asksForAnother(caller);
  await caller.hears('code-sent', 'enter-code');
  expect(bank.lastCode()).not.toBe(code);
  await caller.presses(bank.lastCode());
  expect((await call.ends('handed-off')).auth).toBe('verified');
});

const withLife =
  (ttlMs: number) =>
  (plan: LinePlan): LinePlan => {
    const line = withPatience(plan);
    if (!('steps' in line.route)) return line;
    const steps = line.route.steps.map((step) =>
      step.step === 'oneTimeCode' ? { ...step, ttlMs } : step,
    );
    return { ...line, route: { ...line.route, steps } };
  };

test.each([
  { ttlMs: 60_000, told: 'connecting' },
  { ttlMs: 40_000, told: 'rejected' },
] as const)('keyed after 50 s, a code that is good for $ttlMs ms is $told', async (expected) => {
  const { caller, call, world, code } = await isSentACode({ plan: withLife(expected.ttlMs) });
  await caller.waits(45_000);
  await caller.presses(code);
  await caller.hears(expected.told);
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(world.codes.live).toBe(0);
});

test('the code of another call to the same account is wrong here', async () => {
  const first = await isSentACode({ plan: withPatience });
  const second = await isSentACode({ plan: withPatience }, first.world);
  await second.caller.presses(first.code);
  await second.caller.hears('rejected', 'enter-code-again');
  await first.caller.presses(first.code);
  await second.caller.presses(second.code);
  for (const { call } of [first, second]) {
    expect((await call.ends('handed-off')).auth).toBe('verified');
  }
});

test('a code of a call that is over is good in none', async () => {
  const first = await isSentACode();
  await first.caller.hangsUp();
  await first.call.ends('hung-up');
  const { caller, call } = await isSentACode({ plan: withPatience }, first.world);
  await caller.presses(first.code);
  await caller.hears('rejected');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test.each(['unavailable', 'silent', 17_500] as const)(
  'where the sender is %s no code is asked for, and none is good',
  async (mood) => {
    const world = await openWorld({ codesBy: 'us' });
    world.bank.is(mood, 'sms');
    const { caller, call } = await dial({}, world);
    await keysAccountAndBirthDate(caller);
    await caller.hears('connecting-operator');
    await caller.waits(5000);
    const { steps, auth } = await call.ends('handed-off');
    expect(steps.at(-1)?.outcome).toBe('unavailable');
    expect(auth).toBe('identified');
    expect(caller.heard).not.toContain('code-sent');
    expect(world.codes.live).toBe(0);
  },
);

test('where the bank leaves codes to us and nothing is configured, the log says what to do', async () => {
  const world = await openWorld({ codesBy: 'us' });
  const { caller, call } = await dial({ world: { sms: null } }, world);
  await keysAccountAndBirthDate(caller);
  await caller.hears('connecting-operator');
  await call.ends('handed-off');
  expect(world.logged.join('')).toContain('Set sms.webhook');
  expect(world.logged.join('')).not.toContain('1230001');
});

test('a caller who hangs up while the code is sent leaves a void code behind', async () => {
  const world = await openWorld({ codesBy: 'us' });
  world.bank.is(2500, 'sms');
  const { caller, call } = await dial({}, world);
  await keysAccountAndBirthDate(caller);
  await call.reaches('oneTimeCode', 'preparing.waiting.answer.sending');
  await caller.hangsUp();
  await call.ends('hung-up');
  await caller.waits(60_000);
  expect(world.codes.live).toBe(0);
});
