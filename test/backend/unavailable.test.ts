// The demo bank told to fail: every way on every route is "unavailable", never a verdict; the breaker opens
// and recovers; and no fault tells anything of what was asked or answered.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type BreakerHooks, withBreakers, withSmsBreaker } from '../../src/backend/breaker.ts';
import { createHttpBackend } from '../../src/backend/http-backend.ts';
import { createSmsWebhook } from '../../src/backend/sms-webhook.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import type { Backend } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';
import {
  ACCOUNT,
  ask,
  BIRTH_DATE,
  CODE,
  CUSTOMER,
  QUESTIONS,
  type Route,
  routeOf,
  TOKEN,
  type Words,
} from './asking.ts';
import { MESSAGE, PHONE, SMS_CODE } from './messages.ts';

/** Ways of failing; what the fault says of it; how many seconds we are ready to wait. */
const BROKEN = [
  ['slow', 'no whole answer within', 0.2],
  ['hang', 'no whole answer within', 0.2],
  ['500', 'status 500', 30],
  ['redirect', 'status 307', 30],
  ['drop', 'no connection, or it broke', 30],
  ['empty', 'not JSON', 30],
  ['garbage', 'not JSON', 30],
  ['schema', 'does not fit', 30],
] as const;

const ROUTES = QUESTIONS.filter((question) => question !== 'customer');

const CANARIES = [
  ACCOUNT,
  CUSTOMER,
  BIRTH_DATE,
  CODE,
  TOKEN.reveal(),
  'acc_canary',
  'ch_canary',
  'call_1',
];

async function openBank(timeoutSeconds: number) {
  const bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: TOKEN });
  const backend = createHttpBackend({ url: bank.url, token: TOKEN, timeoutSeconds });
  return { bank, backend };
}

/** References of the bank's own: the account's, and a challenge sent for it. */
async function wordsOf(backend: Backend): Promise<Words> {
  const by = { call: 'call_1', signal: new AbortController().signal };
  const { ref } = await backend.lookup(Secret.of(ACCOUNT), by);
  if (ref === null) throw new Error('the demo account is gone');
  const sent = await backend.sendCode(ref, 'bank', by);
  if (!('challenge' in sent)) throw new Error('the demo bank leaves codes to us');
  return { ref, challenge: sent.challenge };
}

async function setFault(url: string, route: Route | 'sms', mode: string): Promise<void> {
  const body = JSON.stringify({ route, mode });
  const answer = await fetch(`${url}/faults`, { method: 'POST', body });
  expect(answer.status).toBe(200);
}

describe.for(QUESTIONS)('while the bank fails at %s', (question) => {
  test.for(BROKEN)('(%s) the caller is told just that', async ([mode, why, timeoutSeconds]) => {
    const { bank: opened, backend } = await openBank(30);
    await using bank = opened;
    const words = await wordsOf(backend);
    await setFault(bank.url, routeOf(question), mode);

    const ready = createHttpBackend({ url: bank.url, token: TOKEN, timeoutSeconds });
    const fault: unknown = await ask(ready, question, words).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'IVR_BACKEND_UNAVAILABLE',
      message: expect.stringContaining(why),
    });
    expect(leaks(fault, [...CANARIES, words.ref, words.challenge])).toEqual([]);

    await setFault(bank.url, routeOf(question), 'ok');
    await expect(ask(backend, question, words)).resolves.not.toThrow();
  });
});

describe.for(BROKEN)('a bank that fails again and again (%s)', ([mode, , timeoutSeconds]) => {
  test('is left alone after five faults, and asked again after ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { bank: opened, backend: patient } = await openBank(30);
    await using bank = opened;
    const words = await wordsOf(patient);
    const states: string[] = [];
    const outcomes: string[] = [];
    const hooks: BreakerHooks = {
      onAsked: ({ route, outcome }) => outcomes.push(`${route} ${outcome}`),
      onBreaker: (route, state) => states.push(`${route} ${state}`),
    };
    const hasty = createHttpBackend({ url: bank.url, token: TOKEN, timeoutSeconds });
    let isWell = false;
    const either: Backend = new Proxy(patient, {
      get: (_, method: keyof Backend) => (isWell ? patient : hasty)[method],
    });
    const backend = withBreakers(either, hooks);
    const everything = async (times: number) =>
      await Promise.allSettled(
        ROUTES.flatMap((route) => Array.from({ length: times }, () => ask(backend, route, words))),
      );
    const faults = (answers: PromiseSettledResult<unknown>[]) =>
      answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : answer.value));

    for (const route of ROUTES) await setFault(bank.url, route, mode);
    const first = faults(await everything(5));
    expect(new Set(first)).toEqual(new Set(['IVR_BACKEND_UNAVAILABLE']));
    expect(states.sort()).toEqual(ROUTES.map((route) => `${route} open`).sort());

    // It is well again, which nobody can know yet.
    for (const route of ROUTES) await setFault(bank.url, route, 'ok');
    isWell = true;
    expect(new Set(faults(await everything(3)))).toEqual(new Set(['IVR_BACKEND_UNAVAILABLE']));
    expect(outcomes.filter((outcome) => outcome.endsWith(' broken'))).toHaveLength(
      3 * ROUTES.length,
    );

    vi.setSystemTime(Date.now() + 10_000);
    // The wrong code too is an answer.
    expect(await Promise.all(ROUTES.map((route) => ask(backend, route, words)))).toEqual([
      expect.objectContaining({ ref: words.ref }),
      true,
      { challenge: expect.stringMatching(/^ch_/) },
      false,
      null,
    ]);
    expect(states.filter((state) => state.endsWith('closed')).sort()).toEqual(
      ROUTES.map((route) => `${route} closed`).sort(),
    );
  });
});

