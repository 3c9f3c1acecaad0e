import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ruleSteps, trunkSteps } from '../../src/livekit/provisioning/difference.ts';
import { inOrder, type Move } from '../../src/livekit/provisioning/order.ts';
import type { Rule, Trunk } from '../../src/livekit/provisioning/wanted.ts';
import { Secret } from '../../src/machines/secret.ts';

const trunk: Trunk = {
  name: 'bank',
  numbers: ['+15105550100', '+15105550101'],
  allowedNumbers: ['+15551230001'],
  allowedAddresses: ['192.0.2.0/24'],
  digestUser: 'carrier',
  password: Secret.of('canary-password'),
  encryption: 'require',
  ringingSeconds: 25,
  maxCallSeconds: 14_400,
  headers: { 'X-Twilio-VerStat': 'tonegate.h.x-twilio-verstat' },
  others: [],
};
const rule: Rule = {
  name: 'bank',
  trunks: ['bank'],
  numbers: [],
  inboundNumbers: ['+15551230001'],
  rooms: 'callee',
  prefix: 'call',
  pin: Secret.of('31415926'),
  agents: ['tonegate'],
  callers: 1,
  others: [],
};

/** The fields in which one that is there is not as wanted. */
const trunkFields = (there: Partial<Trunk>, wanted: Partial<Trunk> = {}) =>
  trunkSteps([{ ...trunk, ...wanted }], [{ id: 'ST_1', thing: { ...trunk, ...there } }]).flatMap(
    ({ change }) => change.fields,
  );
const ruleFields = (there: Partial<Rule>) =>
  ruleSteps([rule], [{ id: 'SDR_1', thing: { ...rule, ...there } }]).flatMap(
    ({ change }) => change.fields,
  );

describe('a difference', () => {
  test('is none between a thing and itself, in whatever order its lists are', () => {
    expect(trunkFields({ numbers: trunk.numbers.toReversed() })).toEqual([]);
    expect(ruleFields({})).toEqual([]);
  });

  test.for<[string, Partial<Trunk>, object]>([
    [
      'numbers',
      { numbers: ['+15105550101', '+15105550102'] },
      { field: 'numbers', added: ['+15105550100'], removed: ['+15105550102'] },
    ],
    [
      'calling numbers, by their last digits',
      { allowedNumbers: ['+15551230099'] },
      { field: 'allowed numbers', added: ['…01'], removed: ['…99'] },
    ],
    [
      'addresses',
      { allowedAddresses: [] },
      { field: 'allowed addresses', added: ['192.0.2.0/24'], removed: [] },
    ],
    ['the digest user', { digestUser: '' }, { field: 'digest user', from: '', to: 'carrier' }],
    [
      'a password that is missing',
      { password: Secret.empty },
      { field: 'password', secret: 'set' },
    ],
    [
      'a password that is another one',
      { password: Secret.of('canary-old') },
      { field: 'password', secret: 'changed' },
    ],
    [
      'encryption',
      { encryption: 'disable' },
      { field: 'encryption', from: 'disable', to: 'require' },
    ],
    ['ringing', { ringingSeconds: 0 }, { field: 'rings for', from: '', to: '25 s' }],
    [
      'the longest call',
      { maxCallSeconds: 86_400 },
      { field: 'longest call', from: '24 h', to: '4 h' },
    ],
    [
      'headers',
      { headers: { 'X-Twilio-VerStat': 'sip.callID' } },
      {
        field: 'headers to attributes',
        added: ['X-Twilio-VerStat as tonegate.h.x-twilio-verstat'],
        removed: ['X-Twilio-VerStat as sip.callID'],
      },
    ],
    [
      'what was set by hand',
      { others: ['metadata'] },
      { field: 'set by hand', added: [], removed: ['metadata'] },
    ],
  ])('between trunks is told: %s', ([, there, expected]) => {
    expect(trunkFields(there)).toEqual([expected]);
  });

  test('tells a password that goes', () => {
    expect(trunkFields({}, { password: Secret.empty })).toEqual([
      { field: 'password', secret: 'removed' },
    ]);
  });

  test.for<[string, Partial<Rule>, object]>([
    [
      'the trunk',
      { trunks: ['ST_gone'] },
      { field: 'trunk', added: ['bank'], removed: ['ST_gone'] },
    ],
    ['no trunk at all', { trunks: [] }, { field: 'trunk', added: ['bank'], removed: [] }],
    [
      'dialled numbers',
      { numbers: ['+15105550100'] },
      { field: 'numbers', added: [], removed: ['+15105550100'] },
    ],
    [
      'calling numbers, by their last digits',
      { inboundNumbers: [] },
      { field: 'calling numbers', added: ['…01'], removed: [] },
    ],
    [
      'rooms',
      { rooms: 'callee, fixed names' },
      { field: 'rooms', from: 'callee, fixed names', to: 'callee' },
    ],
    ['the prefix', { prefix: 'x' }, { field: 'room prefix', from: 'x', to: 'call' }],
    [
      'a PIN that is another one',
      { pin: Secret.of('27182818') },
      { field: 'PIN', secret: 'changed' },
    ],
    ['the agent', { agents: [] }, { field: 'agent', added: ['tonegate'], removed: [] }],
    ['callers in a room', { callers: 0 }, { field: 'callers in a room', from: '', to: '1' }],
    [
      'what was set by hand',
      { others: ['hidePhoneNumber'] },
      { field: 'set by hand', added: [], removed: ['hidePhoneNumber'] },
    ],
  ])('between rules is told: %s', ([, there, expected]) => {
    expect(ruleFields(there)).toEqual([expected]);
  });

  test('never holds a secret or a calling number, however it is printed', () => {
    const changes = [
      ...trunkSteps([trunk], []),
      ...trunkSteps([trunk], [{ id: 'ST_1', thing: { ...trunk, password: Secret.of('canary2') } }]),
      ...ruleSteps([rule], [{ id: 'SDR_1', thing: { ...rule, pin: Secret.of('27182818') } }]),
      ...ruleSteps([rule], []),
    ].map(({ change }) => change);
    for (const text of [JSON.stringify(changes), inspect(changes, { depth: 9 })]) {
      expect(text).not.toMatch(/canary|31415926|27182818|5551230001/);
    }
  });

  test('brings nothing into a terminal that LiveKit was told by somebody else', () => {
    const [change] = trunkFields({ digestUser: '\u001b[2Jroot\n' });
    expect(change).toEqual({ field: 'digest user', from: '?[2Jroot?', to: 'carrier' });
  });
});

