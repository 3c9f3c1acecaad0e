import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createTrunkBook } from '../../src/commands/trunk-book.ts';

const CALL = { trunkId: 'ST_1', ruleId: 'SDR_1' };
const BOUGHT = { trunkId: null, ruleId: 'SDR_2' };
const FOREIGN = { trunkId: 'ST_9', ruleId: 'SDR_9' };

/** A LiveKit that knows one trunk and a rule for bought numbers, and counts how often it is asked. */
async function livekit() {
  let isThere = true;
  let asked = 0;
  const trunks = { items: [{ sip_trunk_id: 'ST_1', name: 'tonegate/bank-trunk' }] };
  const rules = {
    items: [
      { sip_dispatch_rule_id: 'SDR_1', name: 'tonegate/bank-trunk', trunk_ids: ['ST_1'] },
      { sip_dispatch_rule_id: 'SDR_2', name: 'tonegate/bought/2' },
      { sip_dispatch_rule_id: 'SDR_9', name: 'somebody else' },
    ],
  };
  const server = createServer((request, response) => {
    if (request.url?.endsWith('ListSIPInboundTrunk')) asked += 1;
    const answer = request.url?.includes('DispatchRule') ? rules : trunks;
    response.writeHead(isThere ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isThere ? answer : { code: 'internal', msg: '' }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = { host, key: 'devkey', secret: 'secretsecretsecretsecretsecretsecret' };
  return {
    book: createTrunkBook(api, pino({ level: 'silent' })),
    asked: () => asked,
    make: (id: string, name: string) => void trunks.items.push({ sip_trunk_id: id, name }),
    isThere(there: boolean) {
      isThere = there;
    },
  };
}

test('a call is of the trunk, or of the rule for bought numbers, that LiveKit names', async () => {
  const { book } = await livekit();
  expect(book.nameOf(CALL)).toBeNull();
  expect(await book.find(CALL)).toBe('bank-trunk');
  expect(book.nameOf(CALL)).toBe('bank-trunk');
  expect(await book.find(BOUGHT)).toBe('bought');
  expect(await book.find(FOREIGN)).toBeNull();
  expect(await book.find({ trunkId: null, ruleId: null })).toBeNull();
});

test('calls over trunks that are not ours do not each ask LiveKit again', async () => {
  const { book, asked } = await livekit();
  await Promise.all([book.find(FOREIGN), book.find(FOREIGN), book.find(CALL)]);
  await book.find(FOREIGN);
  await book.find(CALL);
  expect(asked()).toBe(1);
});

test('a trunk that is not ours is none of ours, though a rule of ours takes its call', async () => {
  const { book } = await livekit();
  expect(await book.find({ trunkId: 'ST_9', ruleId: 'SDR_1' })).toBeNull();
  expect(await book.find({ trunkId: 'ST_9', ruleId: 'SDR_2' })).toBeNull();
});

test('nobody says whose trunk it is while LiveKit does not answer', async () => {
  const { book, isThere } = await livekit();
  isThere(false);
  await expect(book.find(CALL)).rejects.toThrow('LiveKit');
  isThere(true);
  expect(await book.find(CALL)).toBe('bank-trunk');
});

test('a trunk that was made just now is known at its first call', async () => {
  const { book, make } = await livekit();
  expect(await book.find(FOREIGN)).toBeNull();
  make('ST_2', 'tonegate/new-trunk');
  expect(await book.find({ trunkId: 'ST_2', ruleId: null })).toBe('new-trunk');
});

test('what was known holds while LiveKit does not answer', async () => {
  const { book, isThere } = await livekit();
  await book.refresh();
  isThere(false);
  await book.refresh();
  expect(await book.find(CALL)).toBe('bank-trunk');
});
