// The gate of a call, lived through: who is let in, who is not, who is spared what.

import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import type { UpstreamCheck } from '../../src/ivr/upstream.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { StepName } from '../../src/machines/outcome.ts';
import type { Policy } from '../../src/screening/policy.ts';
import { ANOTHER_PHONE, keysAccountAndBirthDate, PHONE_ON_FILE } from './customers.ts';
import { type DialOptions, dial } from './scenario.ts';
import { openWorld } from './world.ts';

const STRICT = '+15105550102';
const verstat = (word: string) => [['X-Twilio-VerStat', word]] as const;

const withPolicy = (policy: Partial<Policy>) => (plan: LinePlan) => ({
  ...plan,
  screening: { ...plan.screening, ...policy },
});

describe('a call to a strict line', () => {
  test.each([
    ['TN-Validation-Passed-B', 'passed', 'B', 'below-level'],
    ['TN-Validation-Failed-A', 'failed', 'A', 'failed'],
    ['No such word', 'error', null, 'error'],
  ] as const)('with %s is never answered', async (word, verdict, level, rule) => {
    const { caller, call } = await dial({ number: STRICT, headers: verstat(word) });
    const record = await call.ends('screened-out');
    expect(caller.phone.state).toBe('refused');
    const deeds = call.asked.filter((ask) => !ask.startsWith('line.on'));
    const kept = ['records.append', 'line.leave'];
    expect(deeds).toEqual(['records.begin', 'line.headers', 'line.refuse', ...kept]);
    expect(record).toMatchObject({
      answeredAt: null,
      steps: [],
      auth: 'none',
      ending: { result: 'caller', reason: 'screened-out' },
      screening: { verdict, level, source: 'x-twilio-verstat', action: 'refuse', rule },
    });
  });

  test('without a verdict is refused with the line’s own Reason', async () => {
    const reason = 'SIP;cause=607;text="Unwanted"';
    const { call } = await dial({ number: STRICT, plan: withPolicy({ reason }) });
    const record = await call.ends('screened-out');
    expect(call.asks.find(({ what }) => what === 'line.refuse')?.args[0]).toBe(reason);
    expect(record.screening).toMatchObject({ verdict: 'none', rule: 'not-passed' });
  });

  test('that its carrier vouches for in full is taken, and everybody is told so', async () => {
    const headers = verstat('TN-Validation-Passed-A');
    const { caller, call, bank } = await dial({ number: STRICT, headers });
    await keysAccountAndBirthDate(caller);
    await caller.hears('enter-code');
    await caller.presses(bank.lastCode());
    const record = await call.ends('handed-off');
    expect(record.screening).toEqual({
      verdict: 'passed',
      level: 'A',
      diverted: false,
      source: 'x-twilio-verstat',
      action: 'accept',
      wouldBe: null,
      rule: 'passed',
      upstream: null,
    });
    expect(caller.phone.attributes['ivr.screening']).toBe('passed-A');
    const { ticket } = JSON.parse(call.dispatches[0]?.metadata ?? '');
    expect(decodeJwt(ticket)).toMatchObject({ screening: 'passed-A', auth: 'verified' });
  });

  test('over a trunk that the line does not list earns nothing by its headers', async () => {
    const { call } = await dial({
      number: STRICT,
      headers: verstat('TN-Validation-Passed-A'),
      facts: { trunkId: 'ST_9' },
    });
    const { screening } = await call.ends('screened-out');
    expect(screening).toMatchObject({ verdict: 'none', source: 'unlisted-trunk' });
    expect(call.asked).not.toContain('line.headers');
  });
});

