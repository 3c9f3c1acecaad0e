// Trunks and dispatch rules on a real LiveKit server: made from a configuration, kept as it says, and
// nobody else's touched.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomConfiguration, SIPDispatchRuleInfo, SIPInboundTrunkInfo } from '@livekit/protocol';
import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { provisionApply, provisionPlan } from '../../src/commands/provision.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Change } from '../../src/livekit/provisioning/difference.ts';
import type { RoutingConfig } from '../../src/livekit/provisioning/wanted.ts';
import { applyRouting, planRouting, routingNames } from '../../src/livekit/provisioning.ts';
import { Secret } from '../../src/machines/secret.ts';
import { type Asked, type StubServer, startStub } from '../backend/stub-server.ts';
import { startTestStack, type TestStack, until } from '../livekit/room-kit.ts';
import { dial } from './kit/phone.ts';

const ports = { livekit: 25400, sip: 25460, rtp: 24800, redis: 25479 };
const PASSWORD = 'canary-password-5550142';
const PIN = '31415926';
const ours = ['+15105550100', '+15105550101', '+15105550102', '+15105550103'];
const [n0 = '', n1 = '', n2 = '', n3 = ''] = ours;

let livekit: TestStack;
let sip: SipClient;

beforeAll(async () => {
  livekit = await startTestStack(ports);
  const { host, key, secret } = livekit.api;
  sip = new SipClient(host, key, secret, { failover: false });
});
afterAll(() => livekit[Symbol.asyncDispose]());
afterEach(async () => {
  for (const { sipTrunkId } of await sip.listSipInboundTrunk())
    await sip.deleteSipTrunk(sipTrunkId);
  for (const rule of await sip.listSipDispatchRule()) {
    await sip.deleteSipDispatchRule(rule.sipDispatchRuleId);
  }
});

type Some = Record<string, unknown>;

/** A configuration with these trunks and rules, all else as by default. */
function routing(trunks: readonly Some[], rules?: readonly Some[]): RoutingConfig {
  return {
    agentName: 'tonegate',
    trunks: configSchema.shape.trunks.parse(trunks),
    rules: configSchema.shape.rules.parse(rules),
  };
}

const secretOf = (_: string, what: 'PASSWORD' | 'PIN') =>
  Secret.of(what === 'PIN' ? PIN : PASSWORD);
const plan = (config: RoutingConfig) => planRouting(livekit.api, config, secretOf);
const apply = (config: RoutingConfig) => applyRouting(livekit.api, config, secretOf);

/** What there is at LiveKit, to the last field. */
async function everything() {
  const trunks = await sip.listSipInboundTrunk();
  const rules = await sip.listSipDispatchRule();
  return {
    trunks: Object.fromEntries(trunks.map((trunk) => [trunk.sipTrunkId, trunk.toJson()])),
    rules: Object.fromEntries(rules.map((rule) => [rule.sipDispatchRuleId, rule.toJson()])),
  };
}

/** What is to happen, but for what stays. */
function todo(changes: readonly Change[]): string[] {
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .map(({ action, what, name, fields }) =>
      [action, what, name, ...fields.map(({ field }) => `[${field}]`)].join(' '),
    );
}

const bank = { name: 'bank', numbers: [n0, n1] };
const rich = {
  ...bank,
  profile: { header: 'X-Carrier-Says' },
  authUser: 'carrier',
  allowedNumbers: ['+15551230001'],
  allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'],
  encryption: 'require',
  ringingSeconds: 20.5,
};
const richRule = {
  trunk: 'bank',
  rooms: 'individual',
  prefix: 'vip',
  inboundNumbers: ['+15551230001'],
  pin: true,
};

