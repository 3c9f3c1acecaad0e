// The bank over HTTP (docs/backend.md). Promises: only an exact, schema-valid answer counts; anything
// else, late answers included, is a fault, never a "wrong". No fault holds what was sent or received.

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import type { Account, Backend, BackendRequest } from '../ivr/ports.ts';
import type { Secret } from '../machines/secret.ts';
import { checkAnswer, lookupAnswer, opaque, otpAnswer, simAnswer } from './answers.ts';
import { checkToken, post, type Reply, readReply, webUrl } from './exchange.ts';

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

/** Connects the port to a bank's server. Throws `IVR_CONFIG_INVALID` for a URL or token that cannot be sent. */
export function createHttpBackend(options: HttpBackendOptions): Backend {
  const { token, timeoutSeconds } = options;
  const base = baseOf(options.url);
  checkToken('TONEGATE_BACKEND_TOKEN', token);
  if (token.length === 0) {
    throw new IvrFault('IVR_CONFIG_INVALID', 'TONEGATE_BACKEND_TOKEN is empty.');
  }

  async function asked<Answer>(
    route: Route,
    word: string,
    body: Readonly<Record<string, string>>,
    schema: z.ZodType<Answer>,
    caller: AbortSignal,
  ): Promise<Answer> {
    caller.throwIfAborted();
    const url = base + pathOf(route, word);
    const posting = { url, token, key: randomUUID(), body, timeoutSeconds };
    const reply = await post(posting, caller, readReply);
    const fault = faultOf(reply);
    if (fault !== null) throw unavailable(route, fault);
    const answer = schema.safeParse('body' in reply ? reply.body : undefined);
    if (answer.success) return answer.data;
    throw unavailable(route, 'the answer does not fit docs/backend.openapi.yaml');
  }

  async function check(
    route: Route,
    word: string,
    body: Readonly<Record<string, string>>,
    caller: AbortSignal,
  ): Promise<boolean> {
    return (await asked(route, word, body, checkAnswer, caller)).accepted;
  }

  async function find(
    by: 'account' | 'customer',
    who: Secret,
    { call, signal }: BackendRequest,
  ): Promise<Account> {
    const route = '/accounts/lookup';
    const id = who.reveal();
    const found = await asked(route, '', { call, [by]: id }, lookupAnswer, signal);
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
      const answer = await asked('/accounts/{ref}/sim', ref, { call }, simAnswer, signal);
      return answer.changedWithinHours;
    },

    sendCode(ref, purpose, { call, signal }) {
      return asked('/accounts/{ref}/otp', ref, { call, purpose }, otpAnswer, signal);
    },

    checkCode(challenge, code, { call, signal }) {
      return check('/otp/{challenge}', challenge, { call, code: code.reveal() }, signal);
    },
  };
}

/** Where the routes of `backend.url` are appended. Throws `IVR_CONFIG_INVALID`. */
export function baseOf(url: string): string {
  return webUrl('backend.url', url).replace(/\/+$/, '');
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

/** Why this is no answer; null: it is one. */
function faultOf(reply: Reply): string | null {
  if ('status' in reply) return reply.status === 200 ? null : `it answered status ${reply.status}`;
  switch (reply.flaw.kind) {
    case 'late':
      return 'no whole answer within backend.timeoutSeconds';
    case 'no-connection':
      return `no connection, or it broke (${reply.flaw.code})`;
    case 'content-type':
      return 'the answer is not marked application/json';
    case 'too-long':
      return 'the answer is longer than 64 KiB';
    case 'not-json':
      return 'the answer is not JSON';
  }
}

function unavailable(route: Route, why: string): IvrFault {
  return new IvrFault(
    'IVR_BACKEND_UNAVAILABLE',
    `The backend gave no usable answer to POST ${route}: ${why}. See docs/backend.md.`,
  );
}
