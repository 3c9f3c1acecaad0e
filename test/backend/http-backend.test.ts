// The HTTP backend against servers that answer well, badly, late or not at all. Real HTTP throughout.

import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createHttpBackend } from '../../src/backend/http-backend.ts';
import { Secret } from '../../src/machines/secret.ts';
import { ACCOUNT, ask, CUSTOMER, QUESTIONS, routeOf, TOKEN } from './asking.ts';
import { BAD_ANSWERS, SENT_AS_REF } from './bad-answers.ts';
import { type StubServer, sendJson, startStub } from './stub-server.ts';

const UNAVAILABLE = { code: 'IVR_BACKEND_UNAVAILABLE' };
const JSON_TYPE = { 'content-type': 'application/json' };
const RIGHT = {
  lookup: { ref: 'acc_1', factors: [], otp: { available: true, to: '…01' } },
  knowledge: { accepted: true },
  check: { accepted: true },
  otp: { challenge: 'ch_1' },
  sim: { changedWithinHours: null },
} as const;

function backendAt(stub: StubServer, timeoutSeconds = 10) {
  return createHttpBackend({ url: stub.url, token: TOKEN, timeoutSeconds });
}

describe('what the bank is asked', () => {
  test('is JSON by POST with the token, the call id and a key of its own', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.knowledge));
    const backend = backendAt(stub);
    await ask(backend, 'knowledge');
    await ask(backend, 'knowledge');
    const [first, second] = stub.asked;
    expect(first).toMatchObject({
      method: 'POST',
      path: '/accounts/acc_canary/knowledge',
      headers: { authorization: 'Bearer canary-token-5f1c', ...JSON_TYPE },
    });
    expect(JSON.parse(first!.body)).toEqual({
      call: 'call_1',
      factor: 'birthDate',
      value: '1979-03-14',
    });
    expect(first!.headers['idempotency-key']).toMatch(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    expect(second!.headers['idempotency-key']).not.toBe(first!.headers['idempotency-key']);
  });

  test('of a customer names no account, and of an account no customer', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.lookup));
    await ask(backendAt(stub), 'lookup');
    await ask(backendAt(stub), 'customer');
    expect(stub.asked.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/accounts/lookup', { call: 'call_1', account: ACCOUNT }],
      ['/accounts/lookup', { call: 'call_1', customer: CUSTOMER }],
    ]);
  });

  test('comes over connections that are used again', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.sim));
    const backend = backendAt(stub);
    for (let n = 0; n < 20; n += 1) await ask(backend, 'sim');
    expect(stub.connections).toBeLessThan(10);
  });

  test('goes below the path of backend.url', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.check));
    const url = `${stub.url}/ivr/v1/`;
    await ask(createHttpBackend({ url, token: TOKEN, timeoutSeconds: 10 }), 'check');
    expect(stub.asked[0]!.path).toBe('/ivr/v1/otp/ch_canary');
  });

  test('never leads to another path, whatever the reference', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.knowledge));
    const backend = backendAt(stub);
    for (const ref of ['', '.', '..', 'a/b', 'a?b', '%2e%2e', 'a'.repeat(129)]) {
      const words = { ref, challenge: ref };
      await expect(ask(backend, 'knowledge', words)).rejects.toMatchObject(UNAVAILABLE);
      await expect(ask(backend, 'check', words)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(stub.asked).toEqual([]);
  });
});

