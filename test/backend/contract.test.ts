// docs/backend.openapi.yaml, the HTTP backend and the demo bank say the same.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
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

/** The described schema as a check; the description keeps to what zod can read of JSON Schema. */
function schemaOf({ schema }: Content): z.ZodType {
  const inPlace = (part: unknown) =>
    JSON.parse(JSON.stringify(part).replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema({ $defs: inPlace(description.components.schemas), ...inPlace(schema) });
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
      for (const { value } of examples) expect(schemaOf(content).parse(value)).toEqual(value);
    }
  });

  test.for(BAD_ANSWERS)('refuses from %s what we refuse: %s', ([route, , bad]) => {
    expect(schemaOf(answer(route)).safeParse(bad).success).toBe(false);
  });
});

describe('the HTTP backend', () => {
  const named = 'asks %s as described, and takes every example of an answer';

  test.for(QUESTIONS)(named, async (question: Question) => {
    const route = routeOf(question);
    for (const [name, { value }] of Object.entries(answer(route).examples)) {
      await using stub = await startStub((response) => sendJson(response, value));
      const backend = createHttpBackend({ url: stub.url, token: TOKEN, timeoutSeconds: 10 });
      const outcome = ask(backend, question);
      await (name === 'ours'
        ? expect(outcome).rejects.toThrow('not supported yet')
        : expect(outcome).resolves.not.toThrow());

      const [asked] = stub.asked as [Asked];
      const body: unknown = JSON.parse(asked.body);
      expect(schemaOf(request(route)).parse(body)).toEqual(body);
      expect(z.uuid().safeParse(asked.headers['idempotency-key']).success).toBe(true);
      expect(asked.path).toBe(
        PATHS[route].replace('{ref}', 'acc_canary').replace('{challenge}', 'ch_canary'),
      );
    }
  });
});

describe('the demo bank', () => {
  const other = '16180339';

  test('answers as described', async () => {
    await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: TOKEN });
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
      expect(schemaOf(content).parse(given)).toEqual(given);
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
    const { challenge } = z.object({ challenge: z.string() }).parse(sent);
    await post('check', `/otp/${challenge}`, { code: CODE });

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
