import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { fromPromise, initialTransition, transition } from 'xstate';
import { callMachine, type Screened } from '../../src/machines/call.machine.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { StepName } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import type { AccountHandle } from '../../src/machines/verify-entry.machine.ts';
import type { Policy } from '../../src/screening/policy.ts';
import { type Evidence, LEVELS } from '../../src/screening/verdict.ts';
import { NOTHING_FOUND, ringOn } from './dialling.ts';
import { createDrive, type Drive } from './drive.ts';
import {
  ACCOUNT,
  BANK,
  BIRTH_DATE,
  CLOSED,
  CODE,
  FLOOR_MS,
  FRONT_DESK,
  KNOWN,
  MENU,
  NOBODY,
  SENT,
  TODAY,
} from './lines.ts';
import { dueTo } from './proof/policy-table.ts';

// The gate of a call, by hand: what happens while it rings, and what a caller is spared for it.

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

/** `said`: verdict and level, as in "passed A"; `proven`: the steps of an upstream token. */
function found(said: string, proven?: readonly StepName[]): Screened {
  const [verdict, level = null] = said.split(' ') as [Evidence['verdict'], Evidence['level']?];
  return {
    evidence: { verdict, level, diverted: false, source: 'x-twilio-verstat' },
    upstream: proven ? { customer: Secret.of('4711081547'), steps: proven } : null,
  };
}

function withPolicy(policy: Partial<Policy>, line: LinePlan = BANK): LinePlan {
  return { ...line, screening: { ...line.screening, ...policy } };
}

/** A call that was answered, of which this was found out before. */
function answered(screened: Screened, plan: LinePlan = BANK) {
  const call = ringOn(phone, plan);
  phone.ask('screen').answer(screened);
  phone.ask('answer').answer();
  return call;
}

function keysAccount(account: AccountHandle = KNOWN) {
  phone.press('31415926');
  phone.ask('checkEntry').answer({ kind: 'accepted', account });
}

const ports = () => phone.asks.map(({ port }) => port);
const steps = (call: ReturnType<typeof ringOn>) =>
  call.notices.flatMap((notice) => {
    if (notice.type === 'step.began') return [`${notice.step} asked`];
    return notice.type === 'step.ended' ? [`${notice.step} ${notice.outcome}`] : [];
  });
const judged = (call: ReturnType<typeof ringOn>) =>
  call.notices.flatMap((notice) => (notice.type === 'upstream.judged' ? [notice.as] : []));

