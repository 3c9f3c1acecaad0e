import { expect, test } from 'vitest';
import { keysAccountAndBirthDate } from './customers.ts';
import { withoutBargeIn, withoutOperator } from './lines.ts';
import { dial } from './scenario.ts';

test('a caller who presses nothing at all hears a polite goodbye', async () => {
  const { caller, call } = await dial();
  await caller.hears(
    'enter-account',
    'no-input',
    'enter-account-again',
    'nothing-heard',
    'goodbye',
  );
  const record = await call.ends('no-input');
  expect(record.steps).toMatchObject([{ step: 'account', outcome: 'noInput', tries: 1 }]);
  expect(caller.phone.state).toBe('ended');
  expect(call.asked).not.toContain('bank.lookup');
});

test('a caller gets 8 seconds after the prompt for the first key', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await call.reaches('collectDigits', 'listening.awaitingFirstKey');
  await caller.waits(7900);
  expect(caller.heard).not.toContain('no-input');
  await caller.waits(200);
  expect(caller.heard).toContain('no-input');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a caller who pauses longer than 4 seconds between two keys has keyed too short a number', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141', 3900);
  expect(caller.heard).not.toContain('too-short');
  await caller.hears('too-short', 'enter-account-again');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[0]).toMatchObject({ outcome: 'accepted', tries: 2 });
});

test('the first key stops the first prompt', async () => {
  const { caller, call } = await dial();
  await caller.hears('welcome');
  await caller.waits(400);
  expect(caller.hearsSomething).toBe(true);
  await caller.presses('3', 0);
  expect(caller.hearsSomething).toBe(false);
  await caller.waits(500);
  await caller.presses('1415926');
  await caller.hears('enter-birth-date-mdy');
  expect(caller.heard).toEqual(['welcome', 'enter-birth-date-mdy']);
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('on a line without barge-in a key leaves the prompt alone and still counts', async () => {
  const { caller, call } = await dial({ plan: withoutBargeIn });
  await caller.hears('welcome');
  await caller.presses('31415926');
  expect(caller.hearsSomething).toBe(true);
  await caller.hears('enter-account', 'enter-birth-date-mdy');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[0]).toMatchObject({ outcome: 'accepted', tries: 1 });
});

test('star clears what was keyed, and the try does not count', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3142*31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[0]).toMatchObject({ outcome: 'accepted', tries: 1 });
});

test('star on an empty entry repeats the prompt', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('*');
  await caller.hears('welcome', 'enter-account');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a pound after a complete entry does not fall into the next one', async () => {
  const { caller, call, bank } = await dial();
  await caller.hears('enter-account');
  await caller.presses('31415926#');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('03141979#');
  await caller.hears('enter-code');
  await caller.presses(`${bank.lastCode()}#`);
  const { steps } = await call.ends('handed-off');
  expect(caller.heard).not.toContain('too-short');
  expect(steps.map(({ tries }) => tries)).toEqual([1, 1, 1]);
});

test('a pound while a check runs does not fall into the next entry either', async () => {
  const { caller, call, bank } = await dial();
  bank.is(900, 'lookup');
  await caller.hears('enter-account');
  await caller.presses('31415926#');
  await caller.hears('enter-birth-date-mdy');
  expect(caller.hearsSomething).toBe(true);
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(caller.heard).not.toContain('too-short');
});

test('two pounds: the second one, long after the entry, says that an entry is empty', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('31415926#');
  await caller.waits(2000);
  await caller.presses('#');
  await caller.hears('too-short', 'enter-birth-date-mdy-again');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a caller who knows the way may key account and birth date in one go', async () => {
  const { caller, call, bank } = await dial();
  await caller.hears('welcome');
  await caller.presses('3141592603141979');
  await caller.hears('code-sent', 'enter-code');
  expect(caller.heard).not.toContain('enter-account');
  await caller.presses(bank.lastCode());
  const record = await call.ends('handed-off');
  expect(record.auth).toBe('verified');
});

test('keys pressed during a check wait for the next entry', async () => {
  const { caller, call, bank } = await dial();
  bank.is(700, 'lookup');
  await caller.hears('enter-account');
  await caller.presses('31415926');
  await caller.presses('03141979');
  await caller.hears('code-sent');
  expect(caller.heard).not.toContain('enter-birth-date-mdy');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[1]).toMatchObject({ step: 'birthDate', outcome: 'accepted', tries: 1 });
});

test('keys pressed during a check that fails are forgotten', async () => {
  const { caller, call, bank } = await dial();
  bank.is(900, 'checkKnowledge');
  await keysAccountAndBirthDate(caller, { account: '31415926', birthDate: '01011980' });
  await caller.presses('0314');
  await caller.hears('rejected', 'enter-birth-date-mdy-again');
  await caller.presses('03141979');
  await caller.hears('code-sent');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[1]).toMatchObject({ outcome: 'accepted', tries: 2 });
});

test('keys pressed before the code was asked for are never taken for the code', async () => {
  const { caller, call, bank } = await dial();
  bank.is(900, 'sendCode');
  await keysAccountAndBirthDate(caller);
  await caller.presses('12345');
  await caller.hears('code-sent', 'enter-code');
  await caller.presses(bank.lastCode());
  const { steps } = await call.ends('handed-off');
  expect(steps[2]).toMatchObject({ outcome: 'accepted', tries: 1 });
});

test('two keys closer than a person can press have the entry asked again, not counted', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('33', 10);
  await caller.presses('141592');
  await caller.hears('not-clear', 'enter-account-again');
  expect(call.asked).not.toContain('bank.lookup');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[0]).toMatchObject({ outcome: 'accepted', tries: 1 });
});

test('keys that come too fast are forgiven three times, then they count as tries', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  for (const time of [1, 2, 3, 4, 5]) {
    await caller.presses('31415926', 10);
    await caller.hears(time === 1 ? 'not-clear' : 'not-clear-again', 'enter-account-again');
  }
  await caller.presses('31415926', 10);
  await caller.hears('cannot-verify');
  const { steps } = await call.ends('handed-off');
  expect(steps[0]).toMatchObject({ outcome: 'tooManyTries', tries: 3 });
  expect(caller.heard).not.toContain('no-input');
});

test.each([
  { keys: '0#', who: 'presses zero and pound' },
  { keys: '0', who: 'presses zero and waits' },
])('a caller who $who comes to the operator', async ({ keys }) => {
  const { caller, call } = await dial();
  await caller.hears('welcome');
  await caller.presses(keys);
  await caller.hears('connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'none', amr: [], desk: 'operator' });
  expect(record.steps).toMatchObject([{ step: 'account', outcome: 'operator', tries: 0 }]);
});

test('an account number that begins with zero is no call for the operator', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('01234567');
  await caller.hears('enter-birth-date-mdy');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('on a line without operator zero and pound is a number that is too short', async () => {
  const { caller, call } = await dial({ plan: withoutOperator });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('too-short');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('what is no key is left out and only counted', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141A5926');
  await caller.presses('5');
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(call.asked.filter((ask) => ask === 'bank.lookup')).toHaveLength(1);
  expect(world.logged.filter((line) => line.includes('"why":"notAKey"'))).toHaveLength(1);
});

test('keys beyond the thirtieth that nobody waits for are dropped and counted', async () => {
  const { caller, call, bank, world } = await dial();
  bank.is(7900, 'lookup');
  await caller.hears('enter-account');
  await caller.presses('31415926');
  await caller.presses('7'.repeat(33));
  await caller.hears('no-such-date');
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(world.logged.filter((line) => line.includes('"why":"overflow"'))).toHaveLength(3);
});
