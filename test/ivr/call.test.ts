import { expect, test } from 'vitest';
import { Secret } from '../../src/machines/secret.ts';
import { TicketError, verifyTicket } from '../../src/ticket/verify.ts';
import {
  ANOTHER_PHONE,
  keysAccountAndBirthDate,
  NEW_SIM,
  NO_PHONE,
  PHONE_ON_FILE,
  UNKNOWN,
} from './customers.ts';
import { withoutOperator } from './lines.ts';
import { dial } from './scenario.ts';
import { publicKeys } from './world.ts';

test('a caller who keys everything right is verified and comes to the desk', async () => {
  const { caller, call, bank, world } = await dial();
  await caller.hears('welcome', 'operator-hint', 'enter-account');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('03141979');
  await caller.hears('code-sent', 'digit-0', 'digit-1', 'enter-code', 'resend-hint');
  await caller.presses(bank.lastCode());
  await caller.hears('connecting');

  const record = await call.ends('handed-off');
  expect(record).toEqual({
    id: call.id,
    sipCallId: 'SCL_1',
    inviteCallId: 'invite-1@carrier.example',
    line: 'bank',
    dialled: '+15105550100',
    callerHash: expect.stringMatching(/^[\w-]{43}$/),
    callerLast2: '88',
    trunk: 'bank-trunk',
    ruleId: 'SDR_1',
    startedAt: '2026-11-20T10:00:00.000Z',
    answeredAt: '2026-11-20T10:00:00.500Z',
    endedAt: new Date(world.now()).toISOString(),
    screening: {
      verdict: 'none',
      level: null,
      diverted: false,
      source: 'none',
      action: 'accept',
      wouldBe: null,
      rule: 'none',
      upstream: null,
    },
    steps: [
      { step: 'account', outcome: 'accepted', tries: 1, ms: expect.any(Number) },
      { step: 'birthDate', outcome: 'accepted', tries: 1, ms: expect.any(Number) },
      { step: 'oneTimeCode', outcome: 'accepted', tries: 1, ms: expect.any(Number) },
    ],
    auth: 'verified',
    amr: ['kba', 'otp', 'sms'],
    desk: 'sensitive',
    handoff: { kind: 'agent', outcome: 'succeeded', ms: expect.any(Number) },
    ending: { result: 'success', reason: 'handed-off' },
    resumed: false,
    promptVersion: world.edition().recordingsFor(null).version,
    flowVersion: 'f1',
    workerId: 'w1',
  });
  expect(await world.kept()).toEqual([record]);
  expect(caller.phone.state).toBe('answered');
  expect(caller.phone.attributes).toEqual({
    'ivr.call': record.id,
    'ivr.line': 'bank',
    'ivr.auth': 'verified',
    'ivr.amr': 'kba,otp,sms',
    'ivr.screening': 'none',
    'ivr.desk': 'sensitive',
  });
});

test('the desk is sent for with a ticket that holds for this call, this caller and this desk only', async () => {
  const { caller, call, bank } = await dial();
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  await call.ends('handed-off');

  expect(call.dispatches.map(({ agent }) => agent)).toEqual(['sensitive-desk']);
  const { ticket, ...rest } = JSON.parse(call.dispatches[0]!.metadata);
  expect(rest).toEqual({ call: call.id, line: 'bank' });
  const here = {
    jwks: publicKeys,
    issuer: 'tonegate',
    audience: 'sensitive',
    room: caller.facts.room,
    caller: caller.facts.identity,
  };
  await expect(verifyTicket(ticket, { ...here, audience: 'general' })).rejects.toThrow(TicketError);
  await expect(verifyTicket(ticket, { ...here, caller: 'sip_other' })).rejects.toThrow(TicketError);
  const claims = await verifyTicket(ticket, here);
  expect(claims).toMatchObject({
    call: call.id,
    sipCall: 'SCL_1',
    line: 'bank',
    auth: 'verified',
    amr: ['kba', 'otp', 'sms'],
    screening: 'none',
  });
  expect(claims.sub).toMatch(/^acc_/);
});

test('a caller of a line that asks for the account only is identified, not verified', async () => {
  const { caller, call } = await dial({ number: '+15105550101' });
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ line: 'frontdesk', auth: 'identified', amr: [], desk: 'general' });
  expect(call.asked).not.toContain('bank.sendCode');
});

test('a calling number that is hardly longer than its last two digits is in no record', async () => {
  const { caller, call } = await dial({ facts: { number: Secret.of('4711') } });
  await caller.hears('enter-account');
  await caller.hangsUp();
  expect((await call.ends('hung-up')).callerLast2).toBeNull();
});

test('a number that no line answers is refused while it rings, with a record', async () => {
  const { caller, call } = await dial({ number: '+15105550109' });
  const record = await call.ends('no-line');
  expect(caller.phone.state).toBe('refused');
  expect(call.asked).toEqual([
    'line.onKey',
    'line.onIgnoredKey',
    'line.onKeysMissed',
    'line.onHushed',
    'line.onUnderrun',
    'line.onStranger',
    'line.onlyWhile',
    'records.begin',
    'line.refuse',
    'records.append',
    'line.leave',
  ]);
  expect(record).toMatchObject({
    line: null,
    dialled: '+15105550109',
    answeredAt: null,
    steps: [],
    screening: { action: 'refuse', rule: 'no-line' },
  });
});

