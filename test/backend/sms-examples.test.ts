// The relays of examples/sms as processes of their own, between our sender and stand-ins for Twilio, Vonage
// and a mail host. What they print holds nothing of a message.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSmsWebhook } from '../../src/backend/sms-webhook.ts';
import { Secret } from '../../src/machines/secret.ts';
import { MESSAGE, PHONE, SMS_CODE, TEXT } from './messages.ts';
import { sendJson, startStub } from './stub-server.ts';

const TOKEN = 'canary-token-9a2e';
const PASSWORD = 'canary pass:w@rd';
const CANARIES = [PHONE.slice(1), SMS_CODE, TEXT, TOKEN, PASSWORD, 'canary'];
const UNAVAILABLE = { code: 'IVR_SMS_UNAVAILABLE' };
const unending = () => new AbortController().signal;

interface Relay {
  readonly url: string;
  /** All that it has printed. */
  readonly printed: string[];
}

/** Starts an example; what it prints is looked through at the end of the test. */
async function startRelay(name: string, env: Readonly<Record<string, string>>): Promise<Relay> {
  const child: ChildProcess = spawn(process.execPath, [`examples/sms/${name}.mjs`], {
    env: { TONEGATE_SMS_TOKEN: TOKEN, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  for (const output of [child.stdout, child.stderr]) {
    if (output === null) throw new Error('no output');
    createInterface(output).on('line', (line) => {
      printed.push(line);
      const [, at] = /^listening on (\S+)$/.exec(line) ?? [];
      if (at !== undefined) resolve(`http://${at}`);
    });
  }
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    const all = printed.join('\n');
    expect(CANARIES.filter((canary) => all.includes(canary))).toEqual([]);
  });
  const url = await Promise.race([
    listening,
    ended.then(() => Promise.reject(new Error(printed.join('\n')))),
  ]);
  return { url, printed };
}

const sendBy = ({ url }: Relay, message = MESSAGE) =>
  createSmsWebhook({ url, token: Secret.of(TOKEN), timeoutSeconds: 20 }).send(message, unending());

const TWILIO = {
  TWILIO_ACCOUNT_SID: 'AC123',
  TWILIO_API_KEY: 'SK123',
  TWILIO_API_SECRET: PASSWORD,
  TWILIO_FROM: '+15105550100',
};
const VONAGE = { VONAGE_API_KEY: 'abc', VONAGE_API_SECRET: PASSWORD, VONAGE_FROM: '15105550100' };

describe('Twilio', () => {
  test('gets the message as its Messages API wants it', async () => {
    await using api = await startStub((response) => response.writeHead(201).end('{}'));
    const relay = await startRelay('twilio', { ...TWILIO, TWILIO_API: api.url });
    await sendBy(relay);
    const [asked] = api.asked;
    expect(asked).toMatchObject({
      method: 'POST',
      path: '/2010-04-01/Accounts/AC123/Messages.json',
      headers: {
        authorization: `Basic ${btoa(`SK123:${PASSWORD}`)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      To: PHONE,
      From: '+15105550100',
      Body: TEXT,
      ValidityPeriod: '300',
    });
    expect(relay.printed.at(-1)).toBe('call call_1: taken over');
  });

  test('gets it over a messaging service where there is one', async () => {
    await using api = await startStub((response) => response.writeHead(201).end('{}'));
    const env = { ...TWILIO, TWILIO_FROM: 'MG123', TWILIO_API: api.url };
    await sendBy(await startRelay('twilio', env));
    const form = new URLSearchParams(api.asked[0]?.body);
    expect(form.get('MessagingServiceSid')).toBe('MG123');
    expect(form.has('From')).toBe(false);
  });

  test('that refuses it is told by its own number for why, and asked once', async () => {
    await using api = await startStub((response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ code: 21211, message: `The 'To' number ${PHONE} is not valid` })),
    );
    const relay = await startRelay('twilio', { ...TWILIO, TWILIO_API: api.url });
    await expect(sendBy(relay)).rejects.toMatchObject(UNAVAILABLE);
    expect(relay.printed.at(-1)).toBe(
      'call call_1: not taken over: Twilio answered status 400, error 21211',
    );
    expect(api.asked).toHaveLength(1);
  });
});

describe('Vonage', () => {
  test('gets the message as its Messages API wants it', async () => {
    await using api = await startStub((response) =>
      response.writeHead(202).end('{"message_uuid":"x"}'),
    );
    await sendBy(await startRelay('vonage', { ...VONAGE, VONAGE_API: api.url }));
    const [asked] = api.asked;
    expect(asked).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      headers: {
        authorization: `Basic ${btoa(`abc:${PASSWORD}`)}`,
        'content-type': 'application/json',
      },
    });
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      channel: 'sms',
      message_type: 'text',
      to: '15551230001',
      from: '15105550100',
      text: TEXT,
      client_ref: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test.for([200, 401, 421, 429, 500])('that answers %i is asked once', async (status) => {
    await using api = await startStub((response) => response.writeHead(status).end(TEXT));
    const relay = await startRelay('vonage', { ...VONAGE, VONAGE_API: api.url });
    await expect(sendBy(relay)).rejects.toMatchObject(UNAVAILABLE);
    expect(relay.printed.at(-1)).toBe(
      `call call_1: not taken over: Vonage answered status ${status}`,
    );
    expect(api.asked).toHaveLength(1);
  });
});

interface MailHost {
  readonly port: number;
  /** What was said to it, mails as one line each. */
  readonly said: string[];
}

/** A mail host that takes everything, but for the commands that `odd` has another reply to (null: none). */
async function startMailHost(
  odd: Readonly<Record<string, string | null>> = {},
  create: (serve: (socket: Socket) => void) => Server = createServer,
): Promise<MailHost> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const replies: Readonly<Record<string, string | null>> = {
    greeting: '220-mail.example\r\n220 at your service',
    EHLO: '250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN',
    AUTH: '235 ok',
    MAIL: '250 ok',
    RCPT: '250 ok',
    DATA: '354 go on',
    '.': '250 queued',
    QUIT: '221 bye',
    ...odd,
  };
  const server = create((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const reply = (to: string) => {
      if (replies[to] === 'hang up') socket.destroy();
      else if (replies[to] !== null) socket.write(`${replies[to] ?? '500 what?'}\r\n`);
    };
    let mail: string[] | null = null;
    createInterface(socket).on('line', (line) => {
      if (mail === null) {
        said.push(line);
        reply(line.split(' ')[0] ?? '');
        if (line === 'DATA' && replies.DATA?.startsWith('354')) mail = [];
      } else if (line === '.') {
        said.push(mail.join('\n'));
        mail = null;
        reply('.');
      } else mail.push(line);
    });
    reply('greeting');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, said };
}

const mailTo = (port: number) => ({
  SMTP_URL: `smtp://127.0.0.1:${port}`,
  SMTP_FROM: 'ivr@bank.example',
  SMTP_TO: '00{digits}@sms.example',
});

describe('a mail host', () => {
  test('gets the message as a mail to its gateway', async () => {
    const host = await startMailHost();
    const relay = await startRelay('smtp', mailTo(host.port));
    const text = `Su código es ${SMS_CODE}.\n.\nNo lo diga a nadie. ${'¡Nunca! '.repeat(20)}`;
    await sendBy(relay, { ...MESSAGE, text: Secret.of(text) });
    const [ehlo, from, to, data, mail = '', quit] = host.said;
    expect([ehlo?.split(' ')[0], from, to, data, quit]).toEqual([
      'EHLO',
      'MAIL FROM:<ivr@bank.example>',
      'RCPT TO:<0015551230001@sms.example>',
      'DATA',
      'QUIT',
    ]);
    const [head = '', body = ''] = mail.split('\n\n');
    expect(head).toContain('From: <ivr@bank.example>');
    expect(head).toContain('To: <0015551230001@sms.example>');
    expect(head).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/m);
    expect(head).toMatch(/^Message-ID: <[0-9a-f]{32}@tonegate\.invalid>$/m);
    expect(Buffer.from(body, 'base64').toString()).toBe(text);
    expect(Math.max(...mail.split('\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(relay.printed.at(-1)).toBe('call call_1: taken over');
  });

  test.for([
    ['greeting', '554 no', 'answered 554 to the connection'],
    ['RCPT', '550 no such number 15551230001', 'answered 550 to RCPT'],
    ['DATA', '451 later', 'answered 451 to DATA'],
    ['.', '554 spam', 'answered 554 to the mail'],
    ['.', 'hang up', 'hung up at the mail'],
    ['greeting', 'hang up', 'hung up at the connection'],
  ] as const)('that says to %s: %s is asked once', async ([command, reply, why]) => {
    const host = await startMailHost({ [command]: reply });
    const relay = await startRelay('smtp', mailTo(host.port));
    await expect(sendBy(relay)).rejects.toMatchObject(UNAVAILABLE);
    expect(relay.printed.at(-1)).toMatch(
      new RegExp(`^call call_1: not taken over: (the mail host ${why}|no answer, so it may)`),
    );
    expect(host.said.filter((line) => line.startsWith('EHLO')).length).toBeLessThanOrEqual(1);
  });

  test('that has taken the mail and does not say goodbye has taken it', async () => {
    const host = await startMailHost({ QUIT: 'hang up' });
    await sendBy(await startRelay('smtp', mailTo(host.port)));
    expect(host.said.at(-1)).toBe('QUIT');
  });

  test('that is silent is given up, and nobody knows', { timeout: 20_000 }, async () => {
    const host = await startMailHost({ '.': null });
    const relay = await startRelay('smtp', mailTo(host.port));
    await expect(sendBy(relay)).rejects.toMatchObject(UNAVAILABLE);
    expect(relay.printed.at(-1)).toBe(
      'call call_1: not taken over: no answer, so it may have been sent',
    );
  });

  test('that is not there is a fault too', async () => {
    const host = await startMailHost();
    const relay = await startRelay('smtp', {
      ...mailTo(host.port),
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
    await expect(sendBy(relay)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('is told the password over TLS only', async () => {
    const { key, cert, file } = await certificate();
    const host = await startMailHost({}, (serve) => createTlsServer({ key, cert }, serve));
    const login = `ivr:${encodeURIComponent(PASSWORD)}`;
    const SMTP_URL = `smtps://${login}@localhost:${host.port}`;
    const env = { ...mailTo(host.port), SMTP_URL };
    await sendBy(await startRelay('smtp', { ...env, NODE_EXTRA_CA_CERTS: file }));
    expect(host.said[1]).toBe(`AUTH PLAIN ${btoa(`\0ivr\0${PASSWORD}`)}`);

    // Whoever shows a certificate that nobody vouches for hears nothing.
    const said = host.said.length;
    await expect(sendBy(await startRelay('smtp', env))).rejects.toMatchObject(UNAVAILABLE);
    expect(host.said).toHaveLength(said);

    const plain = { ...env, SMTP_URL: `smtp://${login}@127.0.0.1:${host.port}` };
    await expect(startRelay('smtp', plain)).rejects.toThrow('a password needs smtps://');
  });
});

describe('a mail host without TLS', () => {
  test.for([
    'mail.example',
    '192.0.2.1',
    'localhost.example',
    '127.0.0.1.example',
    '[2001:db8::1]',
  ])('is not one on another machine: %s', async (host) => {
    const env = { ...mailTo(1), SMTP_URL: `smtp://${host}` };
    await expect(startRelay('smtp', env)).rejects.toThrow('another machine needs smtps://');
  });

  test.for(['localhost', '127.0.0.2', '[::1]'])('is one on this machine: %s', async (host) => {
    const relay = await startRelay('smtp', { ...mailTo(1), SMTP_URL: `smtp://${host}:1` });
    expect(relay.url).toMatch(/^http:/);
  });
});

describe('every relay', () => {
  test('sends a message once that comes twice under one key', async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using api = await startStub((response) => {
      onAsked();
      void released.then(() => response.writeHead(202).end('{}'));
    });
    const relay = await startRelay('vonage', { ...VONAGE, VONAGE_API: api.url });
    const post = async (body: object, headers: Readonly<Record<string, string>> = {}) =>
      (
        await fetch(relay.url, {
          method: 'POST',
          headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'one', ...headers },
          body: JSON.stringify(body),
        })
      ).status;
    const body = { to: PHONE, text: TEXT, code: SMS_CODE, call: 'call_1', ttlSeconds: 300 };
    const first = post(body);
    await asked;
    const second = post(body);
    release();
    expect(await Promise.all([first, second])).toEqual([202, 202]);
    expect(await post(body)).toBe(202);
    expect(await post({ ...body, text: 'another' })).toBe(422);
    expect(api.asked).toHaveLength(1);
  });

  test('does not send a message that failed again under the same key', async () => {
    await using api = await startStub((response) => response.writeHead(503).end());
    const relay = await startRelay('vonage', { ...VONAGE, VONAGE_API: api.url });
    const body = JSON.stringify({ to: PHONE, text: TEXT, call: 'call_1', ttlSeconds: 300 });
    const headers = { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'one' };
    for (let n = 0; n < 2; n += 1) {
      const { status } = await fetch(relay.url, { method: 'POST', headers, body });
      expect(status).toBe(502);
    }
    expect(api.asked).toHaveLength(1);
  });

  test('takes nothing from strangers, and no message that is none', async () => {
    await using api = await startStub((response) => sendJson(response, {}));
    const relay = await startRelay('vonage', { ...VONAGE, VONAGE_API: api.url });
    const good = { to: PHONE, text: TEXT, call: 'call_1', ttlSeconds: 300 };
    const post = async (body: string, headers: Readonly<Record<string, string>> = {}) =>
      (
        await fetch(relay.url, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${TOKEN}`,
            'idempotency-key': crypto.randomUUID(),
            ...headers,
          },
          body,
        })
      ).status;
    for (const authorization of ['', 'Bearer ', 'Bearer other', TOKEN, `Basic ${TOKEN}`]) {
      expect(await post(JSON.stringify(good), { authorization })).toBe(401);
    }
    for (const spoiled of [
      '{',
      'null',
      '[]',
      JSON.stringify({ ...good, to: '15551230001' }),
      JSON.stringify({ ...good, to: `${PHONE}\r\nRCPT TO:<x>` }),
      JSON.stringify({ ...good, text: '' }),
      JSON.stringify({ ...good, ttlSeconds: undefined }),
      JSON.stringify({ ...good, text: 'x'.repeat(20_000) }),
    ]) {
      expect(await post(spoiled)).toBe(400);
    }
    expect(await post(JSON.stringify(good), { 'idempotency-key': '' })).toBe(400);
    expect(await post(JSON.stringify(good), { 'idempotency-key': 'a b' })).toBe(400);
    expect((await fetch(relay.url, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(
      405,
    );
    expect(api.asked).toEqual([]);
  });

  test.for(['twilio', 'vonage', 'smtp'])('names what it needs: %s', async (name) => {
    await expect(startRelay(name, {})).rejects.toThrow(/^[A-Z_]+ is not set$/);
  });
});

/** A certificate of a minute ago for this machine, and the file that holds it. */
async function certificate() {
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-mail-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost'],
  ]).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('This needs openssl. On Debian: apt-get install openssl');
  });
  return { key: await readFile(key), cert: await readFile(cert), file: cert };
}
