// The doctor's questions about a test account: the demo bank, and servers that do one thing wrong.

import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type CodeWish, tryAccount } from '../../src/backend/account-conformance.ts';
import type { TestAccount } from '../../src/backend/test-account.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import type { Flaw, Probe } from '../../src/doctor/facts.ts';
import { Secret } from '../../src/machines/secret.ts';
import { type Asked, sendJson, startStub } from './stub-server.ts';

const TOKEN = 'token-of-the-bank';
const NUMBER = '31415926';
const WISH: CodeWish = { purpose: 'bank', digits: 6 };

const ACCOUNT: TestAccount = {
  account: Secret.of(NUMBER),
  birthDate: Secret.of('1979-03-14'),
  passcode: Secret.of('1618'),
  customer: Secret.of('customer-1001'),
};

const visit = (url: string, wish: CodeWish | null = WISH, account: TestAccount = ACCOUNT) =>
  tryAccount({ url, token: Secret.of(TOKEN), timeoutSeconds: 5, accountLength: 8 }, account, wish);

const EVERYTHING: readonly Probe[] = [
  'account',
  'account-again',
  'account-customer',
  'unknown-ref',
  'wrong-birth-date',
  'impossible-date',
  'right-birth-date',
  'wrong-passcode',
  'right-passcode',
  'sim',
  'code',
  'code-again',
  'wrong-code',
  'other-call',
];

type Body = Readonly<Record<string, string>>;
/** An answer as JSON, or a status. */
type Answers = Readonly<Record<'lookup' | 'knowledge' | 'sim' | 'otp' | 'check', Answer>>;
type Answer = (body: Body, asked: Asked) => object | number;

const REF = 'acc_zk3v';
const found = { ref: REF, factors: [], otp: { available: true, to: '…01' } };

/** A bank that does all right; a test spoils one answer of it. */
function right(): Answers {
  const replays = new Map<unknown, object>();
  let sent = 0;
  return {
    lookup: ({ account, customer }) =>
      account === NUMBER || customer === 'customer-1001' ? found : { ref: null },
    knowledge: ({ value }, { path }) =>
      path.includes(REF) ? { accepted: value === '1979-03-14' || value === '1618' } : 404,
    sim: () => ({ changedWithinHours: null }),
    otp: (_body, { headers }) => {
      const key = headers['idempotency-key'];
      const answer = replays.get(key) ?? { challenge: `ch_${sent++}` };
      replays.set(key, answer);
      return answer;
    },
    check: () => ({ accepted: false }),
  };
}

function serve(answers: Answers) {
  return (response: ServerResponse, asked: Asked) => {
    const route = asked.path.startsWith('/otp/') ? 'check' : asked.path.split('/').at(-1);
    const answer = answers[route as keyof Answers](JSON.parse(asked.body), asked);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else sendJson(response, answer);
  };
}

/** What is wrong, by question, with a bank that is spoiled so. */
async function flaws(spoil: Partial<Answers>): Promise<Partial<Record<Probe, Flaw>>> {
  await using server = await startStub(serve({ ...right(), ...spoil }));
  const { exchanges } = await visit(server.url);
  const wrong = exchanges.filter(({ flaw }) => flaw !== null);
  return Object.fromEntries(wrong.map(({ probe, flaw }) => [probe, flaw]));
}

