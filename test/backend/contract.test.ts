// docs/backend.openapi.yaml, the validation of answers, the HTTP backend and the demo bank say the same.

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkAnswer, lookupAnswer, otpAnswer, simAnswer } from '../../src/backend/answers.ts';
import { createHttpBackend } from '../../src/backend/http-backend.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import {
  ACCOUNT,
  ask,
  CODE,
  CUSTOMER,
  QUESTIONS,
  type Question,
  type Route,
  routeOf,
  TOKEN,
} from './asking.ts';
import { BAD_ANSWERS } from './bad-answers.ts';
import { fitsSchema, type Schema } from './json-schema.ts';
import { type Asked, sendJson, startStub } from './stub-server.ts';

interface Content {
  readonly schema: { readonly $ref: string };
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly requestBody: { readonly content: { readonly 'application/json': Content } };
  readonly responses: Readonly<Record<string, { readonly $ref: string } | Described>>;
}
interface Described {
  readonly content: { readonly 'application/json': Content };
}
interface Description {
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Described>>;
  };
}

const text = await readFile(new URL('../../docs/backend.openapi.yaml', import.meta.url), 'utf8');
const description = parse(text) as Description;

const PATHS: Readonly<Record<Route, string>> = {
  lookup: '/accounts/lookup',
  knowledge: '/accounts/{ref}/knowledge',
  otp: '/accounts/{ref}/otp',
  check: '/otp/{challenge}',
  sim: '/accounts/{ref}/sim',
};

/** Whether the description has it so. */
function isDescribed(value: unknown, { schema }: Content): boolean {
  return fitsSchema(value, schema, description as unknown as Schema);
}

function operation(route: Route): Operation {
  return description.paths[PATHS[route]]!.post;
}

function answer(route: Route, status: '200' | '4XX' = '200'): Content {
  const response = operation(route).responses[status]!;
  const described =
    '$ref' in response
      ? description.components.responses[response.$ref.split('/').at(-1)!]!
      : response;
  return described.content['application/json'];
}

function request(route: Route): Content {
  return operation(route).requestBody.content['application/json'];
}

describe('the description', () => {
  test('has the five routes and no other', () => {
    expect(Object.keys(description.paths).sort()).toEqual(Object.values(PATHS).sort());
  });

  test.for(Object.keys(PATHS) as Route[])('gives examples of %s that fit it', (route) => {
    for (const content of [request(route), answer(route), answer(route, '4XX')]) {
      const examples = Object.values(content.examples);
      expect(examples).not.toHaveLength(0);
      for (const { value } of examples) expect(isDescribed(value, content)).toBe(true);
    }
  });

  test.for(BAD_ANSWERS)('refuses from %s what we refuse: %s', ([route, , bad]) => {
    expect(isDescribed(bad, answer(route))).toBe(false);
  });
});

describe('the validation in production', () => {
  const VALIDATION: Readonly<Record<Route, z.ZodType>> = {
    lookup: lookupAnswer,
    knowledge: checkAnswer,
    check: checkAnswer,
    otp: otpAnswer,
    sim: simAnswer,
  };
  const WRITABLE = { enumerable: true, configurable: true, writable: true };
  const word = fc.string({ unit: fc.constantFrom(...'aZ0._~-/% …+🔒\n'), maxLength: 3 });
  const digits = fc.integer({ min: 0, max: 17 }).map((length) => '5'.repeat(length));
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.constantFrom(true, false, null, 0, 1, -1, 24, 0.5, -0, 'true', '.', '..', {}, []),
    fc.constantFrom('a'.repeat(128), 'a'.repeat(129), `${'🔒'.repeat(20)}01`, '+0123456789'),
    word,
    fc.tuple(word, digits).map(([before, end]) => before + end),
    digits.map((number) => `+${number}`),
    fc.array(fc.oneof(word, fc.integer()), { maxLength: 2 }),
    fc.jsonValue({ maxDepth: 2 }),
  );

  /** Places in the examples, and some where nothing should be. */
  function pathsOf(examples: readonly unknown[]): string[][] {
    const within = (part: unknown): string[][] =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? [...Object.keys(part), 'other'].map((key) => [key])
        : [];
    const known = examples.flatMap((example) => [
      ...within(example),
      ...Object.entries(example as object).flatMap(([key, part]) =>
        within(part).map((path) => [key, ...path]),
      ),
    ]);
    return [...known, ['__proto__'], ['constructor']];
  }

  /** The example with some of it taken out (`undefined`), put in, or made otherwise. */
  function edited(example: unknown, edits: readonly { path: string[]; value: unknown }[]) {
    const copy = structuredClone(example);
    for (const { path, value } of edits) {
      const key = path.at(-1)!;
      const at = path.length === 1 ? copy : (copy as Record<string, unknown>)[path[0]!];
      if (typeof at !== 'object' || at === null) continue;
      if (value === undefined) Reflect.deleteProperty(at, key);
      // As JSON.parse makes it, `__proto__` too.
      else Object.defineProperty(at, key, { value, ...WRITABLE });
    }
    return copy;
  }
  test.for(Object.keys(PATHS) as Route[])(
    'takes of %s what is described, no more, no less',
    (route) => {
      const content = answer(route);
      const examples = Object.values(content.examples).map(({ value }) => value);
      const edit = fc.record({
        path: fc.constantFrom(...pathsOf(examples)),
        value: fc.option(value, { nil: undefined }),
      });
      const almost = fc.tuple(fc.constantFrom(...examples), fc.array(edit, { maxLength: 3 }));
      const given = fc.oneof(
        { weight: 8, arbitrary: almost.map(([example, edits]) => edited(example, edits)) },
        { weight: 1, arbitrary: value },
      );
      const seen = { right: 0, wrong: 0 };
      fc.assert(
        fc.property(given, (one) => {
          const isRight = isDescribed(one, content);
          seen[isRight ? 'right' : 'wrong'] += 1;
          expect(VALIDATION[route].safeParse(one).success).toBe(isRight);
        }),
        { numRuns: 3000 },
      );
      expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(300);
    },
  );

  test.for(BAD_ANSWERS)('refuses of %s what is known to be bad: %s', ([route, , bad]) => {
    expect(VALIDATION[route].safeParse(bad).success).toBe(false);
  });
});