describe('a call that rings', () => {
  test.each([
    [799, ['screen']],
    [800, ['screen', 'refuse']],
    [801, ['screen', 'refuse']],
  ])('has asked %i ms later, of headers that do not come: %j', (ms, asked) => {
    const call = ringOn(phone, BANK);
    phone.wait(ms);
    expect(ports()).toEqual(asked);
    expect(call.notices).toHaveLength(asked.length - 1);
  });

  test('is decided by what comes at the last moment', () => {
    const call = ringOn(phone, BANK);
    phone.wait(799);
    phone.ask('screen').answer(found('passed A'));
    expect(ports()).toEqual(['screen', 'answer']);
    phone.wait(1);
    expect(call.notices).toHaveLength(1);
  });

  test('is decided by nothing that comes later', async () => {
    const late = Promise.withResolvers<Screened>();
    const screen = fromPromise<Screened, undefined>(() => late.promise);
    const call = ringOn(phone, BANK, { chart: phone.charts.call.provide({ actors: { screen } }) });
    phone.wait(800);
    late.resolve(found('passed A', ['account']));
    await late.promise;
    await setImmediate();
    expect(ports()).toEqual(['refuse']);
    expect(call.notices).toEqual([
      {
        type: 'call.screened',
        evidence: { verdict: 'error', level: null, diverted: false, source: 'timeout' },
        decision: { action: 'refuse', wouldBe: null, rule: 'error' },
      },
    ]);
  });

  test('counts as one without a verdict where the line wants it so, and the headers are late', () => {
    const call = ringOn(phone, withPolicy({ onTimeout: 'none' }));
    phone.wait(800);
    expect(ports()).toEqual(['screen', 'answer']);
    expect(call.notices).toMatchObject([
      { evidence: { verdict: 'none', source: 'timeout' }, decision: { rule: 'none' } },
    ]);
  });

  test('is an error all the same where its headers cannot be read: callers could see to that', () => {
    const call = ringOn(phone, withPolicy({ onTimeout: 'none' }));
    phone.ask('screen').fail();
    expect(ports()).toEqual(['screen', 'refuse']);
    expect(call.notices).toMatchObject([
      { evidence: { verdict: 'error', source: 'unreadable' }, decision: { rule: 'error' } },
    ]);
  });

  test('is refused at once where its headers cannot be read', () => {
    ringOn(phone, BANK);
    phone.ask('screen').fail();
    expect(ports()).toEqual(['screen', 'refuse']);
  });

  test('is let go by a worker that drains: nothing is answered, refused or said', () => {
    const call = ringOn(phone, BANK);
    call.happens('call.drain');
    expect(phone.open().map(({ port }) => port)).toEqual(['hangUp']);
    phone.ask('hangUp').answer();
    expect(ports()).toEqual(['screen', 'hangUp']);
    expect(call.ended()).toMatchObject({ ending: { result: 'platform', reason: 'draining' } });
  });

  test.each([
    ['caller.hungUp', 'hung-up'],
    ['call.lost', 'livekit-lost'],
  ] as const)('asks nothing more after %s', (happening, reason) => {
    const call = ringOn(phone, BANK);
    phone.wait(799);
    call.happens(happening);
    phone.wait(1_000_000);
    expect(ports()).toEqual(['screen']);
    expect(phone.open()).toEqual([]);
    expect(call.notices).toEqual([]);
    expect(call.ended()).toMatchObject({ ending: { reason } });
  });
});

describe('a caller who is to be refused', () => {
  test('is never answered', () => {
    const call = ringOn(phone, BANK);
    phone.ask('screen').answer(found('failed'));
    phone.wait(9999);
    expect(call.ended()).toBeUndefined();
    phone.ask('refuse').answer();
    expect(ports()).toEqual(['screen', 'refuse']);
    expect(call.ended()).toEqual({
      ending: { result: 'caller', reason: 'screened-out' },
      auth: 'none',
      amr: [],
      handOff: null,
    });
  });

  test('is gone after ten seconds, refused or not', () => {
    const call = ringOn(phone, BANK);
    phone.ask('screen').answer(found('failed'));
    phone.wait(10_000);
    expect(call.ended()).toMatchObject({ ending: { reason: 'screened-out' } });
  });

  test('was refused all the same where they hang up first', () => {
    const call = ringOn(phone, BANK);
    phone.ask('screen').answer(found('failed'));
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ ending: { reason: 'screened-out' } });
  });

  test('is not let in by an upstream token', () => {
    ringOn(phone, BANK);
    phone.ask('screen').answer(found('failed', ['account', 'birthDate', 'oneTimeCode']));
    expect(ports()).toEqual(['screen', 'refuse']);
  });
});

