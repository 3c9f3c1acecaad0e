// The demo bank as its callers' bank: who is in it, how its codes behave, how it says no.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { backendUrl, smsWebhookUrl } from '../../src/commands/demo-bank.ts';
import { type BankDeed, type DemoBankOptions, startDemoBank } from '../../src/demo/bank.ts';
import { type DemoAccount, openAccountBook } from '../../src/demo/bank-accounts.ts';
import { Secret } from '../../src/machines/secret.ts';

const TOKEN = 'demo-token';
const MINUTE_MS = 60_000;

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A bank for one test, and a way of asking it: a fresh key each time unless `headers` say otherwise. */
async function openBank(options: Partial<DemoBankOptions> = {}) {
  const bank = await startDemoBank({
    host: '127.0.0.1',
    port: 0,
    token: Secret.of(TOKEN),
    ...options,
  });
  onTestFinished(() => bank[Symbol.asyncDispose]());

  async function post(
    path: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const response = await fetch(bank.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'idempotency-key': crypto.randomUUID(),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify({ call: 'call_1', ...body }),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  }
  const refOf = async (account: string) =>
    String((await post('/accounts/lookup', { account })).body.ref);

  return {
    url: bank.url,
    post,
    refOf,
    check: async (account: string, factor: string, value: string) =>
      (await post(`/accounts/${await refOf(account)}/knowledge`, { factor, value })).body,
    outbox: async () => {
      const answer = await fetch(`${bank.url}/outbox`);
      return (await answer.json()) as { to: string; text: string; code: string; at: string }[];
    },
    /** Has a code sent in `call`; answers its challenge and the code as the phone got it. */
    async sendCode(account = '31415926', call = 'call_1') {
      const { body } = await post(`/accounts/${await refOf(account)}/otp`, {
        call,
        purpose: 'bank',
      });
      return { path: `/otp/${body.challenge}`, code: (await this.outbox()).at(-1)!.code };
    },
  };
}

const YES = { status: 200, body: { accepted: true } };
const NO = { status: 200, body: { accepted: false } };

/** A code that is surely not `code`. */
function notThe(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

describe('the accounts', () => {
  test.for([
    ['31415926', 'customer-1001', '1979-03-14', '1618', '…01', null],
    ['27182818', 'customer-1002', '1980-02-29', '2718', '…02', null],
    ['16180339', 'customer-1003', '1990-12-12', '1234', null, null],
    ['14142135', 'customer-1004', '1976-07-04', '1414', '…03', 24],
  ] as const)(
    '%s is there, with its customer, date, passcode, phone and SIM',
    async ([account, customer, birthDate, passcode, to, changedWithinHours]) => {
      const bank = await openBank();
      const { body } = await bank.post('/accounts/lookup', { account });
      expect((await bank.post('/accounts/lookup', { customer })).body).toEqual(body);
      expect(body).toEqual({
        ref: expect.stringMatching(/^acc_[A-Za-z0-9_-]{16}$/),
        factors: ['birthDate', 'passcode'],
        otp: { available: to !== null, to },
      });
      expect(await bank.check(account, 'birthDate', birthDate)).toEqual({ accepted: true });
      expect(await bank.check(account, 'passcode', passcode)).toEqual({ accepted: true });
      expect(await bank.check(account, 'birthDate', '1979-03-15')).toEqual({ accepted: false });
      expect(await bank.check(account, 'passcode', birthDate)).toEqual({ accepted: false });
      expect((await bank.post(`/accounts/${body.ref}/sim`, {})).body).toEqual({
        changedWithinHours,
      });
    },
  );

  test('are known by references that say nothing and are new in every process', async () => {
    const [one, two] = [await openBank(), await openBank()];
    expect(await one.refOf('31415926')).toBe(await one.refOf('31415926'));
    expect(await one.refOf('31415926')).not.toBe(await two.refOf('31415926'));
    expect(await one.refOf('31415926')).not.toContain('3141');
  });

  test('that are not there are a usual answer', async () => {
    const bank = await openBank();
    for (const who of [
      { account: '00000000' },
      { customer: 'customer-0' },
      { account: 'customer-1001' },
      { customer: '31415926' },
    ]) {
      expect(await bank.post('/accounts/lookup', who)).toEqual({
        status: 200,
        body: { ref: null, factors: [], otp: { available: false, to: null } },
      });
    }
  });
});

test('what was done is told once, with its verdict and without what was keyed', async () => {
  const deeds: BankDeed[] = [];
  const bank = await openBank({ onDone: (deed) => deeds.push(deed) });
  const ref = await bank.refOf('31415926');
  const key = { 'idempotency-key': crypto.randomUUID() };
  const entry = { factor: 'passcode', value: '0000' };
  await bank.post(`/accounts/${ref}/knowledge`, entry, key);
  await bank.post(`/accounts/${ref}/knowledge`, entry, key);
  await bank.post(`/accounts/${ref}/knowledge`, { ...entry, value: '' });
  await bank.check('31415926', 'passcode', '1618');
  expect(deeds).toEqual([
    { route: 'lookup', call: 'call_1' },
    { route: 'knowledge', call: 'call_1', accepted: false },
    { route: 'lookup', call: 'call_1' },
    { route: 'knowledge', call: 'call_1', accepted: true },
  ]);
});

describe('a code', () => {
  test('comes by text message to the phone on file and is accepted once', async () => {
    const at = Date.UTC(2026, 10, 21, 9, 30);
    const bank = await openBank({ now: () => at });
    const { path, code } = await bank.sendCode();
    expect(code).toMatch(/^\d{6}$/);
    expect(await bank.outbox()).toEqual([
      {
        to: '+15551230001',
        text: `Your code is ${code}. It is only for a call YOU made to Demo Bank. Never tell it to anybody.`,
        code,
        at: '2026-11-21T09:30:00.000Z',
      },
    ]);
    expect(await bank.post(path, { code })).toEqual(YES);
    expect(await bank.post(path, { code })).toEqual(NO);
  });

  test('may be keyed wrong four times, but not five', async () => {
    const bank = await openBank();
    for (const [wrong, then] of [
      [4, YES],
      [5, NO],
    ] as const) {
      const { path, code } = await bank.sendCode();
      for (let n = 0; n < wrong; n += 1) {
        expect(await bank.post(path, { code: notThe(code) })).toEqual(NO);
      }
      expect(await bank.post(path, { code })).toEqual(then);
    }
  });

  test('is good for five minutes', async () => {
    let now = Date.now();
    const bank = await openBank({ now: () => now });
    const early = await bank.sendCode();
    const late = await bank.sendCode();
    now += 5 * MINUTE_MS - 1;
    expect(await bank.post(early.path, { code: early.code })).toEqual(YES);
    now += 1;
    expect(await bank.post(late.path, { code: late.code })).toEqual(NO);
  });

  test('is of no use in another call, nor for another challenge', async () => {
    const bank = await openBank();
    const mine = await bank.sendCode('31415926', 'call_1');
    const theirs = await bank.sendCode('27182818', 'call_2');
    expect(await bank.post(mine.path, { call: 'call_2', code: mine.code })).toEqual(NO);
    if (mine.code !== theirs.code) {
      expect(await bank.post(theirs.path, { call: 'call_2', code: mine.code })).toEqual(NO);
    }
    expect(await bank.post(mine.path, { call: 'call_1', code: mine.code })).toEqual(YES);
  });

  test.for(['', '12345', '1234567', '１２３４５６', '12345a'])(
    'is not accepted where %j is keyed',
    async (code) => {
      const bank = await openBank();
      const { path } = await bank.sendCode();
      const { status, body } = await bank.post(path, { code });
      expect(body.accepted).not.toBe(true);
      expect(status).toBe(code === '' ? 400 : 200);
    },
  );

  test('is not sent where no phone is on file', async () => {
    const bank = await openBank();
    const ref = await bank.refOf('16180339');
    expect(await bank.post(`/accounts/${ref}/otp`, { purpose: 'bank' })).toMatchObject({
      status: 409,
    });
    expect(await bank.outbox()).toEqual([]);
  });

  test('is kept in the outbox with the last hundred, newest last', async () => {
    let now = 0;
    const bank = await openBank({ now: () => now });
    const ref = await bank.refOf('27182818');
    for (now = 1; now <= 103; now += 1) {
      await bank.post(`/accounts/${ref}/otp`, { purpose: 'bank' });
    }
    const times = (await bank.outbox()).map(({ at }) => Date.parse(at));
    expect(times).toHaveLength(100);
    expect([times[0], times.at(-1)]).toEqual([4, 103]);
  });
});

describe('while codes are left to us', () => {
  test('the bank names the phone on file and sends nothing', async () => {
    const bank = await openBank({ codes: 'ours' });
    const ask = async (account: string) =>
      await bank.post(`/accounts/${await bank.refOf(account)}/otp`, { purpose: 'bank' });
    expect(await ask('31415926')).toEqual({ status: 200, body: { destination: '+15551230001' } });
    expect(await ask('16180339')).toMatchObject({ status: 409 });
    expect(await bank.outbox()).toEqual([]);
  });

  test('and back again, from one request to the next', async () => {
    const bank = await openBank();
    const path = `/accounts/${await bank.refOf('31415926')}/otp`;
    const kinds: string[][] = [];
    for (const by of ['us', 'bank', 'us']) {
      expect(await bank.post('/codes', JSON.stringify({ by }))).toEqual({
        status: 200,
        body: { by },
      });
      kinds.push(Object.keys((await bank.post(path, { purpose: 'bank' })).body));
    }
    expect(kinds).toEqual([['destination'], ['challenge'], ['destination']]);
  });

  test('a code that the bank has sent before is still good', async () => {
    const bank = await openBank();
    const { path, code } = await bank.sendCode();
    await bank.post('/codes', '{"by":"us"}');
    expect(await bank.post(path, { code })).toEqual(YES);
  });

  test('it is said by whom else they may be', async () => {
    const bank = await openBank();
    for (const body of ['{"by":"ours"}', '{}', '{"by":"us","now":true}', 'us']) {
      expect(await bank.post('/codes', body)).toMatchObject({ status: 400 });
    }
  });
});

describe('a text message', () => {
  const message = {
    to: '+15551230002',
    text: 'Your code is 482193.',
    code: '482193',
    locale: 'en',
    line: 'bank',
    ttlSeconds: 300,
  };
  const smsToken = Secret.of('sms-token');
  const token = { authorization: 'Bearer sms-token' };

  test('comes into the same outbox, once for each key', async () => {
    const at = Date.UTC(2026, 10, 21, 9, 30);
    const bank = await openBank({ smsToken, now: () => at });
    const key = { ...token, 'idempotency-key': 'message-1' };
    for (let n = 0; n < 3; n += 1) {
      expect(await bank.post('/sms', message, key)).toEqual({ status: 202, body: {} });
    }
    const { to, text, code } = message;
    expect(await bank.outbox()).toEqual([{ to, text, code, at: '2026-11-21T09:30:00.000Z' }]);
    expect(await bank.post('/sms', { ...message, code: '1' }, key)).toMatchObject({ status: 422 });
    await bank.post('/sms', message, token);
    expect(await bank.outbox()).toHaveLength(2);
  });

  test('is taken with its own token only, and where there is none from nobody', async () => {
    for (const options of [{ smsToken }, {}]) {
      const bank = await openBank(options);
      for (const authorization of [`Bearer ${TOKEN}`, 'Bearer undefined', 'Bearer ', '']) {
        expect(await bank.post('/sms', message, { authorization })).toMatchObject({ status: 401 });
      }
      expect(await bank.outbox()).toEqual([]);
    }
    const bank = await openBank({ smsToken });
    expect(await bank.post('/accounts/lookup', { account: '31415926' }, token)).toMatchObject({
      status: 401,
    });
  });

  test.for([
    { ...message, to: '15551230002' },
    { ...message, text: '' },
    { ...message, ttlSeconds: '300' },
    { to: message.to, text: message.text },
  ])(
    'is not taken with a field that is wrong or missing, and nothing is repeated',
    async (body) => {
      const bank = await openBank({ smsToken });
      const answer = await bank.post('/sms', body, token);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toMatch(/5551230002|482193/);
      expect(await bank.outbox()).toEqual([]);
    },
  );

  test('gets lost where `/sms` is told to fail', async () => {
    const bank = await openBank({ smsToken });
    const statuses: [string, number][] = [];
    for (const mode of ['500', 'redirect', 'ok'] as const) {
      await bank.post('/faults', JSON.stringify({ route: 'sms', mode }));
      const sent = await fetch(`${bank.url}/sms`, {
        method: 'POST',
        headers: { ...token, 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify({ call: 'call_1', ...message }),
        redirect: 'manual',
      });
      statuses.push([mode, sent.status]);
    }
    expect(statuses).toEqual([
      ['500', 500],
      ['redirect', 307],
      ['ok', 202],
    ]);
    expect(await bank.outbox()).toHaveLength(1);
  });
});

describe('a fault for one account', () => {
  const smsToken = Secret.of('sms-token');
  const mine = '31415926';
  const theirs = '27182818';

  /** Statuses of all routes for one customer: lookup, by customer, knowledge, sim, otp, check, sms. */
  async function round(bank: Awaited<ReturnType<typeof openBank>>, account: string, words: Words) {
    const { ref, path, phone, customer } = words;
    const birthDate = { factor: 'birthDate', value: '1979-03-14' };
    const message = { to: phone, text: 'x', code: '1', locale: 'en', line: 'bank', ttlSeconds: 1 };
    const answers = [
      await bank.post('/accounts/lookup', { account }),
      await bank.post('/accounts/lookup', { customer }),
      await bank.post(`/accounts/${ref}/knowledge`, birthDate),
      await bank.post(`/accounts/${ref}/sim`, {}),
      await bank.post(`/accounts/${ref}/otp`, { purpose: 'bank' }),
      await bank.post(path, { code: '0' }),
      await bank.post('/sms', message, { authorization: 'Bearer sms-token' }),
    ];
    return answers.map(({ status }) => status);
  }
  interface Words {
    readonly ref: string;
    readonly path: string;
    readonly phone: string;
    readonly customer: string;
  }
  const GOOD = [200, 200, 200, 200, 200, 200, 202];

  test('meets that one at every route, and nobody else', async () => {
    const bank = await openBank({ smsToken });
    const wordsOf = async (account: string, customer: string, phone: string): Promise<Words> => {
      const { path } = await bank.sendCode(account);
      return { ref: await bank.refOf(account), path, phone, customer };
    };
    const ours = await wordsOf(mine, 'customer-1001', '+15551230001');
    const others = await wordsOf(theirs, 'customer-1002', '+15551230002');
    const set = async (mode: string, account?: string) => {
      for (const route of ['lookup', 'knowledge', 'sim', 'otp', 'check', 'sms']) {
        const body = JSON.stringify({ route, mode, account });
        expect(await bank.post('/faults', body)).toMatchObject({ status: 200 });
      }
    };
    await set('500', mine);
    expect(await round(bank, mine, ours)).toEqual(GOOD.map(() => 500));
    expect(await round(bank, theirs, others)).toEqual(GOOD);

    await set('ok', mine);
    await set('500');
    expect(await round(bank, mine, ours)).toEqual(GOOD);
    expect(await round(bank, theirs, others)).toEqual(GOOD.map(() => 500));

    await set('ok');
    expect(await round(bank, theirs, others)).toEqual(GOOD);
  });

  test('meets an account that nobody has, too', async () => {
    const bank = await openBank();
    await bank.post('/faults', '{"route":"lookup","mode":"500","account":"00000000"}');
    const lookup = async (account: string) =>
      (await bank.post('/accounts/lookup', { account })).status;
    expect([await lookup('00000000'), await lookup('00000001')]).toEqual([500, 200]);
  });
});

describe('one more customer', () => {
  const opened = async (bank: Awaited<ReturnType<typeof openBank>>, kind: string) =>
    (await bank.post('/customers', JSON.stringify({ kind }))).body as unknown as DemoAccount;

  test('can do what the others can, and is somebody else each time', async () => {
    const bank = await openBank();
    const [one, two] = [await opened(bank, 'with-phone'), await opened(bank, 'with-phone')];
    expect(new Set([one.number, two.number, '31415926']).size).toBe(3);
    expect(one.phone).not.toBe(two.phone);
    for (const { number, birthDate, passcode } of [one, two]) {
      expect(await bank.check(number, 'birthDate', birthDate)).toEqual({ accepted: true });
      expect(await bank.check(number, 'passcode', passcode)).toEqual({ accepted: true });
    }
    expect(await bank.check(one.number, 'birthDate', '1929-01-01')).toEqual({ accepted: false });
    const sent = await bank.sendCode(one.number);
    expect((await bank.outbox()).at(-1)).toMatchObject({ to: one.phone, code: sent.code });
  });

  test('may be without a phone, or with a new SIM, or have no account at all', async () => {
    const bank = await openBank();
    const lookedUp = async ({ number }: DemoAccount) =>
      (await bank.post('/accounts/lookup', { account: number })).body;
    expect(await lookedUp(await opened(bank, 'without-phone'))).toMatchObject({
      otp: { available: false, to: null },
    });
    const changed = await opened(bank, 'new-sim');
    const ref = await bank.refOf(changed.number);
    expect((await bank.post(`/accounts/${ref}/sim`, {})).body).toEqual({ changedWithinHours: 24 });
    expect(await lookedUp(await opened(bank, 'unknown'))).toMatchObject({ ref: null });
  });

  test('is refused where nobody knows what kind that is', async () => {
    const bank = await openBank();
    expect(await bank.post('/customers', '{"kind":"rich"}')).toMatchObject({ status: 400 });
  });

  test('takes the place of the one that was opened a thousand customers before', () => {
    const book = openAccountBook([]);
    const first = book.open('with-phone');
    for (let i = 0; i < 999; i += 1) book.open('with-phone');
    expect(book.refOf(first.number)).not.toBeNull();
    book.open('with-phone');
    expect(book.refOf(first.number)).toBeNull();
    expect(book.byPhone(first.phone ?? '')).toBeUndefined();
  });
});

describe('where `dev` has moved it', () => {
  const moved = 'http://127.0.0.1:9071';

  test.for([
    ['http://127.0.0.1:7071', moved, moved],
    ['http://127.0.0.1:7071/', moved, moved],
    ['http://127.0.0.1:7071', '', 'http://127.0.0.1:7071'],
    ['https://bank.example', moved, 'https://bank.example'],
  ] as const)('the backend of a configuration: %s', ([configured, at, url]) => {
    expect(backendUrl(configured, at)).toBe(url);
  });

  test.for([
    ['http://127.0.0.1:7071/sms', moved, `${moved}/sms`],
    ['http://127.0.0.1:7071/sms', '', 'http://127.0.0.1:7071/sms'],
    ['http://127.0.0.1:7071/other', moved, 'http://127.0.0.1:7071/other'],
    ['https://sms.example/sms', moved, 'https://sms.example/sms'],
  ] as const)('the webhook of a configuration: %s', ([configured, at, url]) => {
    expect(smsWebhookUrl(configured, at)).toBe(url);
  });
});

describe('the same Idempotency-Key', () => {
  test('with the same request sends one code and gives one challenge', async () => {
    const bank = await openBank();
    const path = `/accounts/${await bank.refOf('31415926')}/otp`;
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const answers = await Promise.all(
      [1, 2, 3].map(() => bank.post(path, { purpose: 'bank' }, headers)),
    );
    expect(answers[0]).toMatchObject({ status: 200 });
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(await bank.outbox()).toHaveLength(1);
  });

  test('with the same wrong code counts one try, with the right one says yes again', async () => {
    const bank = await openBank();
    const { path, code } = await bank.sendCode();
    const wrong = { 'idempotency-key': crypto.randomUUID() };
    for (let n = 0; n < 6; n += 1) {
      expect(await bank.post(path, { code: notThe(code) }, wrong)).toEqual(NO);
    }
    const right = { 'idempotency-key': crypto.randomUUID() };
    expect(await bank.post(path, { code }, right)).toEqual(YES);
    expect(await bank.post(path, { code }, right)).toEqual(YES);
  });

  test('with another body or another route is refused', async () => {
    const bank = await openBank();
    const ref = await bank.refOf('31415926');
    const headers = { 'idempotency-key': crypto.randomUUID() };
    await bank.post(`/accounts/${ref}/sim`, {}, headers);
    const refused = { status: 422 };
    expect(await bank.post(`/accounts/${ref}/sim`, { more: 1 }, headers)).toMatchObject(refused);
    expect(await bank.post(`/accounts/${ref}/otp`, { purpose: 'bank' }, headers)).toMatchObject(
      refused,
    );
    expect(await bank.outbox()).toEqual([]);
  });

  test('is asked for', async () => {
    const bank = await openBank();
    const none = { 'idempotency-key': '' };
    expect(await bank.post('/accounts/lookup', { account: '31415926' }, none)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('Idempotency-Key') },
    });
  });
});

describe('the bank says no', () => {
  test.for(['', 'Bearer', 'Bearer wrong', 'Basic demo-token', 'demo-token', 'Bearer demo-tokens'])(
    'to whoever comes with %j for a token',
    async (authorization) => {
      const bank = await openBank();
      const paths = ['/accounts/lookup', '/accounts/x/sim', '/accounts/x/otp', '/otp/x'];
      for (const path of [...paths, '/accounts/x/knowledge']) {
        expect(await bank.post(path, {}, { authorization })).toMatchObject({ status: 401 });
      }
    },
  );

  test('to routes, references and challenges it does not have', async () => {
    const bank = await openBank();
    for (const path of ['/', '/accounts', '/accounts/x/sim', '/accounts/x/otp', '/otp/x']) {
      expect(await bank.post(path, { purpose: 'bank', code: '123456' })).toMatchObject({
        status: 404,
      });
    }
  });

  test.for([
    ['/accounts/lookup', '{"call":'],
    ['/accounts/lookup', 'null'],
    ['/accounts/lookup', '{"call":"call_1"}'],
    ['/accounts/lookup', '{"account":"31415926"}'],
    ['/accounts/lookup', '{"call":"call_1","account":31415926}'],
    ['/accounts/lookup', '{"call":"call_1","account":"31415926","customer":"customer-1001"}'],
    ['/accounts/lookup', '{"call":"call_1","customer":31415926}'],
    ['/accounts/lookup', '{"call":"call_1","customer":""}'],
    ['/accounts/x/knowledge', '{"call":"call_1","factor":"shoeSize","value":"31415926"}'],
    ['/accounts/x/knowledge', '{"call":"call_1","factor":"birthDate","value":"31415926"}'],
    ['/accounts/x/otp', '{"call":"call_1","purpose":31415926}'],
    ['/otp/x', '{"call":"call_1","code":31415926}'],
  ] as const)('to %s with %s, without repeating it', async ([path, body]) => {
    const bank = await openBank();
    const answer = await bank.post(path, body);
    expect(answer).toEqual({ status: 400, body: { error: expect.any(String) } });
    expect(JSON.stringify(answer.body)).not.toContain('31415926');
  });

  test('to a body that is too long', async () => {
    const bank = await openBank();
    const account = '1'.repeat(20_000);
    expect(await bank.post('/accounts/lookup', { account })).toMatchObject({ status: 413 });
  });

  test('to a fault it does not know, and names those it does', async () => {
    const bank = await openBank();
    for (const [body, words] of [
      ['{"route":"lookup","mode":"lazy"}', ['mode', 'slow', 'redirect']],
      ['{"route":"lunch","mode":"ok"}', ['route', 'lookup', 'sim']],
      ['{"route":"lookup"}', ['mode']],
      ['{"route":"lookup","mode":"ok","for":"ever"}', ['for']],
      ['lookup=slow', ['JSON']],
    ] as const) {
      const answer = await bank.post('/faults', body);
      expect(answer.status).toBe(400);
      for (const word of words) expect(answer.body.error).toContain(word);
    }
    expect(await bank.post('/accounts/lookup', { account: '31415926' })).toMatchObject({
      status: 200,
    });
  });

  test('and never a word to the console, whatever happens', async () => {
    const spoken = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method),
    );
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const bank = await openBank();
    await bank.sendCode();
    await bank.post('/accounts/lookup', '{');
    for (const mode of ['drop', 'garbage', '500', 'hang']) {
      await bank.post('/faults', JSON.stringify({ route: 'lookup', mode }));
      const signal = AbortSignal.timeout(100);
      const headers = { authorization: `Bearer ${TOKEN}` };
      await fetch(`${bank.url}/accounts/lookup`, { method: 'POST', headers, signal }).then(
        (response) => response.text(),
        (error: unknown) => expect(error).toBeInstanceOf(Error),
      );
    }
    for (const spy of spoken) expect(spy).not.toHaveBeenCalled();
  });
});