describe('a bank that leaves codes to us', () => {
  test.for(BROKEN)('and fails (%s) is unavailable too', async ([mode, why, timeoutSeconds]) => {
    const options = { host: '127.0.0.1', port: 0, token: TOKEN, codes: 'ours' } as const;
    await using bank = await startDemoBank(options);
    const backend = createHttpBackend({ url: bank.url, token: TOKEN, timeoutSeconds: 30 });
    const by = { call: 'call_1', signal: new AbortController().signal };
    const { ref } = await backend.lookup(Secret.of(ACCOUNT), by);
    await setFault(bank.url, 'otp', mode);
    const ready = createHttpBackend({ url: bank.url, token: TOKEN, timeoutSeconds });
    const fault: unknown = await ready.sendCode(ref ?? '', 'bank', by).catch((error) => error);
    expect(fault).toMatchObject({
      code: 'IVR_BACKEND_UNAVAILABLE',
      message: expect.stringContaining(why),
    });
    expect(leaks(fault, [...CANARIES, PHONE])).toEqual([]);
    await setFault(bank.url, 'otp', 'ok');
    const { destination } = (await backend.sendCode(ref ?? '', 'bank', by)) as {
      destination: Secret;
    };
    expect(destination.reveal()).toBe(PHONE);
  });
});

describe('text messages while the sender fails', () => {
  const smsToken = Secret.of('canary-sms-token');

  async function openSender() {
    const bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: TOKEN, smsToken });
    const webhook = { url: `${bank.url}/sms`, token: smsToken };
    const outbox = async () => (await (await fetch(`${bank.url}/outbox`)).json()) as unknown[];
    const sender = createSmsWebhook({ ...webhook, timeoutSeconds: 30 });
    return { bank, outbox, sender, webhook };
  }
  const unending = () => new AbortController().signal;

  // What stands in the answer to a message does not count, so these three are known by their status only.
  const heard = BROKEN.filter(([mode]) => !['empty', 'garbage', 'schema'].includes(mode));

  test.for(heard)('(%s) are not sent, nor sent again', async ([mode, , timeoutSeconds]) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { bank: opened, outbox, sender: patient, webhook } = await openSender();
    await using bank = opened;
    const states: string[] = [];
    const hasty = createSmsWebhook({ ...webhook, timeoutSeconds });
    let isWell = false;
    const guarded = withSmsBreaker(
      { send: (message, signal) => (isWell ? patient : hasty).send(message, signal) },
      { onAsked: () => undefined, onBreaker: (_route, state) => states.push(state) },
    );
    await setFault(bank.url, 'sms', mode);
    for (let n = 0; n < 5; n += 1) {
      const fault: unknown = await guarded.send(MESSAGE, unending()).catch((error) => error);
      expect(fault).toMatchObject({ code: 'IVR_SMS_UNAVAILABLE' });
      expect(leaks(fault, [...CANARIES, PHONE, SMS_CODE, smsToken.reveal()])).toEqual([]);
    }
    await setFault(bank.url, 'sms', 'ok');
    isWell = true;
    await expect(guarded.send(MESSAGE, unending())).rejects.toThrow('is not asked for 10 s');
    expect(await outbox()).toEqual([]);
    vi.setSystemTime(Date.now() + 10_000);
    await guarded.send(MESSAGE, unending());
    expect(await outbox()).toHaveLength(1);
    expect(states).toEqual(['open', 'halfOpen', 'closed']);
  });

  test.for(['empty', 'garbage', 'schema'])('(%s) are lost, which nobody can tell', async (mode) => {
    const { bank: opened, outbox, sender } = await openSender();
    await using bank = opened;
    await setFault(bank.url, 'sms', mode);
    await sender.send(MESSAGE, unending());
    expect(await outbox()).toEqual([]);
  });

  test('(slow, but in time) are sent', async () => {
    const { bank: opened, outbox, sender } = await openSender();
    await using bank = opened;
    await setFault(bank.url, 'sms', 'slow');
    await sender.send(MESSAGE, unending());
    expect(await outbox()).toHaveLength(1);
  });
});