describe('applying a configuration', () => {
  test('makes trunk and rule with every field of it', async () => {
    await apply(routing([rich], [richRule]));
    const { trunks, rules } = await everything();
    const [trunkId = '', trunk] = Object.entries(trunks)[0] ?? [];
    expect(trunk).toEqual({
      sipTrunkId: trunkId,
      name: 'tonegate/bank',
      numbers: [n0, n1],
      allowedNumbers: ['+15551230001'],
      allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'],
      authUsername: 'carrier',
      authPassword: PASSWORD,
      headersToAttributes: { 'X-Carrier-Says': 'tonegate.h.x-carrier-says' },
      ringingTimeout: '20.500s',
      maxCallDuration: '14400s',
      media: { encryption: 'SIP_MEDIA_ENCRYPT_REQUIRE' },
    });
    expect(Object.values(rules)).toEqual([
      {
        sipDispatchRuleId: expect.stringMatching(/^SDR_/),
        name: 'tonegate/bank',
        trunkIds: [trunkId],
        inboundNumbers: ['+15551230001'],
        rule: { dispatchRuleIndividual: { roomPrefix: 'vip', pin: PIN } },
        roomConfig: { maxParticipants: 1, agents: [{ agentName: 'tonegate' }] },
        media: {},
      },
    ]);
  });

  test.for([
    ['by default', routing([bank])],
    ['with every field', routing([rich], [richRule])],
    ['direct', routing([bank], [{ trunk: 'bank', rooms: 'direct', prefix: 'lobby' }])],
    ['of a bought number', routing([{ ...bank, livekitNumber: true }])],
  ] as const)('again changes nothing: %s', async ([, config]) => {
    await apply(config);
    const before = await everything();
    expect(todo((await plan(config)).changes)).toEqual([]);
    expect(todo((await apply(config)).changes)).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  test('a plan changes nothing', async () => {
    expect(todo((await plan(routing([bank]))).changes)).toEqual([
      'create trunk bank [numbers] [encryption] [rings for] [longest call]',
      'create rule bank [trunk] [rooms] [room prefix] [agent] [callers in a room]',
    ]);
    expect(await everything()).toEqual({ trunks: {}, rules: {} });
  });

  const base = { trunk: { ...bank, authUser: 'carrier' }, rule: { trunk: 'bank' } };
  test.for<[string, Some, Some, string[]]>([
    ['a number', { numbers: [n0, n2] }, {}, ['change trunk bank [numbers]']],
    ['the digest user', { authUser: 'other' }, {}, ['change trunk bank [digest user]']],
    [
      'no digest any more',
      { authUser: undefined },
      {},
      ['change trunk bank [digest user] [password]'],
    ],
    ['calling numbers', { allowedNumbers: [n3] }, {}, ['change trunk bank [allowed numbers]']],
    [
      'addresses',
      { allowedAddresses: [`192.0.2.1`] },
      {},
      ['change trunk bank [allowed addresses]'],
    ],
    ['encryption', { encryption: 'allow' }, {}, ['change trunk bank [encryption]']],
    ['ringing', { ringingSeconds: 30 }, {}, ['change trunk bank [rings for]']],
    [
      'the profile',
      { profile: { header: 'X-V' } },
      {},
      ['change trunk bank [headers to attributes]'],
    ],
    ['rooms', {}, { rooms: 'individual' }, ['change rule bank [rooms]']],
    ['rooms, to direct', {}, { rooms: 'direct' }, ['change rule bank [rooms]']],
    ['the prefix', {}, { prefix: 'ring' }, ['change rule bank [room prefix]']],
    ['who it is for', {}, { inboundNumbers: [n3] }, ['change rule bank [calling numbers]']],
    ['a PIN', {}, { pin: true }, ['change rule bank [PIN]']],
    [
      'a number bought from LiveKit instead',
      { authUser: undefined, livekitNumber: true },
      {},
      ['remove trunk bank', 'change rule bank [trunk] [numbers]'],
    ],
  ])('changes exactly what differs, there and back: %s', async ([, trunk, rule, expected]) => {
    const before = routing([base.trunk], [base.rule]);
    const after = routing([{ ...base.trunk, ...trunk }], [{ ...base.rule, ...rule }]);
    await apply(before);
    const was = await everything();
    expect(todo((await plan(after)).changes)).toEqual(expected);
    expect(todo((await apply(after)).changes)).toEqual(expected);
    expect(todo((await plan(after)).changes)).toEqual([]);
    await apply(before);
    expect(todo((await plan(before)).changes)).toEqual([]);
    expect(Object.values((await everything()).rules)).toHaveLength(Object.keys(was.rules).length);
  });

  test('changes a password that is another one', async () => {
    const config = routing([base.trunk]);
    await apply(config);
    const other = () => Secret.of('canary-other');
    const { changes } = await applyRouting(livekit.api, config, other);
    expect(changes.flatMap(({ fields }) => fields)).toEqual([
      { field: 'password', secret: 'changed' },
    ]);
    expect((await sip.listSipInboundTrunk())[0]?.authPassword).toBe('canary-other');
  });

  test('another agent is a change of every rule', async () => {
    await apply(routing([bank]));
    const config = { ...routing([bank]), agentName: 'night-shift' };
    expect(todo((await apply(config)).changes)).toEqual(['change rule bank [agent]']);
  });

  test('removes what is ours and not configured any more', async () => {
    const two = [{ trunk: 'bank' }, { trunk: 'bank', inboundNumbers: [n3] }, { trunk: 'old' }];
    await apply(routing([bank, { name: 'old', numbers: [n2] }], two));
    expect(todo((await apply(routing([bank]))).changes)).toEqual([
      'remove trunk old',
      'remove rule bank/2',
      'remove rule old',
    ]);
    const { trunks, rules } = await everything();
    expect([Object.keys(trunks).length, Object.keys(rules).length]).toEqual([1, 1]);
  });

  test.for([
    ['two trunks that exchange their numbers', [n0], [n1], [n1], [n0]],
    ['a number that goes to the trunk before', [n0], [n1, n2], [n0, n1], [n2]],
    ['a number that goes to the trunk after', [n0, n1], [n2], [n0], [n1, n2]],
  ] as const)('numbers go from one trunk to another: %s', async ([, a, b, c, d]) => {
    const trunks = (one: readonly string[], other: readonly string[]) =>
      routing([
        { name: 'one', numbers: one },
        { name: 'other', numbers: other },
      ]);
    await apply(trunks(a, b));
    await apply(trunks(c, d));
    expect(todo((await plan(trunks(c, d))).changes)).toEqual([]);
    const { trunks: names } = await routingNames(livekit.api);
    expect([...names.values()].toSorted()).toEqual(['one', 'other']);
    expect(await sip.listSipDispatchRule()).toHaveLength(2);
  });

  test('rules that exchange their callers do so too', async () => {
    const rules = (one: string, other: string) =>
      routing(
        [bank],
        [
          { trunk: 'bank', inboundNumbers: [one] },
          { trunk: 'bank', inboundNumbers: [other], prefix: 'other' },
        ],
      );
    await apply(rules(n2, n3));
    await apply(rules(n3, n2));
    expect(todo((await plan(rules(n3, n2))).changes)).toEqual([]);
  });
});

test.for([
  ['is lost', false],
  ['is carried out, and its answer is lost', true],
] as const)('cut off at any request, that %s, the next one goes on', async ([, isHeard]) => {
  const before = routing([bank, { name: 'other', numbers: [n2] }, { name: 'old', numbers: [n3] }]);
  const after = routing(
    [
      { ...bank, numbers: [n0, n2] },
      { name: 'other', numbers: [n1] },
      { ...rich, name: 'new', numbers: [n3] },
    ],
    [{ trunk: 'bank' }, { trunk: 'other', rooms: 'direct' }, { trunk: 'new' }],
  );
  for (let at = 1, isCut = true; isCut; at++) {
    await apply(before);
    await using line = await breakingLine(at, isHeard);
    const attempt = applyRouting({ ...livekit.api, host: line.url }, after, secretOf);
    isCut = await attempt.then(
      () => false,
      () => true,
    );
    await apply(after);
    expect(todo((await plan(after)).changes)).toEqual([]);
    const { trunks, rules } = await everything();
    expect([Object.keys(trunks).length, Object.keys(rules).length]).toEqual([3, 3]);
    if (!isCut) expect(at).toBeGreaterThan(10);
  }
});

/** A way to LiveKit that breaks at a request, before LiveKit has heard it or before it has answered. */
async function breakingLine(at: number, isHeard: boolean): Promise<StubServer> {
  let requests = 0;
  async function pass(response: ServerResponse, { path, headers, body }: Asked): Promise<void> {
    requests += 1;
    const breaks = requests === at;
    if (breaks && !isHeard) return void response.destroy();
    const answer = await fetch(new URL(path, livekit.api.host.replace('ws', 'http')), {
      method: 'POST',
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      body,
    });
    const text = await answer.text();
    if (breaks) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }
  return await startStub((response, asked) => void pass(response, asked));
}

describe('what somebody did by hand', () => {
  test('to a trunk or rule of ours is set back', async () => {
    await apply(routing([bank]));
    const [trunk] = await sip.listSipInboundTrunk();
    const [rule] = await sip.listSipDispatchRule();
    await sip.updateSipInboundTrunk(
      trunk?.sipTrunkId ?? '',
      new SIPInboundTrunkInfo({ ...trunk!, metadata: 'canary', krispEnabled: true }),
    );
    await sip.updateSipDispatchRule(
      rule?.sipDispatchRuleId ?? '',
      new SIPDispatchRuleInfo({ ...rule!, hidePhoneNumber: true, attributes: { a: 'canary' } }),
    );
    const { changes } = await plan(routing([bank]));
    expect(changes.flatMap(({ fields }) => fields)).toEqual([
      { field: 'set by hand', added: [], removed: ['metadata', 'krispEnabled'] },
      { field: 'set by hand', added: [], removed: ['hidePhoneNumber', 'attributes'] },
    ]);
    await apply(routing([bank]));
    expect(todo((await plan(routing([bank]))).changes)).toEqual([]);
  });

  test('a trunk that is gone comes back, and its rule finds it', async () => {
    await apply(routing([bank]));
    const [trunk] = await sip.listSipInboundTrunk();
    await sip.deleteSipTrunk(trunk?.sipTrunkId ?? '');
    await apply(routing([bank]));
    const [again] = await sip.listSipInboundTrunk();
    const [rule] = await sip.listSipDispatchRule();
    expect(rule?.trunkIds).toEqual([again?.sipTrunkId]);
    expect(todo((await plan(routing([bank]))).changes)).toEqual([]);
  });

  test('a second trunk or rule of the same name goes', async () => {
    await sip.createSipInboundTrunk('tonegate/bank', [n3]);
    await apply(routing([{ ...bank, numbers: [n2] }]));
    await sip.createSipInboundTrunk('tonegate/bank', [n0]);
    const rule = { type: 'callee', roomPrefix: 'x' } as const;
    await sip.createSipDispatchRule(rule, { name: 'tonegate/bank', trunkIds: ['ST_gone'] });
    await apply(routing([{ ...bank, numbers: [n2] }]));
    const { trunks, rules } = await everything();
    expect(Object.values(trunks)).toMatchObject([{ numbers: [n2] }]);
    expect(Object.values(rules)).toMatchObject([{ trunkIds: Object.keys(trunks) }]);
  });
});

describe('what is not ours', () => {
  test('is never touched, whatever it looks like', async () => {
    await sip.createSipInboundTrunk('tonegate', [n3]);
    await sip.createSipInboundTrunk('bank', ['+15105550111'], { authUsername: 'u' });
    const catchAll = { type: 'direct', roomName: 'lobby' } as const;
    await sip.createSipDispatchRule(catchAll, { name: 'everything', trunkIds: [] });
    const before = await everything();
    await apply(routing([rich], [richRule]));
    await apply(routing([{ name: 'other', numbers: [n2] }]));
    expect(await everything()).toMatchObject(before);
  });

  test('a trunk that has our number is named, and nothing is changed', async () => {
    await apply(routing([{ name: 'old', numbers: [n2] }]));
    const theirs = await sip.createSipInboundTrunk('somebody else', ['1 (510) 555-0100']);
    const before = await everything();
    const conflict = `trunk "bank": another trunk (${theirs.sipTrunkId}) has one of its numbers and is not ours: take the number out of that trunk, or out of "numbers"`;
    expect((await plan(routing([bank]))).conflicts).toEqual([conflict]);
    await expect(apply(routing([bank]))).rejects.toMatchObject({
      code: 'IVR_CONFIG_INVALID',
      message: `nothing was changed:\n${conflict}`,
    });
    expect(await everything()).toEqual(before);
  });

  test('a trunk that has a number we want more is named too: LiveKit itself would let it pass', async () => {
    await apply(routing([{ ...bank, numbers: [n0] }]));
    const theirs = await sip.createSipInboundTrunk('somebody else', [n1]);
    const before = await everything();
    await expect(apply(routing([bank]))).rejects.toThrow(`another trunk (${theirs.sipTrunkId})`);
    expect(await everything()).toEqual(before);
  });

  test('a trunk and a rule that get our names are taken over as they are', async () => {
    const { sipTrunkId } = await sip.createSipInboundTrunk('by hand', [n0]);
    const { sipDispatchRuleId } = await sip.createSipDispatchRule(
      { type: 'individual', roomPrefix: 'call-' },
      { name: 'by hand', trunkIds: [sipTrunkId] },
    );
    await expect(apply(routing([bank]))).rejects.toThrow('nothing was changed');
    await sip.updateSipInboundTrunkFields(sipTrunkId, { name: 'tonegate/bank' });
    await sip.updateSipDispatchRuleFields(sipDispatchRuleId, { name: 'tonegate/bank' });
    expect(todo((await apply(routing([bank]))).changes)).toEqual([
      'change trunk bank [numbers] [rings for] [longest call]',
      'change rule bank [rooms] [room prefix] [agent] [callers in a room]',
    ]);
    const { trunks, rules } = await everything();
    expect(Object.keys({ ...trunks, ...rules })).toEqual([sipTrunkId, sipDispatchRuleId]);
    expect(todo((await plan(routing([bank]))).changes)).toEqual([]);
  });

  test('a trunk that has our number for other callers is none of our business', async () => {
    await sip.createSipInboundTrunk('somebody else', [n0], { allowedNumbers: [n3] });
    expect((await plan(routing([bank]))).conflicts).toEqual([]);
    await apply(routing([bank]));
  });

  test('a rule for the calls of our trunk is named, and nothing is changed', async () => {
    await apply(routing([bank], [{ trunk: 'bank', inboundNumbers: [n3] }]));
    const [trunk] = await sip.listSipInboundTrunk();
    const theirs = await sip.createSipDispatchRule(
      { type: 'direct', roomName: 'lobby' },
      { name: 'by hand', trunkIds: [trunk?.sipTrunkId ?? ''] },
    );
    const before = await everything();
    await expect(apply(routing([bank]))).rejects.toThrow(
      `rule "bank": another dispatch rule (${theirs.sipDispatchRuleId}) takes the same calls`,
    );
    expect(await everything()).toEqual(before);
  });
});

describe('a number bought from LiveKit', () => {
  test('has a rule of its own that takes no other call', async () => {
    await sip.createSipDispatchRule(
      { type: 'direct', roomName: 'lobby' },
      { name: 'everything', trunkIds: [], roomConfig: new RoomConfiguration() },
    );
    await apply(routing([{ ...bank, livekitNumber: true }]));
    const { host, key, secret } = livekit.api;
    const rooms = new RoomServiceClient(host, key, secret, { failover: false });
    const call = async (to: string, isRoom: (name: string) => boolean) => {
      const at = { host: '127.0.0.1', port: ports.sip };
      await using _phone = await dial({ to, from: '+15551230001', sip: at });
      let names: string[] = [];
      const looking = setInterval(async () => {
        names = (await rooms.listRooms()).map(({ name }) => name);
      }, 100);
      await until(() => names.some(isRoom)).finally(() => clearInterval(looking));
      return names;
    };
    expect(await call(n0, (name) => name.startsWith(`call_${n0}_`))).toHaveLength(1);
    const others = await call('+15105550111', (name) => name === 'lobby');
    expect(others.filter((name) => name.includes('0111'))).toEqual([]);
  });

  test('is found by its rule, and what remains to be done is said with its id', async () => {
    const { byHand } = await apply(routing([{ ...bank, numbers: [n0], livekitNumber: true }]));
    const { trunks, boughtBy } = await routingNames(livekit.api);
    const [[id, name] = []] = [...boughtBy];
    expect([[...trunks], name]).toEqual([[], 'bank']);
    expect(byHand).toEqual([
      `assign ${n0} to rule bank, once: lk number update --number ${n0} --sip-dispatch-rule-id ${id}`,
    ]);
  });
});

describe('the commands', () => {
  let folder: string;
  let said: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonegate-provision-'));
    said = '';
    vi.spyOn(console, 'info').mockImplementation((text) => {
      said += `${text}\n`;
    });
    vi.stubEnv('LIVEKIT_URL', livekit.api.host);
    vi.stubEnv('LIVEKIT_API_KEY', livekit.api.key);
    vi.stubEnv('LIVEKIT_API_SECRET', livekit.api.secret);
    vi.stubEnv('TONEGATE_TRUNK_BANK_PASSWORD', PASSWORD);
    vi.stubEnv('TONEGATE_TRUNK_BANK_PIN', PIN);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  /** The rich trunk and rule as a configuration file. */
  async function configured(): Promise<string> {
    const demo = parse(await readFile('tonegate.yaml', 'utf8'));
    const lines = [{ ...demo.lines[0], screening: { mode: 'off' } }];
    const config = { ...demo, trunks: [rich], rules: [richRule], lines };
    const file = join(folder, 'tonegate.yaml');
    await writeFile(file, stringify(config));
    return file;
  }

  test.for([false, true])('print no password, PIN or calling number (json: %s)', async (json) => {
    const config = await configured();
    expect(await provisionPlan({ config, json })).toBe(0);
    expect(await provisionApply({ config, json })).toBe(0);
    vi.stubEnv('TONEGATE_TRUNK_BANK_PASSWORD', 'canary-password-other');
    vi.stubEnv('TONEGATE_TRUNK_BANK_PIN', '27182818');
    expect(await provisionPlan({ config, json })).toBe(0);
    expect(await provisionApply({ config, json })).toBe(0);
    expect(said).toContain(n1);
    expect(said).not.toMatch(/canary|31415926|27182818|15551230001/);
  });

  test('a plan that cannot be applied ends with 1, and names who has the number', async () => {
    const { sipTrunkId } = await sip.createSipInboundTrunk('theirs', [n0], {
      allowedNumbers: ['+15551230001'],
    });
    expect(await provisionPlan({ config: await configured() })).toBe(1);
    expect(said).toContain(`In the way:\n  trunk "bank": another trunk (${sipTrunkId})`);
  });
});
