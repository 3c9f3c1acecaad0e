import { describe, expect, test } from 'vitest';
import type { ServerFacts } from '../../src/doctor/facts.ts';
import { clockFindings, serverFindings } from '../../src/doctor/server.ts';
import { faults, goods, server } from './facts.ts';

test('a LiveKit that is as it should be has nothing but good findings', () => {
  const findings = serverFindings(server());
  expect(faults(findings)).toEqual([]);
  expect(goods(findings)).toEqual([
    'livekit',
    'livekit-version',
    'grants',
    'bridge',
    'bridge-abilities',
  ]);
});

const all = (refusal: string): ServerFacts => ({
  version: { refusal: 'unreachable' },
  rooms: { refusal },
  dispatches: { refusal },
  sip: { refusal },
  bridge: { refusal },
});

const CASES: readonly [what: string, facts: ServerFacts, found: readonly string[]][] = [
  [
    'gives no answer',
    all('unreachable'),
    ['error livekit-unreachable: LiveKit gives no answer at LIVEKIT_URL'],
  ],
  [
    'refuses the key',
    all('key'),
    ['error livekit-key: LiveKit answers, and refuses the API key or its secret'],
  ],
  [
    'is older than what is tested',
    server({ version: { answer: '1.12.9' } }),
    ['warning livekit-outdated: LiveKit server 1.12.9'],
  ],
  [
    'does not tell the names of agents yet',
    server({ version: { answer: '1.9.1' } }),
    ['error livekit-outdated: LiveKit server 1.9.1'],
  ],
  ['is newer than what is tested', server({ version: { answer: '2.0.0' } }), []],
  ['is the first of what is tested', server({ version: { answer: 'v1.13.0-rc1' } }), []],
  ['does not tell its version', server({ version: { answer: '' } }), []],
  [
    'lets nobody list rooms',
    server({ rooms: { refusal: 'grant' } }),
    ['error livekit-grant: listing rooms is refused: it takes roomList'],
  ],
  [
    'lets nobody list trunks',
    server({ sip: { refusal: 'grant' } }),
    ['error livekit-grant: listing trunks and dispatch rules is refused: it takes sip.admin'],
  ],
  [
    'lets nobody list dispatches',
    server({ dispatches: { refusal: 'grant' } }),
    ['error livekit-grant: listing dispatches is refused: it takes roomAdmin'],
  ],
  [
    'has no SIP',
    server({ sip: { refusal: 'internal' } }),
    ['error livekit-sip: listing trunks and dispatch rules: LiveKit answers internal'],
  ],
  [
    'takes no agents',
    server({ version: { refusal: 'unreachable' } }),
    ['warning livekit-grant: signing in as an agent (agent): LiveKit answers unreachable'],
  ],
  [
    'has no bridge behind it',
    server({ bridge: { answer: 'missing' } }),
    ['error bridge-missing: no SIP bridge answers the LiveKit server'],
  ],
  [
    'has a bridge behind it that has too much to do',
    server({ bridge: { answer: 'overloaded' } }),
    ['warning bridge-overloaded: a SIP bridge is connected, and overloaded'],
  ],
  ['does not let the bridge be seen', server({ bridge: { answer: 'unknown' } }), []],
  [
    'lets nobody place calls',
    server({ bridge: { refusal: 'grant' } }),
    ['error livekit-grant: asking for the SIP bridge is refused: it takes sip.call'],
  ],
];

test.each(CASES)('a LiveKit that %s', (_what, facts, found) => {
  expect(faults(serverFindings(facts))).toEqual(found);
});

describe('clocks', () => {
  test.each([
    ['agree', 0, []],
    ['are two seconds apart', -2000, []],
    [
      'are more than two seconds apart',
      2600,
      ['warning clock-off: the clock of LiveKit is about 3 s ahead of the one here'],
    ],
    [
      'are half a minute apart',
      -30_000,
      ['warning clock-off: the clock of LiveKit is about 30 s behind the one here'],
    ],
    [
      'are further apart than tickets live',
      -125_000,
      ['error clock-off: the clock of LiveKit is about 125 s behind the one here'],
    ],
    ['cannot be compared', null, []],
  ])('that %s', (_what, aheadMs, found) => {
    expect(faults(clockFindings('LiveKit', { aheadMs }))).toEqual(found);
  });
});
