// What the relays here have in common: takes messages from Tonegate (docs/sms.md) and hands each to `send`
// once; one that comes again under the same key is answered again, not sent again. Sends nothing a second
// time by itself, and logs neither numbers nor texts. Node 20 or later, no packages.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const REMEMBER_MS = 10 * 60_000;
/** Less than `sms.timeoutSeconds`, so that Tonegate hears of it. */
const SEND_MS = 6000;
const BODY_LIMIT_BYTES = 16 * 1024;

/** Why a message was not taken over. The words are logged: no number, no text in them. */
export class NotSent extends Error {}

/** A variable of the environment; ends the program where it is not set. */
export function env(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`${name} is not set`);
  process.exit(2);
}

/**
 * Listens on HOST and PORT (127.0.0.1:7072). `send(message, {key, signal})` is done when the message was
 * taken over; whatever it throws means that nobody may count on it.
 */
export function relay(send) {
  const token = digest(env('TONEGATE_SMS_TOKEN'));
  const answered = new Map();

  async function answer(request) {
    const { authorization = '', 'idempotency-key': key = '' } = request.headers;
    const given = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? '';
    if (!timingSafeEqual(digest(given), token)) return 401;
    if (request.method !== 'POST') return 405;
    const text = await bodyOf(request);
    const message = text === null ? null : parsed(text);
    if (message === null || !/^[\w-]{1,255}$/.test(key)) return 400;

    const known = answered.get(key);
    if (known) return known.text === digest(text).toString('hex') ? await known.status : 422;
    const status = take(message, key);
    answered.set(key, { text: digest(text).toString('hex'), status });
    setTimeout(() => answered.delete(key), REMEMBER_MS).unref();
    return await status;
  }

  async function take(message, key) {
    const call = String(message.call)
      .replace(/[^\w-]/g, '?')
      .slice(0, 128);
    try {
      await send(message, { key, signal: AbortSignal.timeout(SEND_MS) });
      console.log(`call ${call}: taken over`);
      return 202;
    } catch (error) {
      const why = error instanceof NotSent ? error.message : 'no answer, so it may have been sent';
      console.error(`call ${call}: not taken over: ${why}`);
      return 502;
    }
  }

  const server = createServer(async (request, response) => {
    const status = await answer(request).catch(() => 500);
    response.writeHead(status).end();
  });
  server.listen(Number(process.env.PORT ?? 7072), process.env.HOST ?? '127.0.0.1', () => {
    const { address, port } = server.address();
    console.log(`listening on ${address}:${port}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
}

/** POSTs `text` once: as a stream, because fetch sends any other body again where the answer is 421. */
export async function postOnce(url, headers, text, signal) {
  const bytes = new TextEncoder().encode(text);
  return await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(bytes.length) },
    body: new Blob([bytes]).stream(),
    duplex: 'half',
    redirect: 'manual',
    signal,
  });
}

/** Null: it is too long. */
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return size > BODY_LIMIT_BYTES ? null : Buffer.concat(chunks).toString();
}

/** Null: it is no message. */
function parsed(text) {
  try {
    const message = JSON.parse(text);
    const isMessage =
      /^\+[1-9][0-9]{6,14}$/.test(message.to) &&
      typeof message.text === 'string' &&
      message.text.length > 0 &&
      Number.isInteger(message.ttlSeconds);
    return isMessage ? message : null;
  } catch {
    return null;
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest();
}