describe('the demo bank', () => {
  async function bankWith(codes: 'bank' | 'ours') {
    const options = { host: '127.0.0.1', port: 0, token: Secret.of(TOKEN), codes };
    const bank = await startDemoBank(options);
    const outbox = async () => (await (await fetch(`${bank.url}/outbox`)).json()) as unknown[];
    return { bank, outbox };
  }

  test('keeps the contract, and sends exactly one message', async () => {
    const { bank: opened, outbox } = await bankWith('bank');
    await using bank = opened;
    const { exchanges, seen } = await visit(bank.url);
    expect(exchanges.map(({ probe, flaw }) => [probe, flaw])).toEqual(
      EVERYTHING.map((probe) => [probe, null]),
    );
    expect(seen).toEqual({
      lookupMs: { known: expect.any(Number), unknown: expect.any(Number) },
      code: 'sent',
    });
    expect(await outbox()).toHaveLength(1);
  });

  test('that leaves codes to us keeps it too, and sends none', async () => {
    const { bank: opened, outbox } = await bankWith('ours');
    await using bank = opened;
    const { exchanges, seen } = await visit(bank.url);
    expect(exchanges.filter(({ flaw }) => flaw !== null)).toEqual([]);
    expect(exchanges.map(({ probe }) => probe)).toEqual(EVERYTHING.slice(0, -2));
    expect(seen.code).toBe('leftToUs');
    expect(await outbox()).toEqual([]);
  });

  test('is asked for a code only on demand, and where there is a phone', async () => {
    const { bank: opened, outbox } = await bankWith('bank');
    await using bank = opened;
    expect((await visit(bank.url, null)).seen.code).toBe('unasked');
    const phoneless = { ...ACCOUNT, account: Secret.of('16180339'), customer: null };
    expect((await visit(bank.url, WISH, phoneless)).seen.code).toBe('noPhone');
    expect(await outbox()).toEqual([]);
  });
});

test('what the account does not have is not asked about', async () => {
  await using server = await startStub(serve(right()));
  const bare = { ...ACCOUNT, birthDate: null, passcode: null, customer: null };
  const { exchanges } = await visit(server.url, null, bare);
  expect(exchanges.map(({ probe }) => probe)).toEqual([
    'account',
    'account-again',
    'unknown-ref',
    'sim',
  ]);
  expect(server.asked.filter(({ body }) => body.includes('customer'))).toEqual([]);
});

test('each wrong value is tried once, and the right one last', async () => {
  await using server = await startStub(serve(right()));
  await visit(server.url, null);
  const tried = server.asked
    .filter(({ path }) => path === `/accounts/${REF}/knowledge`)
    .map(({ body }) => JSON.parse(body).value);
  expect(tried).toEqual(['1901-01-01', '1980-02-30', '1979-03-14', '1619', '1618']);
});

test.for(['1901-01-01', '1902-02-02'])('the wrong date is another than %s', async (date) => {
  await using server = await startStub(serve(right()));
  await visit(server.url, null, { ...ACCOUNT, birthDate: Secret.of(date) });
  const [wrong] = server.asked
    .filter(({ path }) => path === `/accounts/${REF}/knowledge`)
    .map(({ body }) => JSON.parse(body).value);
  expect(wrong).toMatch(/^190/);
  expect(wrong).not.toBe(date);
});

test('an account that the server does not have ends it', async () => {
  await using server = await startStub(serve({ ...right(), lookup: () => ({ ref: null }) }));
  const { exchanges, seen } = await visit(server.url);
  expect(exchanges).toMatchObject([{ probe: 'account', flaw: { kind: 'unknown' } }]);
  expect(seen).toEqual({ lookupMs: null, code: 'unanswered' });
});