describe('a call whose headers do not come', () => {
  const silent: DialOptions['line'] = () => ({ headers: () => new Promise(() => undefined) });
  const broken: DialOptions['line'] = () => ({
    headers: () => Promise.reject(new IvrFault('IVR_LIVEKIT_UNREACHABLE', 'as told')),
  });

  test.each([
    [silent, 'timeout'],
    [broken, 'unreadable'],
  ])('counts as an error unless the policy says otherwise', async (line, source) => {
    const { call } = await dial({ line });
    const { screening } = await call.ends('screened-out');
    expect(screening).toMatchObject({ verdict: 'error', source, action: 'refuse' });
  });

  test('and are not needed is taken, its token unread', async () => {
    const upstream = { issuer: 'pbx', audience: 'us', publicKey: 'PEM' };
    const { caller, call } = await dial({
      line: broken,
      facts: { trunkId: 'ST_9' },
      plan: (plan) => ({ ...plan, upstream }),
    });
    await caller.hears('enter-account');
    await caller.hangsUp();
    const { screening } = await call.ends('hung-up');
    expect(screening).toMatchObject({ source: 'unlisted-trunk', upstream: 'unreadable' });
  });

  test('nor does LiveKit say over which trunk it came is no call that nobody vouches for', async () => {
    const unknown = () => Promise.reject(new IvrFault('IVR_LIVEKIT_UNREACHABLE', 'as told'));
    const { call } = await dial({ world: { findTrunk: unknown } });
    const { screening } = await call.ends('screened-out');
    expect(screening).toMatchObject({ verdict: 'error', source: 'unreadable' });
  });

  test('or as one without a verdict', async () => {
    const { caller, call } = await dial({ line: silent, plan: withPolicy({ onTimeout: 'none' }) });
    await caller.hears('enter-account');
    await caller.hangsUp();
    const { screening } = await call.ends('hung-up');
    expect(screening).toMatchObject({ verdict: 'none', source: 'timeout', action: 'accept' });
  });

  test('ends without a decision when the caller hangs up first', async () => {
    const { caller, call } = await dial({ line: silent });
    await caller.hangsUp();
    const { screening, answeredAt } = await call.ends('hung-up');
    expect(screening).toMatchObject({ verdict: 'none', action: 'accept', rule: 'undecided' });
    expect(answeredAt).toBeNull();
  });
});

test('a line that only observes takes everybody, and the record says who would not have been', async () => {
  const { caller, call } = await dial({
    plan: withPolicy({ mode: 'observe' }),
    headers: verstat('TN-Validation-Failed'),
  });
  await caller.hears('enter-account');
  await caller.hangsUp();
  const { screening } = await call.ends('hung-up');
  expect(screening).toMatchObject({ verdict: 'failed', action: 'accept', wouldBe: 'refuse' });
});

test('a line that screens nobody reads nothing', async () => {
  const headers = verstat('TN-Validation-Failed');
  const { caller, call } = await dial({ plan: withPolicy({ mode: 'off' }), headers });
  await caller.hears('enter-account');
  await caller.hangsUp();
  const { screening } = await call.ends('hung-up');
  expect(screening).toMatchObject({ verdict: 'none', source: 'off', rule: 'off' });
  expect(call.asked).not.toContain('line.headers');
});

test('a caller who is not taken may go to a desk, greeted and asked nothing', async () => {
  const { caller, call } = await dial({
    plan: withPolicy({ onReject: { desk: 'general' } }),
    headers: verstat('TN-Validation-Failed'),
  });
  const record = await call.ends('handed-off');
  expect(caller.heard).toEqual(['welcome', 'connecting']);
  expect(record).toMatchObject({
    steps: [],
    auth: 'none',
    desk: 'general',
    screening: { action: 'route', rule: 'failed' },
  });
  expect(caller.phone.attributes).toMatchObject({ 'ivr.auth': 'none', 'ivr.screening': 'failed' });
});

test('a caller who goes to a desk so is told first what every caller must be told', async () => {
  const { caller, call } = await dial({
    plan: (plan) => ({
      ...withPolicy({ onReject: { desk: 'general' } })(plan),
      notice: 'recording-notice',
    }),
    headers: verstat('TN-Validation-Failed'),
  });
  await call.ends('handed-off');
  expect(caller.heard).toEqual(['welcome', 'recording-notice', 'connecting']);
});

