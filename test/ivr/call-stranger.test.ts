import { describe, expect, test } from 'vitest';
import { IvrFault } from '../../src/ivr/fault.ts';
import { keysAccountAndBirthDate } from './customers.ts';
import { withoutOperator, withReadBack } from './lines.ts';
import { type Call, dial } from './scenario.ts';

const looks = (call: Call) => call.asked.filter((ask) => ask === 'line.strangers').length;

describe('a stranger in the room', () => {
  test.each([
    { how: 'shown', within: 'at once' },
    { how: 'hidden', within: 'within a second' },
  ] as const)(
    'who is $how: the caller is told $within, and the bank hears nothing',
    async ({ how }) => {
      const { caller, call, world } = await dial({ plan: withoutOperator });
      await caller.hears('enter-account');
      await caller.presses('3141');
      caller.phone.letIn('agent', how);
      await caller.waits(how === 'shown' ? 0 : 1000);
      expect(caller.heard.at(-1)).toBe('not-private');
      await caller.presses('5926');
      await caller.hears('goodbye');
      const record = await call.ends('stranger');
      expect(record).toMatchObject({
        ending: { result: 'platform' },
        auth: 'none',
        steps: [{ step: 'account', outcome: 'stranger', tries: 0 }],
      });
      expect(call.asked).not.toContain('bank.lookup');
      const warnings = world.logged.filter((line) => line.includes('stranger in the room'));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('"kind":"agent"');
    },
  );

  test('sends the caller to the operator, for whom nothing is proved', async () => {
    const { caller, call } = await dial();
    await keysAccountAndBirthDate(caller);
    await caller.hears('enter-code');
    await caller.presses('12');
    caller.phone.letIn('standard');
    await caller.hears('not-private', 'connecting-operator');
    const record = await call.ends('handed-off');
    expect(record).toMatchObject({ auth: 'none', amr: [], desk: 'operator' });
    expect(record.steps.at(-1)).toMatchObject({ step: 'oneTimeCode', outcome: 'stranger' });
    expect(call.asked).not.toContain('bank.checkCode');
  });

  test('who came and left again between two entries has heard what was keyed ahead', async () => {
    const { caller, call, bank } = await dial({ plan: withoutOperator });
    bank.is(900, 'lookup');
    await caller.hears('enter-account');
    await caller.presses('31415926');
    await caller.presses('0314');
    caller.phone.letIn('standard');
    caller.phone.letOut();
    await caller.hears('not-private', 'goodbye');
    await call.ends('stranger');
    expect(call.asked).not.toContain('bank.checkKnowledge');
  });

  test('hears no more of an entry that is being read out', async () => {
    const { caller, call } = await dial({
      plan: (plan) => withoutOperator(withReadBack(plan)),
    });
    await caller.hears('enter-account');
    await caller.presses('31415926');
    await caller.hears('you-entered', 'digit-3', 'digit-1');
    caller.phone.letIn('egress');
    await caller.hears('not-private');
    expect(caller.heard.filter((word) => word.startsWith('digit-'))).toHaveLength(2);
    await call.ends('stranger');
    expect(call.asked).not.toContain('bank.lookup');
  });
});

describe('the room', () => {
  test('is looked into once a second while keys are collected, and not otherwise', async () => {
    const { caller, call, bank } = await dial();
    bank.is(7000, 'lookup');
    await caller.hears('enter-account');
    await caller.presses('3');
    await caller.waits(500);
    const before = looks(call);
    await caller.waits(3000);
    expect(looks(call) - before).toBe(3);
    await caller.presses('1415926');
    const keyed = looks(call);
    await caller.waits(3000);
    expect(looks(call)).toBe(keyed);
    await caller.hangsUp();
    await call.ends('hung-up');
  });

  test('that cannot be seen for two seconds ends the call with an apology', async () => {
    const { caller, call } = await dial({
      line: () => ({
        strangers: () => Promise.reject(new IvrFault('IVR_LIVEKIT_UNREACHABLE', 'as told')),
      }),
    });
    await caller.hears('enter-account');
    await caller.presses('31415926');
    await caller.hears('technical-problem', 'goodbye');
    const { steps } = await call.ends('fault');
    expect(steps).toMatchObject([{ step: 'account', outcome: 'faulted' }]);
    expect(call.asked).not.toContain('bank.lookup');
  });

  test('that cannot be seen for a moment does no harm', async () => {
    let isAway = true;
    const { caller, call } = await dial({
      line: (line) => ({
        strangers: (signal) =>
          isAway ? Promise.reject(new Error('away')) : line.strangers(signal),
      }),
    });
    await caller.hears('enter-account');
    await caller.presses('31415926');
    isAway = false;
    await caller.hears('enter-birth-date-mdy');
    await caller.hangsUp();
    await call.ends('hung-up');
  });
});
