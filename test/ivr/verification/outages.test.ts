import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/console/virtual-clock.ts';
import { type BankAsk, openSimulatedBank } from '../../../src/demo/simulated-bank.ts';
import { IvrFault } from '../../../src/ivr/fault.ts';
import { openOutages } from '../../../src/ivr/verification/outages.ts';
import { NEW_SIM, PHONE_ON_FILE, UNKNOWN } from '../customers.ts';
import { openVerification, POLICY } from './setting.ts';

type Setting = ReturnType<typeof openVerification>;

/** How each question about an account ends, be it the answer or that there is none. */
const QUESTIONS = {
  checkKnowledge: async (setting: Setting, number: string) =>
    setting.checkPasscode(await setting.lookUp(number), '0000'),
  simChangedWithinHours: async ({ lookUp, ours, signal }: Setting, number: string) =>
    ours
      .simChangedWithinHours(await lookUp(number), signal)
      .catch(({ code }: { code: string }) => code),
  sendCode: async ({ lookUp, send }: Setting, number: string) =>
    (await send(await lookUp(number))).kind,
  checkCode: async ({ lookUp, checkCode }: Setting, number: string) => {
    const account = await lookUp(number);
    const by = account.ref === null ? 'decoy' : 'backend';
    return checkCode(account, { by, id: 'any' }, '000000');
  },
} satisfies Partial<Record<BankAsk, (setting: Setting, number: string) => Promise<unknown>>>;

const ROUTES = ['checkKnowledge', 'simChangedWithinHours', 'sendCode', 'checkCode'] as const;

test.each(ROUTES)('while %s fails it fails for nobody, too, and no longer', async (route) => {
  const ask: (setting: Setting, number: string) => Promise<unknown> = QUESTIONS[route];
  const setting = openVerification();
  const whenWell = await ask(setting, UNKNOWN.account);
  setting.bank.is('unavailable', route);
  const known = await ask(setting, PHONE_ON_FILE.account);
  expect(known).not.toEqual(whenWell);
  setting.forgetAsked();
  expect(await ask(setting, UNKNOWN.account)).toEqual(known);
  expect(setting.asked.filter((asked) => asked.startsWith('bank'))).toEqual(['bank.lookup']);
  setting.bank.is('well', route);
  expect(await ask(setting, UNKNOWN.account)).toEqual(known);
  expect(await ask(setting, PHONE_ON_FILE.account)).toEqual(whenWell);
  expect(await ask(setting, UNKNOWN.account)).toEqual(whenWell);
});

test('while messages cannot be sent none is "sent" to nobody, where codes are ours', async () => {
  const setting = openVerification({ codesBy: 'us' });
  setting.bank.is('unavailable', 'sms');
  expect(await setting.send(await setting.lookUp())).toEqual({ kind: 'unavailable' });
  const unknown = await setting.lookUp(UNKNOWN.account);
  expect(await setting.send(unknown)).toEqual({ kind: 'unavailable' });
});

test('a locked account is locked out while its SIM cannot be asked about, be there one or not', async () => {
  const setting = openVerification();
  setting.bank.is('unavailable', 'simChangedWithinHours');
  await QUESTIONS.simChangedWithinHours(setting, NEW_SIM.account);
  for (const number of [PHONE_ON_FILE.account, UNKNOWN.account]) {
    const account = await setting.lookUp(number);
    for (let i = 0; i < 5; i += 1) {
      await setting.tries.take('check', 'passcode', account.tally, null, POLICY);
    }
    expect(await setting.ours.simChangedWithinHours(account, setting.signal)).toBeNull();
    expect(await setting.send(account)).toEqual({ kind: 'lockedOut' });
  }
});

describe('what nobody is asked', () => {
  const unavailable = new IvrFault('IVR_BACKEND_UNAVAILABLE', 'as told');

  /** A worker whose bank answers as told, after so many milliseconds. */
  function open() {
    const clock = new VirtualClock();
    const outages = openOutages(() => clock.now(), clock);
    const { backend } = openSimulatedBank(clock);
    const calledOff = new AbortController();
    const request = { call: 'c1', signal: calledOff.signal };
    const asks = async (ms: number, answer: () => Promise<number | null>) => {
      const simChangedWithinHours = () =>
        new Promise<number | null>((resolve) => clock.setTimeout(() => resolve(answer()), ms));
      const watched = outages.watchBackend({ ...backend, simChangedWithinHours });
      const asked = watched.simChangedWithinHours('acc', request).catch(() => null);
      await clock.pass(ms);
      await asked;
    };
    return { clock, outages, asks, calledOff };
  }
  const { signal } = new AbortController();

  test('fails after as long as what somebody was asked', async () => {
    const { clock, outages, asks } = open();
    await asks(8000, () => Promise.reject(unavailable));
    let failed: unknown;
    const living = outages.liveThrough('sim', signal).catch((error: unknown) => {
      failed = error;
    });
    await clock.pass(7999);
    expect(failed).toBeUndefined();
    await clock.pass(1);
    await living;
    expect(failed).toMatchObject({ code: 'IVR_BACKEND_UNAVAILABLE' });
  });

  test('does not fail for a caller who left, for what we broke, or at another route', async () => {
    const { outages, asks, calledOff } = open();
    await asks(10, () => Promise.reject(new TypeError('as told')));
    await outages.liveThrough('sim', signal);
    await asks(10, () => Promise.reject(unavailable));
    await outages.liveThrough('knowledge', signal);
    await asks(10, () => Promise.resolve(null));
    calledOff.abort();
    await asks(10, () => Promise.reject(unavailable));
    await outages.liveThrough('sim', signal);
  });

  test('is called off with its call', async () => {
    const { outages, asks } = open();
    await asks(10, () => Promise.reject(unavailable));
    const call = new AbortController();
    const living = outages.liveThrough('sim', call.signal);
    call.abort(new Error('hung up'));
    await expect(living).rejects.toThrow('hung up');
  });
});