test('a caller whose number is vouched for in full is spared the birth date, where the line says so', async () => {
  const { caller, call, bank } = await dial({
    headers: verstat('TN-Validation-Passed-A'),
    plan: (plan) =>
      'steps' in plan.route
        ? {
            ...plan,
            route: {
              ...plan.route,
              steps: plan.route.steps.map((step) =>
                step.step === 'birthDate' ? { ...step, droppedBy: ['passed-A'] as const } : step,
              ),
            },
          }
        : plan,
  });
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  const record = await call.ends('handed-off');
  expect(record.steps.map(({ step, outcome }) => [step, outcome])).toEqual([
    ['account', 'accepted'],
    ['birthDate', 'dropped'],
    ['oneTimeCode', 'accepted'],
  ]);
  expect(record).toMatchObject({ auth: 'verified', amr: ['otp', 'sms'] });
});

describe('a caller whom another system of the bank’s has verified', () => {
  const CUSTOMER = 'customer-1001';
  const ALL: readonly StepName[] = ['account', 'birthDate', 'oneTimeCode'];

  function upstream(steps: readonly StepName[], more: DialOptions = {}): DialOptions {
    return {
      headers: [
        ['X-Customer-Id', CUSTOMER],
        ['X-Auth-Token', 'a token'],
      ],
      plan: (plan) => ({ ...plan, upstream: { issuer: 'pbx', audience: 'us', publicKey: 'PEM' } }),
      world: { checkUpstream: async () => ({ kind: 'proven', steps }) },
      ...more,
    };
  }

  test('is greeted and connected', async () => {
    const { caller, call, bank } = await dial(upstream(ALL));
    const record = await call.ends('handed-off');
    expect(caller.heard).toEqual(['welcome', 'connecting']);
    expect(bank.messages).toEqual([]);
    expect(record).toMatchObject({
      auth: 'verified',
      amr: ['upstream', 'kba', 'otp'],
      desk: 'sensitive',
      screening: { upstream: 'accepted' },
    });
    expect(record.steps.map(({ outcome, tries }) => [outcome, tries])).toEqual([
      ['upstream', 0],
      ['upstream', 0],
      ['upstream', 0],
    ]);
    const { ticket } = JSON.parse(call.dispatches[0]?.metadata ?? '');
    expect(decodeJwt(ticket)).toMatchObject({ amr: ['upstream', 'kba', 'otp'], auth: 'verified' });
  });

  test('is asked for what the token does not prove', async () => {
    const { caller, call, bank } = await dial(upstream(['account', 'birthDate']));
    await caller.hears('welcome', 'code-sent', 'enter-code');
    expect(caller.heard).not.toContain('enter-account');
    await caller.presses(bank.lastCode());
    const record = await call.ends('handed-off');
    expect(record).toMatchObject({ auth: 'verified', amr: ['upstream', 'kba', 'otp', 'sms'] });
  });

  test('hears the operator’s key with the first question that is left', async () => {
    const { caller, call } = await dial(upstream(['account']));
    await caller.hears('welcome', 'operator-hint', 'enter-birth-date-mdy');
    await caller.hangsUp();
    await call.ends('hung-up');
  });

  test('has proved nothing for another customer’s account', async () => {
    const { caller, call, bank } = await dial(upstream(['oneTimeCode']));
    await keysAccountAndBirthDate(caller, ANOTHER_PHONE);
    await caller.hears('enter-code');
    await caller.presses(bank.lastCode());
    const record = await call.ends('handed-off');
    expect(record.screening.upstream).toBe('other-account');
    expect(record).toMatchObject({ auth: 'verified', amr: ['kba', 'otp', 'sms'] });
  });

  test('need not key the code for the account that is the customer’s', async () => {
    const { caller, call, bank } = await dial(upstream(['oneTimeCode']));
    await keysAccountAndBirthDate(caller);
    const record = await call.ends('handed-off');
    expect(bank.messages).toEqual([]);
    expect(record).toMatchObject({ auth: 'verified', amr: ['kba', 'otp', 'upstream'] });
  });

  test('is refused all the same where the policy refuses, and the record says that a token was there', async () => {
    const { call } = await dial(
      upstream(ALL, {
        plan: (plan) => ({
          ...plan,
          screening: { ...plan.screening, accept: 'validated' },
          upstream: { issuer: 'pbx', audience: 'us', publicKey: 'PEM' },
        }),
      }),
    );
    expect((await call.ends('screened-out')).screening.upstream).toBe('unused');
  });

  test('is asked everything when the bank does not know the customer', async () => {
    const { caller, call } = await dial(
      upstream(ALL, {
        headers: [
          ['X-Customer-Id', 'customer-9999'],
          ['X-Auth-Token', 'a token'],
        ],
      }),
    );
    await caller.hears('welcome', 'enter-account');
    await caller.hangsUp();
    expect((await call.ends('hung-up')).screening.upstream).toBe('unknown-customer');
  });

  test('is asked everything when the bank cannot say, and hears that it takes a moment', async () => {
    const world = await openWorld();
    world.bank.is('silent', 'lookupCustomer');
    const { caller, call } = await dial(upstream(ALL), world);
    await caller.hears('one-moment', 'welcome', 'enter-account');
    await caller.hangsUp();
    expect((await call.ends('hung-up')).screening.upstream).toBe('unavailable');
  });

  test.each<[string, Partial<DialOptions>, string]>([
    [
      'the token is not good',
      { world: { checkUpstream: async (): Promise<UpstreamCheck> => REPLAYED } },
      'replayed',
    ],
    ['it came over another trunk', { facts: { trunkId: 'ST_9' } }, 'unlisted-trunk'],
    ['its customer is not named', { headers: [['X-Auth-Token', 'a token']] }, 'incomplete'],
    [
      'it came twice',
      {
        headers: [
          ['X-Customer-Id', CUSTOMER],
          ['X-Auth-Token', 'a token'],
          ['x-auth-token', 'another'],
        ],
      },
      'malformed',
    ],
  ])('is asked everything when %s', async (_, more, why) => {
    const { caller, call } = await dial(upstream(ALL, more));
    await caller.hears('welcome', 'enter-account');
    await caller.hangsUp();
    expect((await call.ends('hung-up')).screening.upstream).toBe(why);
    expect(call.asked).not.toContain('bank.lookupCustomer');
  });

  const REPLAYED: UpstreamCheck = { kind: 'ignored', why: 'replayed' };

  test('is checked with the token, the customer and the Call-ID of the INVITE', async () => {
    const claims: Parameters<CallWorld['checkUpstream']>[0][] = [];
    const { caller, call } = await dial(
      upstream(ALL, {
        world: {
          async checkUpstream(claim) {
            claims.push(claim);
            return REPLAYED;
          },
        },
      }),
    );
    await caller.hears('enter-account');
    await caller.hangsUp();
    await call.ends('hung-up');
    expect(claims.map(({ token, customer }) => [token.reveal(), customer.reveal()])).toEqual([
      ['a token', CUSTOMER],
    ]);
    expect(claims[0]?.inviteCallId).toBe('invite-1@carrier.example');
  });
});

test('how long a decision took is told of every call to a line, and of no other', async () => {
  const timed = async (number: string, reason: 'screened-out' | 'no-line') => {
    const { call, world } = await dial({ number });
    await call.ends(reason);
    return world.measured.filter(({ type }) => type === 'call.screened');
  };
  expect(await timed(STRICT, 'screened-out')).toHaveLength(1);
  expect(await timed('+15105550109', 'no-line')).toEqual([]);
});