describe('a server that', () => {
  let n = 0;
  const anew = (body: Body) =>
    body.account === NUMBER || body.customer ? { ...found, ref: `acc_${n++}` } : { ref: null };
  const cases: [string, Partial<Answers>, Partial<Record<Probe, Flaw>>][] = [
    [
      'gives another ref each time',
      { lookup: anew, knowledge: () => 404 },
      {
        'account-again': { kind: 'differs' },
        'account-customer': { kind: 'differs' },
        'wrong-birth-date': { kind: 'status', status: 404 },
        'impossible-date': { kind: 'status', status: 404 },
        'right-birth-date': { kind: 'status', status: 404 },
        'wrong-passcode': { kind: 'status', status: 404 },
        'right-passcode': { kind: 'status', status: 404 },
      },
    ],
    [
      'does not know the customer',
      { lookup: ({ account }) => (account === NUMBER ? found : { ref: null }) },
      { 'account-customer': { kind: 'unknown' } },
    ],
    [
      'accepts everything',
      { knowledge: (_, { path }) => ({ accepted: path.includes(REF) }) },
      {
        'unknown-ref': { kind: 'status', status: 200 },
        'wrong-birth-date': { kind: 'accepted' },
        'impossible-date': { kind: 'accepted' },
        'wrong-passcode': { kind: 'accepted' },
      },
    ],
    [
      'accepts for whatever ref',
      { knowledge: ({ value }) => ({ accepted: value !== '1902-02-02' }) },
      {
        'unknown-ref': { kind: 'accepted' },
        'wrong-birth-date': { kind: 'accepted' },
        'impossible-date': { kind: 'accepted' },
        'wrong-passcode': { kind: 'accepted' },
      },
    ],
    [
      'accepts nothing',
      { knowledge: (_, { path }) => (path.includes(REF) ? { accepted: false } : 404) },
      { 'right-birth-date': { kind: 'refused' }, 'right-passcode': { kind: 'refused' } },
    ],
    [
      'calls a wrong value a bad request',
      {
        knowledge: (body, asked) =>
          body.value === '1980-02-30' ? 400 : right().knowledge(body, asked),
      },
      { 'impossible-date': { kind: 'status', status: 400 } },
    ],
    ['has no SIM data', { sim: () => 503 }, { sim: { kind: 'status', status: 503 } }],
    ['says of the SIM nothing', { sim: () => ({}) }, { sim: { kind: 'schema' } }],
    [
      'sends a second code under the same key',
      { otp: () => ({ challenge: `ch_${n++}` }) },
      { 'code-again': { kind: 'differs' } },
    ],
    [
      'names a number that is none',
      { otp: () => ({ destination: '15551230001' }) },
      { code: { kind: 'schema' } },
    ],
    [
      'accepts any code',
      { check: () => ({ accepted: true }) },
      { 'wrong-code': { kind: 'accepted' }, 'other-call': { kind: 'accepted' } },
    ],
    [
      'accepts a code in any call',
      { check: ({ call }) => ({ accepted: call?.endsWith('-other') }) },
      { 'other-call': { kind: 'accepted' } },
    ],
  ];
  test.each(cases)('%s', async (_what, spoil, found) => {
    expect(await flaws(spoil)).toEqual(found);
  });

  test('puts the account or the customer into its ref', async () => {
    const holding = (part: string) => ({
      lookup: ({ account }: Body) =>
        account === '00000000' ? { ref: null } : { ...found, ref: `${REF}-${part}` },
    });
    expect(await flaws(holding(NUMBER))).toEqual({
      account: { kind: 'tells' },
      'account-again': { kind: 'tells' },
    });
    expect(await flaws(holding('customer-1001'))).toEqual({
      'account-customer': { kind: 'tells' },
    });
  });

  test('takes longer over the account than over none is told by how much', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    onTestFinished(() => void vi.restoreAllMocks());
    const { lookup } = right();
    const spoil = {
      lookup(body: Body, asked: Asked) {
        clock += body.account === NUMBER ? 300 : 20;
        return lookup(body, asked);
      },
    };
    await using server = await startStub(serve({ ...right(), ...spoil }));
    expect((await visit(server.url, null)).seen.lookupMs).toEqual({ known: 300, unknown: 20 });
  });

  test('does not answer a timed lookup has no time', async () => {
    let lookups = 0;
    const { lookup } = right();
    const spoil = {
      lookup: (body: Body, asked: Asked) => (lookups++ > 5 ? 500 : lookup(body, asked)),
    };
    await using server = await startStub(serve({ ...right(), ...spoil }));
    expect((await visit(server.url, null)).seen.lookupMs).toBeNull();
  });
});
