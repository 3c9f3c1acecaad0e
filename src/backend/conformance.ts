// Asks a bank's server what can be asked without an account, and compares its answers with
// docs/backend.openapi.yaml. What it sends is made up: nobody has such an account. No answer is kept.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Exchange, Flaw, Probe } from '../doctor/facts.ts';
import { checkAnswer, lookupAnswer } from './answers.ts';
import { createHttpBackend, type HttpBackendOptions } from './http-backend.ts';

export interface ConformanceOptions extends HttpBackendOptions {
  /** Digits of an account number, so that the made-up one looks like a real one. */
  readonly accountLength: number;
}

/** As the worker has it (http-backend.ts). */
const ANSWER_LIMIT_BYTES = 64 * 1024;
const LOOKUP = '/accounts/lookup';

/** What came back: a whole answer with its status, or why it is none. */
type Reply = { readonly status: number; readonly body: unknown } | { readonly flaw: Flaw };

interface Question {
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly token?: string;
}

/**
 * Asks everything, one after the other; where nobody answers, once. Throws `IVR_CONFIG_INVALID` for a URL
 * or token that a worker would not take, and nothing else.
 */
export async function tryBackend(options: ConformanceOptions): Promise<readonly Exchange[]> {
  createHttpBackend(options);
  const call = `tonegate-doctor-${randomUUID()}`;
  const account = '0'.repeat(options.accountLength);
  const customer = call;
  const key = randomUUID();
  const exchanges: Exchange[] = [];

  async function probe(name: Probe, question: Question, judge: (reply: Reply) => Flaw | null) {
    const begun = performance.now();
    const reply = await ask(options, question);
    exchanges.push({ probe: name, flaw: judge(reply), ms: performance.now() - begun });
    return reply;
  }

  const lookup = { path: LOOKUP, body: { call, account } };
  const stranger = await probe('token', { ...lookup, token: randomUUID() }, refused);
  if ('flaw' in stranger && stranger.flaw.kind === 'no-connection') return exchanges;
  const first = await probe('lookup', { ...lookup, key }, unknown);
  const another = { path: LOOKUP, body: { call, customer } };
  // Of an answer that is none there is nothing to repeat.
  if (unknown(first) === null) {
    await probe('repeat', { ...lookup, key }, (reply) => sameAs(first, reply));
    await probe('reuse', { ...another, key }, rejected);
  }
  await probe('customer', another, unknown);
  const code = { path: `/otp/${call}`, body: { call, code: '000000' } };
  await probe('challenge', code, notAccepted);
  return exchanges;
}

/** 401 or 403, however it looks. */
function refused(reply: Reply): Flaw | null {
  if ('flaw' in reply) return reply.flaw;
  if (reply.status === 401 || reply.status === 403) return null;
  return reply.status === 200 ? { kind: 'accepted' } : { kind: 'status', status: reply.status };
}

/** 200 and `{ref: null}`. */
function unknown(reply: Reply): Flaw | null {
  if ('flaw' in reply) return reply.flaw;
  if (reply.status !== 200) return { kind: 'status', status: reply.status };
  const answer = lookupAnswer.safeParse(reply.body);
  return answer.success && answer.data.ref === null ? null : { kind: 'schema' };
}

function sameAs(first: Reply, reply: Reply): Flaw | null {
  if ('flaw' in reply) return reply.flaw;
  return isDeepStrictEqual(first, reply) ? null : { kind: 'differs' };
}

/** Any 4xx that is not about the token. */
function rejected(reply: Reply): Flaw | null {
  if ('flaw' in reply) return reply.flaw;
  const isAboutUs = reply.status === 401 || reply.status === 403;
  if (reply.status >= 400 && reply.status < 500 && !isAboutUs) return null;
  return reply.status === 200 ? { kind: 'accepted' } : { kind: 'status', status: reply.status };
}

/** A refusal, or 200 and `{accepted: false}`. */
function notAccepted(reply: Reply): Flaw | null {
  if ('flaw' in reply || reply.status !== 200) return rejected(reply);
  const answer = checkAnswer.safeParse(reply.body);
  if (!answer.success) return { kind: 'schema' };
  return answer.data.accepted ? { kind: 'accepted' } : null;
}

async function ask(options: ConformanceOptions, question: Question): Promise<Reply> {
  const deadline = AbortSignal.timeout(options.timeoutSeconds * 1000);
  try {
    const response = await fetch(options.url.replace(/\/+$/, '') + question.path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${question.token ?? options.token.reveal()}`,
        'idempotency-key': question.key ?? randomUUID(),
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'tonegate',
      },
      body: JSON.stringify(question.body),
      redirect: 'manual',
      signal: deadline,
    });
    return await replyFrom(response);
  } catch (error) {
    if (deadline.aborted) return { flaw: { kind: 'late' } };
    return { flaw: { kind: 'no-connection', code: codeOf(error) } };
  }
}

/** Only an answer with status 200 has to look like one. */
async function replyFrom(response: Response): Promise<Reply> {
  const { status } = response;
  if (status >= 300 && status < 400) return { flaw: { kind: 'redirect' } };
  const text = await textOf(response);
  if (status !== 200) return { status, body: null };
  if (!/^application\/json\s*(;|$)/i.test(response.headers.get('content-type') ?? '')) {
    return { flaw: { kind: 'content-type' } };
  }
  if (text === null) return { flaw: { kind: 'too-long' } };
  try {
    return { status, body: JSON.parse(text) as unknown };
  } catch {
    return { flaw: { kind: 'not-json' } };
  }
}

/** Null: it is too long. */
async function textOf(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_LIMIT_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The code word of a failed exchange (`ECONNREFUSED`); nothing else of it is safe to pass on. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no connection';
}
