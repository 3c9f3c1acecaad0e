// What the QA phone offers and shows, without a LiveKit: the configuration read, tickets taken apart.

import { expect, test, vi } from 'vitest';
import { phoneSetup } from '../../src/commands/qa-phone-setup.ts';
import { ticketsIn } from '../../src/commands/qa-phone-tickets.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Dispatched } from '../../src/livekit/dispatched.ts';
import { mintTicket } from '../../src/ticket/mint.ts';
import { verifyTicket } from '../../src/ticket/verify.ts';
import { expected, facts, key, otherKey, signed } from '../ticket/tickets.ts';

let dispatched: readonly Dispatched[] = [];
vi.mock('../../src/livekit/dispatched.ts', () => ({ dispatchedTo: async () => dispatched }));

const api = { host: 'ws://127.0.0.1:1', key: '', secret: '' };
const { audience: _, ...where } = expected;

async function shown(...sent: readonly Dispatched[]) {
  dispatched = sent;
  return await ticketsIn(api, where);
}

function sentTo(agent: string, ticket: string): Dispatched {
  return { agent, metadata: JSON.stringify({ ticket, call: facts.call, line: facts.line }) };
}

test('every number can be called, those that no line answers too', async () => {
  const { numbers, trunks } = phoneSetup(await loadConfig('tonegate.yaml'), {
    hasFaults: true,
    isDemoBank: true,
  });
  expect(numbers.map(({ number, line }) => [number, line])).toEqual([
    ['+15105550100', 'bank'],
    ['+15105550101', 'frontdesk'],
    ['+15105550102', 'strict'],
    ['+15105550103', 'bilingual'],
    ['+15105550104', 'unattended'],
    ['+15105550105', 'passcode'],
    ['+15105550106', 'holiday'],
    ['+15105550107', 'branch'],
    ['+15105550109', null],
  ]);
  expect(numbers[0]).toMatchObject({
    steps: ['account', 'birthDate', 'oneTimeCode'],
    desk: 'sensitive',
  });
  expect(new Set(numbers.map(({ trunk }) => trunk))).toEqual(new Set(['bank-trunk']));
  expect(trunks.map(({ name, profile }) => [name, profile])).toEqual([['bank-trunk', 'twilio']]);
  expect(trunks[0]?.verdicts[0]).toEqual({
    verdict: 'passed-A',
    headers: { 'X-Twilio-VerStat': 'TN-Validation-Passed-A' },
  });
});

test('every carrier of the configuration can be chosen, each with what it can tell', async () => {
  const config = await loadConfig('tonegate.yaml');
  const [bank] = config.trunks;
  if (bank === undefined) throw new Error('the demo has a trunk');
  const own = { ...bank, name: 'own', numbers: [], profile: { header: 'X-Verdict' } };
  const more = [
    { ...bank, name: 'other', numbers: ['+15105550200'], profile: 'from' as const },
    own,
  ];
  const { numbers, trunks } = phoneSetup(
    { ...config, trunks: [...config.trunks, ...more] },
    { hasFaults: false, isDemoBank: false },
  );
  expect(numbers.find(({ number }) => number === '+15105550200')?.trunk).toBe('other');
  expect(trunks.map(({ profile }) => profile)).toEqual(['twilio', 'from', 'X-Verdict']);
  expect(trunks[1]?.verdicts[0]?.headers).toEqual({ From: expect.stringContaining('Passed-A') });
  expect(trunks[2]?.verdicts[0]?.headers).toEqual({ 'X-Verdict': 'TN-Validation-Passed-A' });
});

test('accounts are offered as they are keyed, and faults with the good answer first', async () => {
  const config = await loadConfig('tonegate.yaml');
  const { accounts, faults } = phoneSetup(config, { hasFaults: true, isDemoBank: true });
  expect(accounts[0]).toEqual({ account: '31415926', birthDate: '03141979', note: 'phone …01' });
  expect(faults?.modes[0]).toBe('ok');
  expect(faults?.routes).toContain('lookup');
});

test('of another bank neither accounts nor faults are offered', async () => {
  const config = await loadConfig('tonegate.yaml');
  const { accounts, faults } = phoneSetup(config, { hasFaults: false, isDemoBank: false });
  expect([accounts, faults]).toEqual([[], null]);
});

test('a ticket is shown as its desk got it, without its signature, and not used up', async () => {
  const token = await mintTicket(facts, key);
  const [ticket, ...others] = await shown(sentTo('sensitive-desk', token));
  expect(others).toEqual([]);
  expect(ticket).toMatchObject({
    agent: 'sensitive-desk',
    header: { alg: 'EdDSA', typ: 'ivr-handoff+jwt' },
    claims: { aud: 'sensitive', auth: 'verified', sub: facts.subject },
    check: 'good',
  });
  expect(JSON.stringify(ticket)).not.toContain(token.split('.')[2]);
  expect(await verifyTicket(token, expected)).toMatchObject({ aud: 'sensitive' });
});

test.each([
  ['another key', 'signature', () => signed({}, {}, otherKey)],
  ['another room', 'room', () => mintTicket({ ...facts, room: 'elsewhere' }, key)],
  ['another caller', 'caller', () => mintTicket({ ...facts, identity: 'sip_other' }, key)],
])('a ticket for %s is shown as what a desk would refuse', async (_, check, make) => {
  expect(await shown(sentTo('sensitive-desk', await make()))).toMatchObject([{ check }]);
});

test('the worker’s own dispatch, and what is none of ours, has no ticket', async () => {
  const others = [
    { agent: 'tonegate', metadata: '' },
    { agent: 'other', metadata: '{"a":1}' },
  ];
  expect(await shown(...others)).toEqual([]);
});