test('a bank that is slow, but in time, is waited for', async () => {
  const { bank: opened, backend } = await openBank(30);
  await using bank = opened;
  const words = await wordsOf(backend);
  for (const question of QUESTIONS) await setFault(bank.url, routeOf(question), 'slow');
  const answers = await Promise.all(QUESTIONS.map((question) => ask(backend, question, words)));
  expect(answers).toEqual([
    expect.objectContaining({ ref: words.ref }),
    expect.objectContaining({ ref: words.ref }),
    true,
    { challenge: expect.stringMatching(/^ch_/) },
    false,
    null,
  ]);
});

test('a caller who hangs up is not kept waiting by a bank that hangs', async () => {
  const { bank: opened, backend } = await openBank(30);
  await using bank = opened;
  await setFault(bank.url, 'lookup', 'hang');
  const call = new AbortController();
  const answer = expect(ask(backend, 'lookup', undefined, call.signal)).rejects.toBe('hung up');
  call.abort('hung up');
  await answer;
});

test('a wrong token is our trouble, not the caller’s', async () => {
  await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: TOKEN });
  const other = Secret.of('another-token');
  const backend = createHttpBackend({ url: bank.url, token: other, timeoutSeconds: 10 });
  for (const question of QUESTIONS) {
    await expect(ask(backend, question)).rejects.toThrow('status 401');
  }
});

describe('a server that throws everything it was sent back at us', () => {
  const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n';
  const echoes: [string, (request: string) => string][] = [
    ['in place of HTTP', (r) => r],
    ['in a broken header', (r) => `HTTP/1.1 200 OK\r\n${oneLine(r)}\r\n\r\n`],
    ['in the status line', (r) => `HTTP/1.1 500 ${oneLine(r)}\r\ncontent-length: 0\r\n\r\n`],
    ['as the content type', (r) => `HTTP/1.1 200 OK\r\ncontent-type: ${oneLine(r)}\r\n\r\n`],
    ['as where to go', (r) => `HTTP/1.1 302 Found\r\nlocation: /${oneLine(r)}\r\n\r\n`],
    ['as broken JSON', (r) => `${JSON_HEAD}\r\n${r}`],
    ['as JSON', (r) => `${JSON_HEAD}\r\n${JSON.stringify(r)}`],
    ['as keys of JSON', (r) => `${JSON_HEAD}\r\n${JSON.stringify({ accepted: true, [r]: r })}`],
    ['and breaks off', (r) => `${JSON_HEAD}content-length: 100000\r\n\r\n${r}`],
  ];

  test.for(echoes)('%s learns nothing into our logs', async ([, echo]) => {
    await using server = await startEcho(echo);
    const backend = createHttpBackend({ url: server.url, token: TOKEN, timeoutSeconds: 10 });
    for (const question of QUESTIONS) {
      const fault: unknown = await ask(backend, question).catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'IVR_BACKEND_UNAVAILABLE' });
      expect(leaks(fault, CANARIES)).toEqual([]);
    }
  });

  test('would be heard in a fault of fetch itself, so the look is a real one', async () => {
    await using server = await startEcho((request) => request);
    const fault: unknown = await fetch(`${server.url}/accounts/acc_canary/knowledge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN.reveal()}` },
      body: ACCOUNT,
    }).catch((error: unknown) => error);
    const sent = [TOKEN.reveal(), ACCOUNT, 'acc_canary'];
    expect(leaks(fault, sent)).toEqual(sent);
  });
});

/** Which of `texts` a logger could print of the fault. */
function leaks(fault: unknown, texts: readonly string[]): string[] {
  if (!(fault instanceof Error)) throw new Error('that was no fault');
  const printed = [
    inspect(fault, { depth: null, showHidden: true, getters: true }),
    inspect(fault.cause, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(fault, Object.getOwnPropertyNames(fault)),
    `${fault} ${fault.message} ${fault.stack}`,
  ].join('\n');
  return texts.filter((text) => printed.includes(text));
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

/** Answers the bytes of each request, dressed up by `echo`, once its body is there. */
async function startEcho(echo: (request: string) => string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let request = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      request += bytes.toString();
      const [head, body] = request.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head ?? '')?.[1] ?? Number.NaN);
      if (body !== undefined && body.length >= length) socket.end(echo(request));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