describe('an answer counts', () => {
  test('only as it stands: accepted is true, not accepted is false', async () => {
    for (const accepted of [true, false]) {
      await using stub = await startStub((response) => sendJson(response, { accepted }));
      expect(await ask(backendAt(stub), 'knowledge')).toBe(accepted);
      expect(await ask(backendAt(stub), 'check')).toBe(accepted);
    }
  });

  test('with keys we do not know, except beside a verdict', async () => {
    await using stub = await startStub((response, { path }) => {
      if (path === '/accounts/lookup') sendJson(response, { ...RIGHT.lookup, tier: 'gold' });
      else if (path.endsWith('/otp')) sendJson(response, { ...RIGHT.otp, channel: 'sms' });
      else sendJson(response, { changedWithinHours: 0, carrier: 'x' });
    });
    const backend = backendAt(stub);
    for (const question of ['lookup', 'customer'] as const) {
      expect(await ask(backend, question)).toEqual({
        ref: 'acc_1',
        otp: { available: true, to: '…01' },
      });
    }
    expect(await ask(backend, 'otp')).toEqual({ challenge: 'ch_1' });
    expect(await ask(backend, 'sim')).toBe(0);
  });

  test('as "no such account" with `ref: null`, whatever stands beside it', async () => {
    for (const beside of [{}, { factors: ['birthDate'], otp: { available: true, to: '…77' } }]) {
      await using stub = await startStub((response) =>
        sendJson(response, { ref: null, ...beside }),
      );
      for (const question of ['lookup', 'customer'] as const) {
        expect(await ask(backendAt(stub), question)).toEqual({
          ref: null,
          otp: { available: false, to: null },
        });
      }
    }
  });

  test.for(BAD_ANSWERS)('not from %s with %s', async ([route, , answer]) => {
    await using stub = await startStub((response) => sendJson(response, answer));
    for (const question of QUESTIONS.filter((one) => routeOf(one) === route)) {
      await expect(ask(backendAt(stub), question)).rejects.toMatchObject(UNAVAILABLE);
    }
  });

  test.for(SENT_AS_REF)('not when %s is asked and %s comes back as the ref', async (row) => {
    const [question, , answer] = row;
    await using stub = await startStub((response) => sendJson(response, answer));
    const fault = ask(backendAt(stub), question);
    await expect(fault).rejects.toMatchObject(UNAVAILABLE);
    await expect(fault).rejects.not.toThrow(ACCOUNT);
    await expect(fault).rejects.not.toThrow(CUSTOMER);
  });

  test('as the number to send a code to, which nothing prints', async () => {
    const destination = '+15551230001';
    await using stub = await startStub((response) => sendJson(response, { destination, via: 'x' }));
    const answer = await ask(backendAt(stub), 'otp');
    expect(answer).toEqual({ destination: expect.any(Secret) });
    expect((answer as { destination: Secret }).destination.reveal()).toBe(destination);
    expect(JSON.stringify(answer) + inspect(answer)).not.toContain('5551230001');
  });

  const right = JSON.stringify(RIGHT.knowledge);
  const deliveries: [string, (response: Parameters<typeof sendJson>[0]) => void][] = [
    ['status 201', (r) => r.writeHead(201, JSON_TYPE).end(right)],
    ['status 203', (r) => r.writeHead(203, JSON_TYPE).end(right)],
    ['status 204', (r) => r.writeHead(204).end()],
    ['status 304', (r) => r.writeHead(304).end()],
    ['status 400', (r) => r.writeHead(400, JSON_TYPE).end('{"accepted":false}')],
    ['status 404', (r) => r.writeHead(404, JSON_TYPE).end('{"accepted":false}')],
    ['status 503', (r) => r.writeHead(503, JSON_TYPE).end(right)],
    ['no content type', (r) => r.writeHead(200).end(right)],
    ['text/html', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end(right)],
    [
      'a look-alike type',
      (r) => r.writeHead(200, { 'content-type': 'application/jsonp' }).end(right),
    ],
    ['a second value', (r) => r.writeHead(200, JSON_TYPE).end(right + right)],
    ['64 KiB of blanks', (r) => r.writeHead(200, JSON_TYPE).end(right + ' '.repeat(65_536))],
    ['a bomb', (r) => r.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(bomb())],
    ['half of it', (r) => r.writeHead(200, { ...JSON_TYPE, 'content-length': 99 }).write(right)],
  ];

  test.for(deliveries)('not with %s', async ([, deliver]) => {
    await using stub = await startStub(deliver);
    await expect(ask(backendAt(stub, 1), 'knowledge')).rejects.toMatchObject(UNAVAILABLE);
  });

  test('not from elsewhere: redirects are not followed', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      await using stub = await startStub((response, { path }) => {
        if (path === '/elsewhere') sendJson(response, RIGHT.knowledge);
        else response.writeHead(status, { location: '/elsewhere', ...JSON_TYPE }).end(right);
      });
      await expect(ask(backendAt(stub), 'knowledge')).rejects.toMatchObject(UNAVAILABLE);
      expect(stub.asked).toHaveLength(1);
    }
  });

  test('only to a question that was asked once, whatever the server says', async () => {
    for (const status of [408, 421, 425, 429, 503]) {
      await using stub = await startStub((response) =>
        response.writeHead(status, { 'retry-after': '0' }).end(),
      );
      await expect(ask(backendAt(stub), 'otp')).rejects.toThrow(`status ${status}`);
      expect(stub.asked).toHaveLength(1);
      expect(stub.asked[0]?.headers).toMatchObject({ 'content-length': expect.any(String) });
    }
  });

  test('not without an end: a body that goes on and on is cut off', async () => {
    const { promise: cutOff, resolve } = Promise.withResolvers<void>();
    await using stub = await startStub((response) => {
      response.writeHead(200, JSON_TYPE).on('close', resolve);
      const more = () => {
        while (response.write(' '.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    await expect(ask(backendAt(stub), 'knowledge')).rejects.toThrow('64 KiB');
    await cutOff;
  });

  test('not with a letter that is not UTF-8', async () => {
    await using stub = await startStub((response) =>
      response.writeHead(200, JSON_TYPE).end(Buffer.from('{"ref":null,"name":"\xff"}', 'latin1')),
    );
    await expect(ask(backendAt(stub), 'lookup')).rejects.toThrow('not JSON');
  });

  test('not with an error, whose endless body is not waited for', async () => {
    const { promise: letGo, resolve } = Promise.withResolvers<void>();
    await using stub = await startStub((response) => {
      response.on('close', resolve).writeHead(503, JSON_TYPE).write('{"error":');
    });
    await expect(ask(backendAt(stub), 'knowledge')).rejects.toThrow('status 503');
    await letGo;
  });

  test('not where nobody listens', async () => {
    const stub = await startStub(() => undefined);
    await stub[Symbol.asyncDispose]();
    await expect(ask(backendAt(stub), 'lookup')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a caller who hangs up', () => {
  test.for(QUESTIONS)(
    'is not waited for at %s: the bank sees the connection close',
    async (question) => {
      const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
      const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
      await using stub = await startStub((response) => {
        response.on('close', onClosed);
        onAsked();
      });
      const call = new AbortController();
      const reason = new Error('the caller hung up');
      const answer = ask(backendAt(stub), question, undefined, call.signal);
      const seen = expect(answer).rejects.toBe(reason);
      await asked;
      call.abort(reason);
      await seen;
      await closed;
    },
  );

  test('in the middle of an answer is not waited for either', async () => {
    const call = new AbortController();
    await using stub = await startStub((response) => {
      response.writeHead(200, JSON_TYPE).write('{"accepted":', () => call.abort('hung up'));
    });
    await expect(ask(backendAt(stub), 'check', undefined, call.signal)).rejects.toBe('hung up');
  });

  test('before a question is why it is never asked', async () => {
    await using stub = await startStub((response) => sendJson(response, RIGHT.lookup));
    const gone = AbortSignal.abort('hung up');
    for (const question of QUESTIONS) {
      await expect(ask(backendAt(stub), question, undefined, gone)).rejects.toBe('hung up');
    }
    expect(stub.asked).toEqual([]);
  });
});

describe('a backend that cannot be asked', () => {
  test.for(['', 'two words', 'line\nend', 'münze'])('is refused at start: token %j', (token) => {
    const make = () =>
      createHttpBackend({ url: 'http://127.0.0.1', token: Secret.of(token), timeoutSeconds: 1 });
    expect(make).toThrow(expect.objectContaining({ code: 'IVR_CONFIG_INVALID' }));
    if (token !== '') expect(make).not.toThrow(token);
  });

  test.for([
    'bank.example',
    'ftp://bank.example',
    'https://user:canary@bank.example',
    'https://bank.example/?key=canary',
    'https://bank.example/#canary',
  ])('is refused at start: %s', (url) => {
    const make = () => createHttpBackend({ url, token: TOKEN, timeoutSeconds: 1 });
    expect(make).toThrow(expect.objectContaining({ code: 'IVR_CONFIG_INVALID' }));
    expect(make).not.toThrow('canary');
  });
});

function bomb(): Buffer {
  return gzipSync(' '.repeat(10_000_000));
}