describe('the server', () => {
  test('names a busy port and how to choose another', async () => {
    const { url } = await openBank();
    const { port } = new URL(url);
    const second = startDemoBank({
      host: '127.0.0.1',
      port: Number(port),
      token: Secret.of(TOKEN),
    });
    await expect(second).rejects.toMatchObject({ code: 'IVR_PORT_BUSY' });
    await expect(second).rejects.toThrow(new RegExp(`${port}.*--port-bank.*TONEGATE_PORT_BANK`));
  });

  test('lets its process end once disposed of, in the middle of hanging and being slow', async () => {
    const script = `
      import { once } from 'node:events';
      import { connect } from 'node:net';
      import { startDemoBank } from '${new URL('../../src/demo/bank.ts', import.meta.url)}';
      import { Secret } from '${new URL('../../src/machines/secret.ts', import.meta.url)}';
      const bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of('t') });
      const answers = [];
      for (const mode of ['hang', 'slow']) {
        await fetch(bank.url + '/faults', {
          method: 'POST', body: JSON.stringify({ route: 'lookup', mode }),
        });
        answers.push(fetch(bank.url + '/accounts/lookup', {
          method: 'POST', headers: { authorization: 'Bearer t' }, body: '{}',
        }));
      }
      const idle = connect(new URL(bank.url).port, '127.0.0.1');
      await once(idle, 'connect');
      await fetch(bank.url + '/outbox');
      const disposedTwice = [bank[Symbol.asyncDispose](), bank[Symbol.asyncDispose]()];
      for (const { status } of await Promise.allSettled(answers)) console.log(status);
      await Promise.all(disposedTwice);
      const resources = process.getActiveResourcesInfo();
      console.log('timers', resources.filter((resource) => resource === 'Timeout').length);
    `;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      script,
    ]);
    expect(stdout).toBe('rejected\nrejected\ntimers 0\n');
    expect(stderr).toBe('');
  });
});