test('a caller with an unknown account hears exactly what one with a wrong birth date hears', async () => {
  const tellings = [];
  for (const account of [PHONE_ON_FILE.account, UNKNOWN.account]) {
    const { caller, call } = await dial();
    await caller.hears('enter-account');
    await caller.presses(account);
    await caller.hears('enter-birth-date-mdy');
    await caller.presses('01011980');
    await caller.hears('rejected', 'enter-birth-date-mdy-again');
    await caller.presses('01021980');
    await caller.hears('rejected-again', 'enter-birth-date-mdy-again');
    await caller.presses('01031980');
    await caller.hears('cannot-verify', 'connecting-operator');
    const { auth, steps } = await call.ends('handed-off');
    expect(auth).toBe('failed');
    expect(steps.at(-1)).toMatchObject({ step: 'birthDate', outcome: 'tooManyTries', tries: 3 });
    expect(caller.phone.attributes).toMatchObject({ 'ivr.auth': 'failed', 'ivr.amr': '' });
    tellings.push(caller.transcript);
  }
  expect(tellings[0]).toEqual(tellings[1]);
});

test('nobody with an unknown account gets further, even with every birth date right', async () => {
  const { caller, call } = await dial();
  await keysAccountAndBirthDate(caller, UNKNOWN);
  await caller.hears('rejected');
  await caller.hangsUp();
  const { steps, auth } = await call.ends('hung-up');
  expect(auth).toBe('none');
  expect(steps.map(({ outcome }) => outcome)).toEqual(['unknown', 'hungUp']);
  expect(call.asked).not.toContain('bank.checkKnowledge');
});

test('a caller who keys a wrong code three times comes to the operator as failed', async () => {
  const { caller, call, bank } = await dial();
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  for (const words of ['rejected', 'rejected-again'] as const) {
    await caller.presses(bank.wrongCode());
    await caller.hears(words, 'enter-code-again');
  }
  await caller.presses(bank.wrongCode());
  await caller.hears('cannot-verify', 'connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({
    auth: 'failed',
    desk: 'operator',
    handoff: { kind: 'transfer', outcome: 'succeeded' },
  });
  expect(record.steps.at(-1)).toMatchObject({
    step: 'oneTimeCode',
    outcome: 'tooManyTries',
    tries: 3,
  });
  expect(call.asked.filter((ask) => ask === 'bank.checkCode')).toHaveLength(3);
  expect(call.transfers[0]?.target).toBe('tel:+15105550199');
  const claims = await verifyTicket(call.transfers[0]!.ticket, {
    jwks: publicKeys,
    issuer: 'tonegate',
    audience: 'operator',
    room: caller.facts.room,
    caller: caller.facts.identity,
  });
  expect(claims.auth).toBe('failed');
  expect(claims.sub).toBeUndefined();
});

test('on a line without operator the same caller hears goodbye to its end, and is hung up', async () => {
  const { caller, call, bank } = await dial({ plan: withoutOperator });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  for (const _ of [1, 2, 3]) {
    await caller.presses(bank.wrongCode());
    await caller.waits(4000);
  }
  await caller.hears('cannot-verify', 'goodbye');
  expect(caller.phone.state).toBe('answered');
  const record = await call.ends('too-many-tries');
  expect(caller.phone.state).toBe('ended');
  expect(caller.heard).not.toContain('operator-hint');
  expect(record).toMatchObject({ auth: 'failed', desk: null, handoff: null });
});

test.each([
  { who: 'without a phone on file', customer: NO_PHONE },
  { who: 'whose SIM changed yesterday', customer: NEW_SIM },
])('a caller $who is sent no code and comes to the operator', async ({ customer }) => {
  const { caller, call, bank } = await dial();
  await keysAccountAndBirthDate(caller, customer);
  await caller.hears('cannot-verify', 'connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'identified', amr: ['kba'], desk: 'operator' });
  expect(record.steps.at(-1)).toMatchObject({
    step: 'oneTimeCode',
    outcome: 'notPossible',
    tries: 0,
  });
  expect(bank.messages).toEqual([]);
  expect(call.asked).not.toContain('bank.sendCode');
});

test('two calls at once do not mix', async () => {
  const first = await dial();
  const second = await dial({ facts: { room: 'call_+15105550100_y8' } }, first.world);
  const callers = [first.caller, second.caller] as const;
  for (const caller of callers) await caller.hears('enter-account');
  const [ours, theirs] = callers;
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7]) {
    await ours.presses(PHONE_ON_FILE.account.charAt(i));
    await theirs.presses(ANOTHER_PHONE.account.charAt(i));
  }
  for (const caller of callers) await caller.hears('enter-birth-date-mdy');
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7]) {
    await theirs.presses(ANOTHER_PHONE.birthDate.charAt(i));
    await ours.presses(PHONE_ON_FILE.birthDate.charAt(i));
  }
  for (const caller of callers) await caller.hears('enter-code');
  const codeFor = (phone: string) =>
    first.bank.messages.find(({ to }) => to === phone)?.code ?? 'none';
  await ours.presses(codeFor('+15551230002'));
  await ours.hears('rejected', 'enter-code-again');
  await theirs.presses(codeFor('+15551230002'));
  await ours.presses(codeFor('+15551230001'));
  const records = [await first.call.ends('handed-off'), await second.call.ends('handed-off')];
  expect(records.map(({ auth }) => auth)).toEqual(['verified', 'verified']);
  expect(records.map(({ steps }) => steps.at(-1)?.tries)).toEqual([2, 1]);
  expect(await first.world.kept()).toHaveLength(2);
  expect(ours.phone.attributes['ivr.call']).toBe(first.call.id);
  expect(theirs.phone.attributes['ivr.call']).toBe(second.call.id);
});