describe('each policy takes, refuses or sends to a desk whom it ought to', () => {
  const policies = (['all', 'not-failed', 'validated'] as const).flatMap((accept) =>
    LEVELS.flatMap((minLevel) =>
      (['none', ...LEVELS] as const).flatMap((levelWhenMissing) =>
        (['refuse', { desk: 'operator' }] as const).map((onReject) => ({
          ...BANK.screening,
          ...{ accept, minLevel, levelWhenMissing, onReject },
        })),
      ),
    ),
  );
  const evidence = ['passed', 'none', 'failed', 'error'].flatMap((verdict) =>
    ['', ' A', ' B', ' C'].map((level) => found(`${verdict}${level}`)),
  );

  test.each(['off', 'observe', 'enforce'] as const)('in the mode %s', (mode) => {
    const wrong = policies.flatMap((policy) => {
      const plan = { ...BANK, screening: { ...policy, mode } };
      const [ringing] = initialTransition(callMachine, { plan, today: TODAY, floorMs: 0 });
      return evidence.filter((output) => {
        const event = { type: 'xstate.done.actor.screen', output } as never;
        const [{ value, context }] = transition(callMachine, ringing, event);
        const { action, wouldBe } = dueTo(plan.screening, output.evidence);
        const isRefused = JSON.stringify(value) === '{"closing":"refusing"}';
        return (
          isRefused !== (action === 'refuse') ||
          context.decision.action !== action ||
          context.decision.wouldBe !== wouldBe
        );
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('a caller who is sent to a desk', () => {
  const sorted = (line: LinePlan = BANK) =>
    withPolicy({ onReject: { desk: 'operator-desk' } }, line);
  const proof = { auth: 'none', amr: [], ref: null };

  test('is greeted and connected, asked nothing, with nothing proved', () => {
    const call = answered(found('failed'), sorted());
    expect(phone.ask('setAttributes').input).toEqual({ desk: 'operator-desk', proof });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['welcome', 'connecting']);
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    phone.ask('lookForDesk').answer(true);
    expect(phone.hasKeypadOpen()).toBe(false);
    expect(steps(call)).toEqual([]);
    expect(call.ended()).toMatchObject({
      ending: { result: 'success', reason: 'handed-off' },
      auth: 'none',
      amr: [],
      handOff: { desk: 'operator-desk' },
    });
  });

  test('is offered neither a language nor a menu', () => {
    answered(found('failed'), sorted({ ...MENU, locales: ['en', 'es'] }));
    expect(phone.ask('setAttributes').input).toEqual({ desk: 'operator-desk', proof });
    expect(phone.hasKeypadOpen()).toBe(false);
  });

  test('has proved nothing with an upstream token', () => {
    answered(found('failed', ['account', 'birthDate', 'oneTimeCode']), sorted());
    expect(phone.asked('lookUpCustomer')).toEqual([]);
    expect(phone.ask('setAttributes').input).toEqual({ desk: 'operator-desk', proof });
  });

  test('hears that the line is closed where it is', () => {
    const call = answered(found('failed'), sorted(CLOSED));
    expect(phone.hears()?.slice(0, 2)).toEqual(['closed-for-now', 'goodbye']);
    phone.promptEnds();
    phone.ask('hangUp').answer();
    expect(phone.asked('setAttributes')).toEqual([]);
    expect(call.ended()).toMatchObject({ ending: { reason: 'desk-unavailable' } });
  });
});

describe('a step that a verdict makes up for', () => {
  const sparing: LinePlan = {
    ...BANK,
    route: {
      steps: [ACCOUNT, { ...BIRTH_DATE, droppedBy: ['passed-A'] }, CODE],
      desk: 'sensitive',
    },
  };
  const brief: LinePlan = {
    ...FRONT_DESK,
    route: { steps: [ACCOUNT, { ...BIRTH_DATE, droppedBy: ['passed-A'] }], desk: 'operator-desk' },
  };

  test('is left out, and told as left out', () => {
    const call = answered(found('passed A'), sparing);
    keysAccount();
    expect(steps(call)).toEqual([
      'account asked',
      'account accepted',
      'birthDate dropped',
      'oneTimeCode asked',
    ]);
  });

  test('is not needed to be verified, and proves nothing', () => {
    answered(found('passed A'), sparing);
    keysAccount();
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer(SENT);
    phone.press('123456');
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'sensitive',
      proof: { auth: 'verified', amr: ['otp', 'sms'], ref: 'ref-1' },
    });
  });

  test.each([
    ['another level', sparing, 'passed B'],
    ['no level', sparing, 'passed'],
    ['no verdict', sparing, 'none'],
    ['a line that only observes', withPolicy({ mode: 'observe' }, sparing), 'passed A'],
    ['a line that does not screen', withPolicy({ mode: 'off' }, sparing), 'passed A'],
  ])('is asked with %s', (_, line, said) => {
    answered(found(said), line);
    keysAccount();
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
  });

  test('is told as left out also where it is the last', () => {
    const call = answered(found('passed A'), brief);
    keysAccount();
    expect(steps(call)).toEqual(['account asked', 'account accepted', 'birthDate dropped']);
    expect(phone.ask('setAttributes').input).toMatchObject({ desk: 'operator-desk' });
  });

  test('hides no account that does not exist: who keys one is told, and asked again', () => {
    answered(found('passed A'), brief);
    phone.press('99999999');
    phone.ask('checkEntry').answer({ kind: 'unknown', account: NOBODY });
    expect(phone.hears()).toEqual(['rejected', 'enter-account-again']);
  });
});

describe('a customer whom another system has verified', () => {
  const OTHER = { ...KNOWN, ref: 'ref-9' };
  const lookedUp = (account: unknown = KNOWN) => phone.ask('lookUpCustomer').answer(account);

  test('is looked up once, by the name that the token has', () => {
    answered(found('none', ['account']));
    const { customer } = phone.ask('lookUpCustomer').input as { customer: Secret };
    expect(customer.reveal()).toBe('4711081547');
    lookedUp();
    expect(phone.asked('lookUpCustomer')).toHaveLength(1);
  });

  test('is asked nothing where every step is proven, only welcomed and connected', () => {
    const call = answered(found('none', ['account', 'birthDate', 'oneTimeCode']));
    lookedUp();
    expect(steps(call)).toEqual(['account upstream', 'birthDate upstream', 'oneTimeCode upstream']);
    expect(judged(call)).toEqual(['accepted']);
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'sensitive',
      proof: { auth: 'verified', amr: ['upstream', 'kba', 'otp'], ref: 'ref-1' },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['welcome', 'connecting']);
    expect(phone.hasKeypadOpen()).toBe(false);
  });

  test('is welcomed, and told of the operator, with the first question that is left', () => {
    answered(found('none', ['account']));
    lookedUp();
    expect(phone.hears()).toEqual(['welcome', 'operator-hint', 'enter-birth-date-mdy']);
    phone.press('03141979');
    expect(phone.ask('checkEntry').input).toMatchObject({ subject: { account: KNOWN } });
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer(SENT);
    expect(phone.hears()?.[0]).toBe('code-sent');
  });

  test('is welcomed before a code is sent, where that is the first thing to do', () => {
    answered(found('none', ['account', 'birthDate']));
    lookedUp();
    expect(phone.hears()).toEqual(['welcome']);
    expect(phone.asked('simChangedWithinHours')).toEqual([]);
    phone.promptEnds();
    phone.wait(1699);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer(SENT);
    expect(phone.hears()?.[0]).toBe('code-sent');
  });

  test('hears an apology where even the welcome cannot be played', () => {
    answered(found('none', ['account', 'birthDate']));
    lookedUp();
    phone.ask('playPrompt').fail();
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
  });

  test('is not left in silence while being looked up', () => {
    answered(found('none', ['account']));
    phone.wait(999);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
    lookedUp();
    expect(phone.hears()).toEqual(['welcome', 'operator-hint', 'enter-birth-date-mdy']);
  });

  test('is not left in silence while a code is sent, being welcomed before', () => {
    answered(found('none', ['account', 'birthDate']), { ...BANK, notice: 'recording-notice' });
    phone.promptEnds();
    phone.wait(999);
    lookedUp();
    phone.wait(699);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test('keys ahead while being looked up, and nothing is lost', () => {
    answered(found('none', ['oneTimeCode']));
    phone.press('31415926');
    lookedUp();
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });

  const nothingProven: readonly [string, () => void, string][] = [
    ['is unknown', () => lookedUp(NOBODY), 'unknown-customer'],
    ['cannot be looked up', () => phone.ask('lookUpCustomer').fail(), 'unavailable'],
    ['is not looked up in time', () => phone.wait(8000), 'unavailable'],
  ];
  test.each(nothingProven)('who %s goes through all the steps', (_, happens, as) => {
    const call = answered(found('none', ['account', 'birthDate', 'oneTimeCode']));
    happens();
    expect(judged(call)).toEqual([as]);
    expect(phone.hears()).toEqual(['welcome', 'operator-hint', 'enter-account']);
    keysAccount();
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
  });

  test('is waited for as long as the backend may take, and not a moment longer', () => {
    const call = answered(found('none', ['account']));
    const late = phone.ask('lookUpCustomer');
    phone.wait(7999);
    expect(judged(call)).toEqual([]);
    phone.wait(1);
    expect(late.isOpen).toBe(false);
    phone.wait(1);
    expect(judged(call)).toEqual(['unavailable']);
    expect(phone.hears()).toEqual(['welcome', 'operator-hint', 'enter-account']);
  });

  test('keys the account where the token does not prove it, and is spared the rest', () => {
    const call = answered(found('none', ['birthDate', 'oneTimeCode']));
    lookedUp();
    keysAccount();
    expect(steps(call).slice(2)).toEqual(['birthDate upstream', 'oneTimeCode upstream']);
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'sensitive',
      proof: { auth: 'verified', amr: ['kba', 'upstream', 'otp'], ref: 'ref-1' },
    });
  });

  test('is told of at once: the other system has said that the account is there', () => {
    const call = ringOn(phone, BANK, { floorMs: FLOOR_MS });
    phone.ask('screen').answer(found('none', ['account']));
    phone.ask('answer').answer();
    lookedUp();
    phone.press('01011970');
    phone.ask('checkEntry').answer({ kind: 'rejected' });
    expect(phone.hears()?.[0]).toBe('rejected');
    expect(steps(call)).toEqual(['account upstream', 'birthDate asked']);
  });

  test('has proved nothing of another account that is keyed', () => {
    const call = answered(found('none', ['birthDate', 'oneTimeCode']));
    lookedUp(OTHER);
    keysAccount();
    expect(judged(call)).toEqual(['accepted', 'other-account']);
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    phone.press('03141979');
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    expect(phone.ask('simChangedWithinHours').input).toEqual({ account: KNOWN });
  });

  test('is told to have another account also where no step is left', () => {
    const call = answered(found('none', ['birthDate']), FRONT_DESK);
    lookedUp(OTHER);
    keysAccount();
    expect(judged(call)).toEqual(['accepted', 'other-account']);
    expect(phone.ask('setAttributes').input).toMatchObject({ proof: { ref: 'ref-1' } });
  });

  test('has proved nothing of an account that does not exist', () => {
    const call = answered(found('none', ['birthDate', 'oneTimeCode']));
    lookedUp();
    phone.press('99999999');
    phone.ask('checkEntry').answer({ kind: 'unknown', account: NOBODY });
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    expect(steps(call)).toEqual(['account asked', 'account unknown', 'birthDate asked']);
  });

  test('is looked up when the steps begin, not before', () => {
    answered(found('none', ['account', 'oneTimeCode']), MENU);
    expect(phone.asked('lookUpCustomer')).toEqual([]);
    phone.press('1');
    lookedUp();
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting']);
  });

  test('is not looked up where nothing is to be proved', () => {
    answered(found('none', ['account']), MENU);
    phone.press('9');
    expect(phone.ask('setAttributes').input).toMatchObject({ desk: 'operator' });
    expect(phone.asked('lookUpCustomer')).toEqual([]);
  });

  test('hears that a worker drains while being looked up', () => {
    const call = answered(found('none', ['account']));
    call.happens('call.drain');
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
    expect(phone.asked('lookUpCustomer').some(({ isOpen }) => isOpen)).toBe(false);
  });

  test('hangs up while being looked up: nothing is asked any more', () => {
    const call = answered(found('none', ['account']));
    call.happens('caller.hungUp');
    phone.wait(1_000_000);
    expect(ports()).toEqual(['screen', 'answer', 'lookUpCustomer']);
    expect(phone.open()).toEqual([]);
  });
});

test('a number that no line answers is refused without a look at its headers', () => {
  const call = ringOn(phone, null);
  expect(ports()).toEqual(['refuse']);
  expect(call.notices).toEqual([
    {
      type: 'call.screened',
      evidence: NOTHING_FOUND.evidence,
      decision: { action: 'refuse', wouldBe: null, rule: 'no-line' },
    },
  ]);
});