describe('what becomes of trunks', () => {
  const actions = (wanted: readonly Trunk[], there: readonly [string, Trunk][]) =>
    trunkSteps(
      wanted,
      there.map(([id, thing]) => ({ id, thing })),
    ).map(({ change: { action, name, id } }) => `${action} ${name} ${id}`);
  const other = { ...trunk, name: 'other' };

  test('first those go that nobody wants, then come the wanted ones', () => {
    const changed = { ...trunk, ringingSeconds: 30 };
    expect(
      actions(
        [changed, other],
        [
          ['ST_1', trunk],
          ['ST_2', { ...trunk, name: 'old' }],
        ],
      ),
    ).toEqual(['remove old ST_2', 'change bank ST_1', 'create other null']);
  });

  test('of two with one name the one stays that needs less', () => {
    const worse = { ...trunk, numbers: [], digestUser: '' };
    const better = { ...trunk, digestUser: '' };
    for (const there of [
      [
        ['ST_1', worse],
        ['ST_2', better],
      ],
      [
        ['ST_2', better],
        ['ST_1', worse],
      ],
    ] as [string, Trunk][][]) {
      expect(actions([trunk], there)).toEqual(['remove bank ST_1', 'change bank ST_2']);
    }
  });
});

describe('the order of changes', () => {
  /** Moves written as `A: 1 2`, meaning that A shall have 1 and 2. */
  function order(held: Record<string, string>, moves: Record<string, string>): string[] {
    const keys = (text: string) => new Set(text.split(' '));
    const asMove = ([id, to]: [string, string]): Move<string> => ({ id, to: keys(to), thing: id });
    const now = new Map(Object.entries(held).map(([id, text]) => [id, keys(text)]));
    return inOrder(Object.entries(moves).map(asMove), now).map(
      ({ how, move }) => `${how} ${move.id}`,
    );
  }

  test('is as given where nobody waits', () => {
    expect(order({ A: '1', B: '2' }, { A: '3', B: '4' })).toEqual(['change A', 'change B']);
  });

  test('has who gives up before who takes', () => {
    expect(order({ A: '1', B: '2', C: '3' }, { A: '2', B: '3', C: '4' })).toEqual([
      'change C',
      'change B',
      'change A',
    ]);
  });

  test('makes one of a circle anew, and no more', () => {
    expect(order({ A: '1', B: '2' }, { A: '2', B: '1' })).toEqual(['anew A', 'change B']);
    expect(order({ A: '1', B: '2', C: '3' }, { A: '2', B: '3', C: '1' })).toEqual([
      'anew A',
      'change C',
      'change B',
    ]);
  });

  test('does not wait for itself', () => {
    expect(order({ A: '1 2' }, { A: '2 3' })).toEqual(['change A']);
  });
});
