// What provisioning makes of LiveKit servers that refuse, are too old, or are not there.

import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { applyRouting, routingNames } from '../../src/livekit/provisioning.ts';
import { Secret } from '../../src/machines/secret.ts';
import { type Asked, type StubServer, sendJson, startStub } from '../backend/stub-server.ts';

const bought = {
  agentName: 'tonegate',
  trunks: configSchema.shape.trunks.parse([
    { name: 'bank', numbers: ['+15105550100'], livekitNumber: true },
  ]),
};
const carrier = {
  agentName: 'tonegate',
  trunks: configSchema.shape.trunks.parse([
    { name: 'bank', numbers: ['+15105550100'], authUser: 'carrier' },
  ]),
};
const secretOf = () => Secret.of('canary-password');
const refuse = (response: ServerResponse, code: string, status = 400) =>
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ code, msg: 'canary-password and +15105550100 are not good' }));

/** A LiveKit that has nothing yet, and answers everything but lists as told. */
async function livekit(answer: (response: ServerResponse, asked: Asked) => void) {
  const stub = await startStub((response, asked) => {
    if (methodOf(asked).startsWith('List')) sendJson(response, { items: [] });
    else answer(response, asked);
  });
  onTestFinished(() => stub[Symbol.asyncDispose]());
  return {
    stub,
    api: { host: stub.url.replace('http', 'ws'), key: 'devkey', secret: 'x'.repeat(32) },
  };
}

const methodOf = ({ path }: Asked) => path.replace('/twirp/livekit.SIP/', '');
const changes = ({ asked }: StubServer) =>
  asked.map(methodOf).filter((method) => !method.startsWith('List'));

describe('a server that cannot limit a rule to numbers', () => {
  test('has the rule taken away again at once, and is told to be too old', async () => {
    const { stub, api } = await livekit((response, asked) => {
      const { dispatchRule } = JSON.parse(asked.body);
      sendJson(response, { ...dispatchRule, numbers: [], sipDispatchRuleId: 'SDR_1' });
    });
    await expect(applyRouting(api, bought, secretOf)).rejects.toMatchObject({
      code: 'IVR_CONFIG_INVALID',
      message: expect.stringMatching(/^dispatch rule "tonegate\/bank": .*update the server/),
    });
    expect(changes(stub)).toEqual(['CreateSIPDispatchRule', 'DeleteSIPDispatchRule']);
    expect(JSON.parse(stub.asked.at(-1)?.body ?? '')).toEqual({ sipDispatchRuleId: 'SDR_1' });
  });
});

describe('a refusal', () => {
  test.for(['invalid_argument', 'failed_precondition', 'already_exists'])(
    'says what was attempted and what to do, and repeats nothing that LiveKit said: %s',
    async (code) => {
      const { stub, api } = await livekit((response) => refuse(response, code));
      const fault = await applyRouting(api, carrier, secretOf).catch((error: unknown) => error);
      expect(fault).toMatchObject({
        code: 'IVR_CONFIG_INVALID',
        message: `creating trunk "tonegate/bank": LiveKit refused it (${code}). What was done before stays. If somebody else takes these calls, "tonegate provision plan" says who: mend that, and apply again`,
      });
      expect(String((fault as Error).stack)).not.toMatch(/canary|5105550100/);
      expect(changes(stub)).toEqual(['CreateSIPInboundTrunk']);
    },
  );

  test.for([
    ['of the key', 'unauthenticated', 401, /LIVEKIT_API_SECRET/],
    ['for another reason', 'internal', 500, /^creating trunk "tonegate\/bank": .*internal$/],
    ['in words of its own', 'Canary Password', 500, /: LiveKit answered http_500$/],
  ] as const)('%s means that LiveKit could not be reached', async ([, code, status, message]) => {
    const { api } = await livekit((response) => refuse(response, code, status));
    await expect(applyRouting(api, carrier, secretOf)).rejects.toMatchObject({
      code: 'IVR_LIVEKIT_UNREACHABLE',
      message: expect.stringMatching(message),
    });
  });
});

test('a server that is not there is told as such', async () => {
  const api = { host: 'ws://127.0.0.1:9', key: 'devkey', secret: 'x'.repeat(32) };
  for (const asking of [applyRouting(api, carrier, secretOf), routingNames(api)]) {
    await expect(asking).rejects.toMatchObject({
      code: 'IVR_LIVEKIT_UNREACHABLE',
      message: 'looking up trunks and dispatch rules: LiveKit gave no answer',
    });
  }
});

test('what is gone already counts as removed', async () => {
  const stub = await startStub((response, asked) => {
    const items = [{ sipTrunkId: 'ST_1', name: 'tonegate/old', numbers: ['+15105550109'] }];
    if (asked.path.endsWith('/ListSIPInboundTrunk')) sendJson(response, { items });
    else if (asked.path.includes('/List')) sendJson(response, { items: [] });
    else if (asked.path.includes('/Delete')) refuse(response, 'not_found', 404);
    else sendJson(response, asked.path.includes('Rule') ? JSON.parse(asked.body).dispatchRule : {});
  });
  onTestFinished(() => stub[Symbol.asyncDispose]());
  const api = { host: stub.url, key: 'devkey', secret: 'x'.repeat(32) };
  await applyRouting(api, carrier, secretOf);
  expect(changes(stub)[0]).toBe('DeleteSIPTrunk');
});

test('names are known by the ids of our trunks, of our rules without one, and of nobody else', async () => {
  const stub = await startStub((response, asked) => {
    const trunks = ['tonegate/bank', 'bank', 'tonegate'].map((name, i) => ({
      sipTrunkId: `ST_${i}`,
      name,
    }));
    const rules = ['tonegate/bank', 'tonegate/bank/2', 'everything'].map((name, i) => ({
      sipDispatchRuleId: `SDR_${i}`,
      name,
      trunkIds: i === 0 ? ['ST_0'] : [],
    }));
    sendJson(response, { items: asked.path.endsWith('Trunk') ? trunks : rules });
  });
  onTestFinished(() => stub[Symbol.asyncDispose]());
  const { trunks, boughtBy } = await routingNames({
    host: stub.url,
    key: 'k',
    secret: 'x'.repeat(32),
  });
  expect([...trunks]).toEqual([['ST_0', 'bank']]);
  expect([...boughtBy]).toEqual([['SDR_1', 'bank']]);
});
