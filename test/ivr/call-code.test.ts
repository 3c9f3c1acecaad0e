import { expect, test } from 'vitest';
import { keysAccountAndBirthDate } from './customers.ts';
import { withPatience } from './lines.ts';
import { type Caller, dial } from './scenario.ts';

async function waitsForCode(caller: Caller) {
  await keysAccountAndBirthDate(caller);
  await caller.hears('code-sent', 'enter-code', 'resend-hint');
}

test('a caller who asks for a new code within 30 seconds is told that it is on its way', async () => {
  const { caller, call, bank } = await dial();
  await waitsForCode(caller);
  await caller.presses('9#');
  await caller.hears('code-on-its-way', 'enter-code-again');
  expect(bank.messages).toHaveLength(1);
  await caller.presses(bank.lastCode());
  const { steps } = await call.ends('handed-off');
  expect(steps[2]).toMatchObject({ outcome: 'accepted', tries: 1 });
});

test('after 30 seconds a new code is sent, and the old one counts no more', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await waitsForCode(caller);
  await caller.waits(31_000);
  await caller.presses('9#');
  await caller.hears('code-sent', 'enter-code');
  const [old, fresh] = bank.messages.map(({ code }) => code);
  await caller.presses(old!);
  await caller.hears('rejected', 'enter-code-again');
  await caller.presses(fresh!);
  const { steps } = await call.ends('handed-off');
  expect(steps[2]).toMatchObject({ outcome: 'accepted', tries: 2 });
});

test('the 30 seconds run from the code, not from the last wish for one', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await keysAccountAndBirthDate(caller);
  await caller.hears('code-sent');
  await caller.waits(20_000);
  await caller.presses('9#');
  await caller.hears('code-on-its-way');
  await caller.waits(10_000);
  await caller.presses('9#');
  await caller.hears('code-sent');
  expect(bank.messages).toHaveLength(2);
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('no more than three codes are sent in one call', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await waitsForCode(caller);
  for (const sent of [2, 3]) {
    await caller.waits(31_000);
    await caller.presses('9#');
    await caller.hears('code-sent');
    expect(bank.messages).toHaveLength(sent);
  }
  await caller.waits(31_000);
  await caller.presses('9#');
  await caller.hears('no-more-codes', 'enter-code-again');
  expect(bank.messages).toHaveLength(3);
  await caller.presses(bank.lastCode());
  const record = await call.ends('handed-off');
  expect(record.auth).toBe('verified');
});

test('a new code brings no new tries', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await waitsForCode(caller);
  for (const words of ['rejected', 'rejected-again'] as const) {
    await caller.presses(bank.wrongCode());
    await caller.hears(words, 'enter-code-again');
  }
  await caller.waits(31_000);
  await caller.presses('9#');
  await caller.hears('code-sent', 'enter-code');
  await caller.presses(bank.wrongCode());
  await caller.hears('cannot-verify');
  const { steps, auth } = await call.ends('handed-off');
  expect(auth).toBe('failed');
  expect(steps[2]).toMatchObject({ outcome: 'tooManyTries', tries: 3 });
});

test('a caller may ask for the operator instead of keying the code', async () => {
  const { caller, call } = await dial();
  await waitsForCode(caller);
  await caller.presses('0#');
  await caller.hears('connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'identified', amr: ['kba'], desk: 'operator' });
});

test('no code goes out while the bank does not say when the SIM changed', async () => {
  const { caller, call, bank } = await dial();
  bank.is('silent', 'simChangedWithinHours');
  await keysAccountAndBirthDate(caller);
  await caller.hears('one-moment', 'connecting-operator');
  await call.ends('handed-off');
  expect(bank.messages).toEqual([]);
});
