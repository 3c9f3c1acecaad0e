// The bank over HTTP (docs/backend.md). Promises: only an exact, schema-valid answer counts; anything
// else, late answers included, is a fault, never a "wrong". No fault holds what was sent or received:
// undici's own errors quote bytes of the answer, so they are read for their code and dropped.

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import type { Account, Backend, BackendRequest } from '../ivr/ports.ts';
import type { Secret } from '../machines/secret.ts';
import { checkAnswer, lookupAnswer, opaque, otpAnswer, simAnswer } from './answers.ts';

export interface HttpBackendOptions {
  /** Where the bank's server is; its routes are appended. No credentials, query or fragment. */
  readonly url: string;
  /** Bearer token: visible ASCII without spaces. */
  readonly token: Secret;
  /** From asking to the last byte of the answer. */
  readonly timeoutSeconds: number;
}

/** Routes as they may be named in logs and faults: without a reference in them. */
type Route =
  | '/accounts/lookup'
  | '/accounts/{ref}/knowledge'
  | '/accounts/{ref}/sim'
  | '/accounts/{ref}/otp'
  | '/otp/{challenge}';

/** Answers are a few dozen bytes; longer ones are not read to their end. */
const ANSWER_LIMIT_BYTES = 64 * 1024;

/** Connects the port to a bank's server. Throws `IVR_CONFIG_INVALID` for a URL or token that cannot be sent. */
export function createHttpBackend(options: HttpBackendOptions): Backend {
  const base = baseOf(options.url);
  if (!/^[\x21-\x7e]+$/.test(options.token.reveal())) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'TONEGATE_BACKEND_TOKEN is empty or holds spaces, line ends or non-ASCII characters.',
    );
  }

  async function post<Answer>(
    route: Route,
    word: string,
    body: Readonly<Record<string, string>>,
    schema: z.ZodType<Answer>,
    caller: AbortSignal,
  ): Promise<Answer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), options.timeoutSeconds * 1000);
    try {
      caller.throwIfAborted();
      const response = await fetch(base + pathOf(route, word), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${options.token.reveal()}`,
          'idempotency-key': randomUUID(),
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': 'tonegate',
        },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.any([caller, deadline.signal]),
      });
      const answer = schema.safeParse(await readJson(route, response));
      caller.throwIfAborted();
      if (!answer.success) {
        throw unavailable(route, 'the answer does not fit docs/backend.openapi.yaml');
      }
      return answer.data;
    } catch (error) {
      caller.throwIfAborted();
      if (error instanceof IvrFault) throw error;
      throw unavailable(
        route,
        deadline.signal.aborted
          ? 'no whole answer within backend.timeoutSeconds'
          : `no connection, or it broke (${codeOf(error)})`,
      );
    } finally {
      clearTimeout(timer);
      // Whatever of the answer has not been read is not wanted: lets go of its connection.
      deadline.abort();
    }
  }

  async function check(
    route: Route,
    word: string,
    body: Readonly<Record<string, string>>,
    caller: AbortSignal,
  ): Promise<boolean> {
    return (await post(route, word, body, checkAnswer, caller)).accepted;
  }

  async function find(
    by: 'account' | 'customer',
    who: Secret,
    { call, signal }: BackendRequest,
  ): Promise<Account> {
    const route = '/accounts/lookup';
    const id = who.reveal();
    const found = await post(route, '', { call, [by]: id }, lookupAnswer, signal);
    // The reference travels in tickets, where neither of them must.
    if (found.ref === id) throw unavailable(route, `its "ref" is what was sent as "${by}"`);
    return found;
  }

  return {
    lookup: (account, request) => find('account', account, request),

    lookupCustomer: (customer, request) => find('customer', customer, request),

    checkKnowledge(ref, factor, value, { call, signal }) {
      const body = { call, factor, value: value.reveal() };
      return check('/accounts/{ref}/knowledge', ref, body, signal);
    },

    async simChangedWithinHours(ref, { call, signal }) {
      const answer = await post('/accounts/{ref}/sim', ref, { call }, simAnswer, signal);
      return answer.changedWithinHours;
    },

    async sendCode(ref, purpose, { call, signal }) {
      const route = '/accounts/{ref}/otp';
      const { challenge } = await post(route, ref, { call, purpose }, otpAnswer, signal);
      if (challenge === undefined) {
        throw unavailable(
          route,
          'it wants us to send the code ("destination"), which is not supported yet: send it and answer a "challenge"',
        );
      }
      return challenge;
    },

    checkCode(challenge, code, { call, signal }) {
      return check('/otp/{challenge}', challenge, { call, code: code.reveal() }, signal);
    },
  };
}

function baseOf(text: string): string {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'backend.url must be an http(s) URL without user, password, query or fragment.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

/** The path with `word` in its place. Words come from the bank; one that could lead elsewhere is not sent. */
function pathOf(route: Route, word: string): string {
  return route.replace(/\{\w+\}/, () => {
    if (!opaque.safeParse(word).success) {
      throw unavailable(route, 'what should stand in its path is no word of the contract');
    }
    return encodeURIComponent(word);
  });
}

async function readJson(route: Route, response: Response): Promise<unknown> {
  if (response.status !== 200) throw unavailable(route, `it answered status ${response.status}`);
  if (!/^application\/json\s*(;|$)/i.test(response.headers.get('content-type') ?? '')) {
    throw unavailable(route, 'the answer is not marked application/json');
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_LIMIT_BYTES) throw unavailable(route, 'the answer is longer than 64 KiB');
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return JSON.parse(text) as unknown;
  } catch {
    throw unavailable(route, 'the answer is not JSON');
  }
}

function unavailable(route: Route, why: string): IvrFault {
  return new IvrFault(
    'IVR_BACKEND_UNAVAILABLE',
    `The backend gave no usable answer to POST ${route}: ${why}. See docs/backend.md.`,
  );
}

/** The code word of a failed exchange (`ECONNREFUSED`); nothing else of it is safe to pass on. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no code';
}
