// The doctor's questions to a bank's server: the demo bank, and servers that do one thing wrong.

import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type ConformanceOptions, tryBackend } from '../../src/backend/conformance.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import type { Flaw, Probe } from '../../src/doctor/facts.ts';
import { Secret } from '../../src/machines/secret.ts';
import { type Asked, sendJson, startStub } from './stub-server.ts';

const TOKEN = 'token-of-the-bank';

const ask = (url: string, change: Partial<ConformanceOptions> = {}) =>
  tryBackend({ url, token: Secret.of(TOKEN), timeoutSeconds: 5, accountLength: 8, ...change });

/** What is wrong, by question. */
async function flaws(url: string): Promise<Partial<Record<Probe, Flaw>>> {
  const wrong = (await ask(url)).filter(({ flaw }) => flaw !== null);
  return Object.fromEntries(wrong.map(({ probe, flaw }) => [probe, flaw]));
}

type Answer = (response: ServerResponse, asked: Asked) => void;

/** A server that does all right, without remembering keys. */
const right: Answer = (response, { path, headers }) => {
  if (headers.authorization !== `Bearer ${TOKEN}`) response.writeHead(401).end();
  else if (path.endsWith('/accounts/lookup')) sendJson(response, { ref: null });
  else response.writeHead(404).end();
};

/** The same, but for lookups with the right token. */
const lookups =
  (answer: Answer): Answer =>
  (response, asked) => {
    const isMeant =
      asked.path === '/accounts/lookup' && asked.headers.authorization?.includes(TOKEN);
    return (isMeant ? answer : right)(response, asked);
  };

test('the demo bank keeps the contract', async () => {
  await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of(TOKEN) });
  expect((await ask(bank.url)).map(({ probe, flaw }) => [probe, flaw])).toEqual([
    ['token', null],
    ['lookup', null],
    ['repeat', null],
    ['reuse', null],
    ['customer', null],
    ['challenge', null],
  ]);
});

test('a server that does all right but remember keys is told so', async () => {
  await using server = await startStub(right);
  expect(await flaws(server.url)).toEqual({ reuse: { kind: 'accepted' } });
});

test.each<[string, Answer, Flaw]>([
  ['answers 404', (response) => response.writeHead(404).end(), { kind: 'status', status: 404 }],
  [
    'redirects',
    (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    { kind: 'redirect' },
  ],
  ['answers text', (response) => response.end('{"ref":null}'), { kind: 'content-type' }],
  [
    'answers half of it',
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ref":'),
    { kind: 'not-json' },
  ],
  ['answers a book', (response) => sendJson(response, 'x'.repeat(70_000)), { kind: 'too-long' }],
  ['answers something else', (response) => sendJson(response, { ref: 42 }), { kind: 'schema' }],
  [
    'knows an account that nobody has',
    (response) => sendJson(response, { ref: 'acc_1', factors: [], otp: { available: false } }),
    { kind: 'schema' },
  ],
])('a server that %s is told so', async (_what, answer, flaw) => {
  await using server = await startStub(lookups(answer));
  expect(await flaws(server.url)).toMatchObject({ lookup: flaw, customer: flaw });
});

test('a server that lets everybody in is told so', async () => {
  await using server = await startStub((response) => sendJson(response, { ref: null }));
  expect(await flaws(server.url)).toMatchObject({ token: { kind: 'accepted' } });
});

test('a server that accepts a code for nothing is told so', async () => {
  await using server = await startStub((response, asked) =>
    asked.path.startsWith('/otp/')
      ? sendJson(response, { accepted: true })
      : right(response, asked),
  );
  expect(await flaws(server.url)).toMatchObject({ challenge: { kind: 'accepted' } });
});

test('a refused code is right, in whichever of the two ways', async () => {
  await using server = await startStub((response, asked) =>
    asked.path.startsWith('/otp/')
      ? sendJson(response, { accepted: false })
      : right(response, asked),
  );
  expect(await flaws(server.url)).not.toHaveProperty('challenge');
});

test('a server that answers the same request differently is told so', async () => {
  let n = 0;
  const answer = lookups((response) => sendJson(response, { ref: null, n: n++ }));
  await using server = await startStub(answer);
  expect(await flaws(server.url)).toMatchObject({ repeat: { kind: 'differs' } });
});

test('a server that does not answer is told so', async () => {
  await using server = await startStub(lookups(() => undefined));
  const exchanges = await ask(server.url, { timeoutSeconds: 0.05 });
  expect(exchanges.find(({ probe }) => probe === 'lookup')?.flaw).toEqual({ kind: 'late' });
});

test('where nobody is, one question is enough', async () => {
  const server = await startStub(right);
  await server[Symbol.asyncDispose]();
  expect(await ask(server.url)).toMatchObject([
    { probe: 'token', flaw: { kind: 'no-connection', code: 'ECONNREFUSED' } },
  ]);
});

test('the server is asked as the worker asks, about nobody, and a wrong token is not ours', async () => {
  await using server = await startStub(right);
  await ask(`${server.url}/ivr/`, { accountLength: 11 });
  const [stranger, lookup, repeated, reused] = server.asked;
  expect(stranger?.headers.authorization).toMatch(/^Bearer [0-9a-f-]{36}$/);
  expect(lookup?.path).toBe('/ivr/accounts/lookup');
  expect(lookup?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
  });
  expect(JSON.parse(lookup?.body ?? '')).toMatchObject({ account: '00000000000' });
  expect(repeated?.body).toBe(lookup?.body);
  expect(repeated?.headers['idempotency-key']).toBe(lookup?.headers['idempotency-key']);
  expect(reused?.headers['idempotency-key']).toBe(lookup?.headers['idempotency-key']);
  expect(reused?.body).not.toBe(lookup?.body);
});

test('a URL or a token that a worker would not take is a fault of the configuration', async () => {
  await expect(ask('http://user@127.0.0.1:1')).rejects.toMatchObject({
    code: 'IVR_CONFIG_INVALID',
  });
  const token = Secret.of('two words');
  await expect(ask('http://127.0.0.1:1', { token })).rejects.toMatchObject({
    code: 'IVR_CONFIG_INVALID',
  });
});
