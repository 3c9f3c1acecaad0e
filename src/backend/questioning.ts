// How the doctor asks a bank's server, and what it makes of the answers. Asks as the worker does; of an
// answer only what is wrong with it is kept.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Exchange, Flaw, Probe } from '../doctor/facts.ts';
import { Secret } from '../machines/secret.ts';
import { checkAnswer } from './answers.ts';
import { post, type Reply, readReply } from './exchange.ts';
import { baseOf, createHttpBackend, type HttpBackendOptions } from './http-backend.ts';

export interface Question {
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  /** Idempotency-Key; default: a fresh one. */
  readonly key?: string;
  /** Instead of the right one. */
  readonly token?: string;
}

/** What is wrong with an answer; null: nothing. */
export type Judge = (reply: Reply) => Flaw | null;

export interface Questioner {
  readonly exchanges: readonly Exchange[];
  ask(question: Question): Promise<Reply>;
  /** Asks, and adds to `exchanges` what the judge makes of it. */
  probe(name: Probe, question: Question, judge: Judge): Promise<Reply>;
}

/** Throws `IVR_CONFIG_INVALID` for a URL or token that a worker would not take. */
export function createQuestioner(options: HttpBackendOptions): Questioner {
  createHttpBackend(options);
  const base = baseOf(options.url);
  const exchanges: Exchange[] = [];

  function ask({ path, body, key = randomUUID(), token }: Question): Promise<Reply> {
    const posting = {
      url: base + path,
      token: token === undefined ? options.token : Secret.of(token),
      key,
      body,
      timeoutSeconds: options.timeoutSeconds,
    };
    return post(posting, new AbortController().signal, readReply);
  }

  return {
    exchanges,
    ask,
    async probe(name, question, judge) {
      const begun = performance.now();
      const reply = await ask(question);
      exchanges.push({ probe: name, flaw: judge(reply), ms: performance.now() - begun });
      return reply;
    },
  };
}

/** What the schema makes of an answer with status 200; null where it is none, or does not fit. */
export function read<Answer>(reply: Reply, schema: z.ZodType<Answer>): Answer | null {
  if ('flaw' in reply || reply.status !== 200) return null;
  return schema.safeParse(reply.body).data ?? null;
}

/** Status 200 and an answer that fits the schema, then what `judge` makes of it. */
export function answered<Answer>(
  schema: z.ZodType<Answer>,
  judge: (answer: Answer) => Flaw | null = () => null,
): Judge {
  return (reply) => {
    if ('flaw' in reply) return reply.flaw;
    if (reply.status !== 200) return statusFlaw(reply.status);
    const answer = schema.safeParse(reply.body);
    return answer.success ? judge(answer.data) : { kind: 'schema' };
  };
}

/** 200 and `{accepted: true}`. */
export const accepted: Judge = answered(checkAnswer, (answer) =>
  answer.accepted ? null : { kind: 'refused' },
);

/** 200 and `{accepted: false}`. */
export const declined: Judge = answered(checkAnswer, (answer) =>
  answer.accepted ? { kind: 'accepted' } : null,
);

/** 401 or 403, however it looks. */
export const unauthorised: Judge = (reply) => {
  if ('flaw' in reply) return reply.flaw;
  if (reply.status === 401 || reply.status === 403) return null;
  return reply.status === 200 ? { kind: 'accepted' } : statusFlaw(reply.status);
};

/** Any 4xx that is not about the token. */
export const rejected: Judge = (reply) => {
  if ('flaw' in reply) return reply.flaw;
  const isAboutUs = reply.status === 401 || reply.status === 403;
  if (reply.status >= 400 && reply.status < 500 && !isAboutUs) return null;
  return reply.status === 200 ? { kind: 'accepted' } : statusFlaw(reply.status);
};

/** A refusal, or 200 and `{accepted: false}`. */
export const notAccepted: Judge = (reply) =>
  'status' in reply && reply.status === 200 ? declined(reply) : rejected(reply);

/** A refusal; a verdict on what cannot be judged is none, even if it is "no". */
export const refusedOutright: Judge = (reply) =>
  notAccepted(reply) ?? ('status' in reply && reply.status === 200 ? statusFlaw(200) : null);

/** The answer that was given before. */
export function sameAs(first: Reply): Judge {
  return (reply) => {
    if ('flaw' in reply) return reply.flaw;
    return isDeepStrictEqual(first, reply) ? null : { kind: 'differs' };
  };
}

function statusFlaw(status: number): Flaw {
  return status >= 300 && status < 400 ? { kind: 'redirect' } : { kind: 'status', status };
}