describe('the HTTP backend', () => {
  const named = 'asks %s as described, and takes every example of an answer';

  test.for(QUESTIONS)(named, async (question: Question) => {
    const route = routeOf(question);
    for (const { value } of Object.values(answer(route).examples)) {
      await using stub = await startStub((response) => sendJson(response, value));
      const backend = createHttpBackend({ url: stub.url, token: TOKEN, timeoutSeconds: 10 });
      await expect(ask(backend, question)).resolves.not.toThrow();

      const [asked] = stub.asked as [Asked];
      const body: unknown = JSON.parse(asked.body);
      expect(isDescribed(body, request(route))).toBe(true);
      expect(z.uuid().safeParse(asked.headers['idempotency-key']).success).toBe(true);
      expect(asked.path).toBe(
        PATHS[route].replace('{ref}', 'acc_canary').replace('{challenge}', 'ch_canary'),
      );
    }
  });
});

describe('the demo bank', () => {
  const other = '16180339';

  test.for(['bank', 'ours'] as const)('answers as described (codes: %s)', async (codes) => {
    const options = { host: '127.0.0.1', port: 0, token: TOKEN, codes };
    await using bank = await startDemoBank(options);
    const post = async (route: Route, path: string, body: object): Promise<unknown> => {
      const response = await fetch(bank.url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKEN.reveal()}`,
          'idempotency-key': crypto.randomUUID(),
        },
        body: JSON.stringify({ call: 'call_1', ...body }),
      });
      expect(response.headers.get('content-type')).toBe('application/json');
      const given: unknown = await response.json();
      const content = answer(route, response.status === 200 ? '200' : '4XX');
      expect(isDescribed(given, content)).toBe(true);
      return { status: response.status, ...(given as object) };
    };
    const refOf = async (account: string) =>
      z.object({ ref: z.string() }).parse(await post('lookup', PATHS.lookup, { account })).ref;

    const ref = await refOf(ACCOUNT);
    await post('lookup', PATHS.lookup, { account: '00000000' });
    await post('lookup', PATHS.lookup, { customer: 'customer-0' });
    expect(await post('lookup', PATHS.lookup, { customer: CUSTOMER })).toMatchObject({ ref });
    for (const value of ['1979-03-14', '1979-02-30']) {
      await post('knowledge', `/accounts/${ref}/knowledge`, { factor: 'birthDate', value });
    }
    for (const account of [ACCOUNT, '14142135']) {
      await post('sim', `/accounts/${await refOf(account)}/sim`, {});
    }
    const sent = await post('otp', `/accounts/${ref}/otp`, { purpose: 'bank' });
    expect(sent).toHaveProperty(codes === 'bank' ? 'challenge' : 'destination');
    const { challenge } = sent as { readonly challenge?: string };
    if (challenge !== undefined) await post('check', `/otp/${challenge}`, { code: CODE });

    const refusals = [
      await post('lookup', PATHS.lookup, {}),
      await post('lookup', PATHS.lookup, { account: ACCOUNT, customer: CUSTOMER }),
      await post('knowledge', '/accounts/nobody/knowledge', { factor: 'passcode', value: '1' }),
      await post('otp', `/accounts/${await refOf(other)}/otp`, { purpose: 'bank' }),
      await post('check', '/otp/never', { code: CODE }),
    ];
    expect(refusals).toMatchObject([
      { status: 400 },
      { status: 400 },
      { status: 404 },
      { status: 409 },
      { status: 404 },
    ]);
  });
});
