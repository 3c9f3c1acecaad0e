// The sender of text messages against webhooks that take a message, refuse it, or leave everybody in doubt.
// Real HTTP throughout.

import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSmsWebhook } from '../../src/backend/sms-webhook.ts';
import { Secret } from '../../src/machines/secret.ts';
import { MESSAGE, PHONE, SMS_CODE, TEXT } from './messages.ts';
import { type StubServer, startStub } from './stub-server.ts';

const TOKEN = 'canary-token-9a2e';
const UNAVAILABLE = { code: 'IVR_SMS_UNAVAILABLE' };
const CANARIES = [PHONE, PHONE.slice(1), SMS_CODE, TEXT, TOKEN, 'call_1'];

const senderTo = (stub: StubServer, timeoutSeconds = 10, token = TOKEN) =>
  createSmsWebhook({ url: `${stub.url}/hooks/sms`, token: Secret.of(token), timeoutSeconds });

const unending = () => new AbortController().signal;

/** The fault of a message that was not taken over; nothing of the message is in it. */
async function faultOf(sending: Promise<void>): Promise<Error> {
  const fault = await sending.then(
    () => new Error('it was taken over'),
    (error: Error) => error,
  );
  expect(fault).toMatchObject(UNAVAILABLE);
  const printed = [
    inspect(fault, { depth: null, showHidden: true, getters: true }),
    inspect(fault.cause, { depth: null, showHidden: true, getters: true }),
    `${fault} ${fault.stack}`,
  ].join('\n');
  expect(CANARIES.filter((canary) => printed.includes(canary))).toEqual([]);
  return fault;
}

test('a message is one POST of JSON, with the token and a key of its own', async () => {
  await using stub = await startStub((response) => response.writeHead(202).end());
  const sender = senderTo(stub);
  await sender.send(MESSAGE, unending());
  await sender.send(MESSAGE, unending());
  const [first, second] = stub.asked;
  expect(first).toMatchObject({
    method: 'POST',
    path: '/hooks/sms',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  expect(JSON.parse(first?.body ?? '')).toEqual({
    to: PHONE,
    text: TEXT,
    code: SMS_CODE,
    locale: 'en',
    line: 'bank',
    call: 'call_1',
    ttlSeconds: 300,
  });
  expect(Buffer.byteLength(first?.body ?? '')).toBe(Number(first?.headers['content-length']));
  const keys = [first?.headers['idempotency-key'], second?.headers['idempotency-key']];
  expect(keys[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(keys[1]).not.toBe(keys[0]);
});

test('a text with letters beyond ASCII arrives whole', async () => {
  await using stub = await startStub((response) => response.writeHead(200).end());
  const text = 'Su código es 402718. ¡No lo diga a nadie! 🔒';
  await senderTo(stub).send({ ...MESSAGE, text: Secret.of(text), locale: 'es' }, unending());
  expect(JSON.parse(stub.asked[0]?.body ?? '')).toMatchObject({ text, locale: 'es' });
});

test('without a token there is no Authorization header', async () => {
  await using stub = await startStub((response) => response.writeHead(204).end());
  await senderTo(stub, 10, '').send(MESSAGE, unending());
  expect(stub.asked[0]?.headers).not.toHaveProperty('authorization');
});

describe('taken over', () => {
  test.for([200, 201, 202, 204])('is what status %i says, with whatever body', async (status) => {
    await using stub = await startStub((response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end(status === 204 ? '' : '<p>'),
    );
    await senderTo(stub).send(MESSAGE, unending());
    expect(stub.asked).toHaveLength(1);
  });

  test('is it also where the body of the answer never ends', async () => {
    await using stub = await startStub((response) => response.writeHead(202).write('{'));
    await senderTo(stub).send(MESSAGE, unending());
  });
});

describe('a message is sent once and not again', () => {
  test.for([203, 206, 301, 302, 303, 307, 308, 400, 401, 408, 409, 421, 425, 429, 500, 503, 504])(
    'after status %i, which is a fault',
    async (status) => {
      await using stub = await startStub((response) =>
        response.writeHead(status, { location: '/elsewhere', 'retry-after': '0' }).end(SMS_CODE),
      );
      const fault = await faultOf(senderTo(stub).send(MESSAGE, unending()));
      expect(fault.message).toContain(`status ${status}`);
      expect(stub.asked.map(({ path }) => path)).toEqual(['/hooks/sms']);
    },
  );

  test('after a deadline that passed in silence', async () => {
    await using stub = await startStub(() => undefined);
    const fault = await faultOf(senderTo(stub, 0.1).send(MESSAGE, unending()));
    expect(fault.message).toContain('no answer within sms.timeoutSeconds');
    expect(stub.asked).toHaveLength(1);
  });

  test('after a connection that broke, also one that had been used before', async () => {
    let isBroken = false;
    await using stub = await startStub((response) => {
      if (isBroken) response.socket?.destroy();
      else response.writeHead(202).end();
    });
    const sender = senderTo(stub);
    await sender.send(MESSAGE, unending());
    isBroken = true;
    const fault = await faultOf(sender.send(MESSAGE, unending()));
    expect(fault.message).toContain('no connection, or it broke');
    expect(stub.asked).toHaveLength(2);
  });

  test('after an answer that is no HTTP and says everything back', async () => {
    await using stub = await startStub((response, { body, headers }) =>
      response.socket?.end(`${body} ${headers.authorization}\r\n\r\n`),
    );
    await faultOf(senderTo(stub).send(MESSAGE, unending()));
    expect(stub.asked).toHaveLength(1);
  });

  test('where nobody listens', async () => {
    const stub = await startStub(() => undefined);
    await stub[Symbol.asyncDispose]();
    const fault = await faultOf(senderTo(stub).send(MESSAGE, unending()));
    expect(fault.message).toContain('ECONNREFUSED');
  });
});

describe('a caller who hangs up', () => {
  test('is not waited for: the webhook sees the connection close', async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
    await using stub = await startStub((response) => {
      response.on('close', onClosed);
      onAsked();
    });
    const call = new AbortController();
    const sending = expect(senderTo(stub).send(MESSAGE, call.signal)).rejects.toBe('hung up');
    await asked;
    call.abort('hung up');
    await sending;
    await closed;
  });

  test('before, is why nothing is sent', async () => {
    await using stub = await startStub((response) => response.writeHead(202).end());
    const sending = senderTo(stub).send(MESSAGE, AbortSignal.abort('hung up'));
    await expect(sending).rejects.toBe('hung up');
    expect(stub.asked).toEqual([]);
  });
});

test.for([
  ['sms.webhook', 'sms.example', 'token'],
  ['sms.webhook', 'https://canary@sms.example', 'token'],
  ['sms.webhook', 'https://sms.example/?key=canary', 'token'],
  ['TONEGATE_SMS_TOKEN', 'https://sms.example', 'canary two'],
  ['TONEGATE_SMS_TOKEN', 'https://sms.example', 'canary\r\nx: y'],
] as const)('%s that cannot be used is refused at start', ([name, url, token]) => {
  const make = () => createSmsWebhook({ url, token: Secret.of(token), timeoutSeconds: 1 });
  expect(make).toThrow(expect.objectContaining({ code: 'IVR_CONFIG_INVALID' }));
  expect(make).toThrow(name);
  expect(make).not.toThrow('canary');
});
