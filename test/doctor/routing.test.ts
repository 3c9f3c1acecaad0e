import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import type { Drift, SipFacts } from '../../src/doctor/facts.ts';
import { routingFindings } from '../../src/doctor/rules.ts';
import { bank, FIRST, faults, foreign, goods, rule, SECOND, sip, trunk } from './facts.ts';

const FIRST_NUMBER = 'number 1 of trunk "carrier" (line "first")';
const SECOND_NUMBER = 'number 2 of trunk "carrier" (line "second")';
const pinned = { hasPin: true, trunkIds: ['ST_carrier'] };

test('numbers that come in as configured, and nothing else, are good', () => {
  const findings = routingFindings(bank(), sip(), []);
  expect(faults(findings)).toEqual([]);
  expect(goods(findings)).toEqual(['routing']);
});

interface Case {
  readonly there: SipFacts;
  readonly found: readonly string[];
  readonly config?: Config;
  readonly drifts?: readonly Drift[];
}

const missing = (what: Drift['what']): Drift => ({
  what,
  name: 'carrier',
  action: 'create',
  fields: [],
});

const CASES: Readonly<Record<string, Case>> = {
  'one number on no trunk': {
    there: sip({ trunks: [trunk({ numbers: [FIRST] })] }),
    found: [`error number-untaken: ${SECOND_NUMBER} is taken by no trunk`],
  },
  'a trunk that is missing as a whole is told elsewhere': {
    there: { trunks: [], rules: [] },
    drifts: [missing('trunk'), missing('rule')],
    found: [],
  },
  'a number written without a plus and with dashes is the same number': {
    there: sip({ trunks: [trunk({ numbers: ['1-510-555-0100', SECOND] })] }),
    found: [],
  },
  'one number on two trunks': {
    there: sip({ trunks: [trunk(), foreign.trunk({ numbers: [FIRST] })] }),
    found: [`error number-twice: ${FIRST_NUMBER} is taken by "other" too`],
  },
  'one number on two trunks, one of them for certain callers': {
    there: sip({
      trunks: [trunk(), foreign.trunk({ numbers: [FIRST], allowedNumbers: ['+15551230001'] })],
    }),
    found: [`error number-twice: ${FIRST_NUMBER} is taken by "other" too`],
  },
  'one number on two trunks, both for certain callers': {
    there: sip({
      trunks: [
        trunk({ allowedNumbers: ['+15551230002'] }),
        foreign.trunk({ numbers: [FIRST], allowedNumbers: ['+15551230001'] }),
      ],
    }),
    found: [`warning number-contested: ${FIRST_NUMBER} is taken by "other" too, for its callers`],
  },
  "one number on somebody else's trunk only": {
    there: sip({
      trunks: [trunk({ numbers: [SECOND] }), foreign.trunk({ numbers: [FIRST] })],
    }),
    found: [`error number-elsewhere: ${FIRST_NUMBER} is taken by "other"`],
  },
  'a trunk for every number takes only what no other has': {
    there: sip({ trunks: [trunk({ numbers: [SECOND] }), foreign.trunk({ numbers: [] })] }),
    found: [`error number-elsewhere: ${FIRST_NUMBER} is taken by "other"`],
  },
  'a number on another trunk of ours than the configuration has it on': {
    there: sip({
      trunks: [trunk({ name: 'tonegate/old' })],
    }),
    found: [
      `error number-elsewhere: ${FIRST_NUMBER} is taken by "tonegate/old"`,
      `error number-elsewhere: ${SECOND_NUMBER} is taken by "tonegate/old"`,
    ],
  },
  'no rule for the trunk': {
    there: sip({ rules: [] }),
    found: [
      `error rule-missing: ${FIRST_NUMBER} is taken by no dispatch rule`,
      `error rule-missing: ${SECOND_NUMBER} is taken by no dispatch rule`,
    ],
  },
  'a rule that is missing and to be made is told elsewhere': {
    there: sip({ rules: [] }),
    drifts: [missing('rule')],
    found: [],
  },
  'numbers bought from LiveKit have no trunk and their own rule': {
    there: { trunks: [], rules: [rule({ trunkIds: [], numbers: [FIRST, SECOND] })] },
    config: bank({ trunk: { livekitNumber: true } }),
    found: [],
  },
  'a rule of ours without an agent': {
    there: sip({ rules: [rule({ agents: [] })] }),
    found: ['error rule-agent: rule "tonegate/carrier" brings no agent, not "tonegate" alone'],
  },
  'a rule of ours with an agent too many': {
    there: sip({ rules: [rule({ agents: ['tonegate', 'note-taker'] })] }),
    found: [
      'error rule-agent: rule "tonegate/carrier" brings agent "tonegate" and agent "note-taker", not "tonegate" alone',
    ],
  },
  "somebody else's rule for our trunk, of the same kind, is the second": {
    there: sip({ rules: [foreign.rule({ trunkIds: ['ST_carrier'] }), rule({ numbers: [FIRST] })] }),
    found: ['error rule-other: rule "other" takes calls of ours and brings agent "theirs"'],
  },
  "somebody else's rule for certain callers of ours": {
    there: sip({
      rules: [rule(), foreign.rule({ trunkIds: ['ST_carrier'], callingNumbers: ['+15551230001'] })],
    }),
    found: ['error rule-other: rule "other" takes calls of ours and brings agent "theirs"'],
  },
  'a rule with a PIN goes before ours': {
    there: sip({ rules: [rule(), foreign.rule(pinned)] }),
    found: [
      'error rule-other: rule "other" takes calls of ours and brings agent "theirs"',
      'error rule-pin: rule "other" asks for a PIN, and "first" and "second" would refuse callers before the answer',
    ],
  },
  'a rule for other trunks is none of our business': {
    there: sip({ rules: [rule(), foreign.rule({ hasPin: true, hidesNumbers: true })] }),
    found: [],
  },
  "somebody else's rule behind ours, which takes all, is never asked": {
    there: sip({
      rules: [foreign.rule({ trunkIds: ['ST_carrier'] }), rule({ numbers: [FIRST, SECOND] })],
    }),
    found: [],
  },
  'a rule for everything, while ours is there': {
    there: sip({ rules: [rule(), foreign.rule({ trunkIds: [] })] }),
    found: ['warning rule-catch-all: rule "other" is for every trunk and number'],
  },
  'a rule for everything that takes our calls': {
    there: sip({ rules: [foreign.rule({ trunkIds: [] })] }),
    drifts: [missing('rule')],
    found: [
      'error rule-catch-all: rule "other" is for every trunk and number, and takes calls of ours',
    ],
  },
  'a rule for everything that takes those calls that ours is not for': {
    there: sip({
      rules: [rule({ callingNumbers: ['+15551230001'] }), foreign.rule({ trunkIds: [] })],
    }),
    found: [
      'error rule-catch-all: rule "other" is for every trunk and number, and takes calls of ours',
    ],
  },
  'hidden numbers of calls to us': {
    there: sip({ rules: [rule({ hidesNumbers: true })] }),
    found: ['error rule-hides-numbers: rule "tonegate/carrier" hides numbers of calls to us'],
  },
  'hidden numbers of calls that may become ours': {
    there: sip({ rules: [rule(), foreign.rule({ trunkIds: [], hidesNumbers: true })] }),
    found: [
      'warning rule-catch-all: rule "other" is for every trunk and number',
      'warning rule-hides-numbers: rule "other" hides numbers',
    ],
  },
  'a PIN on a line that refuses nobody unanswered': {
    there: sip({ rules: [rule({ hasPin: true })] }),
    config: bank({ rest: { screening: { mode: 'observe' } } }),
    found: ['warning rule-pin: rule "tonegate/carrier" asks for a PIN'],
  },
  'a PIN on lines that take everybody': {
    there: sip({ rules: [rule({ hasPin: true })] }),
    config: bank({ rest: { screening: { accept: 'all' } } }),
    found: ['warning rule-pin: rule "tonegate/carrier" asks for a PIN'],
  },
  'a PIN on one line that takes everybody to a desk, and one that refuses': {
    there: sip({ rules: [rule({ hasPin: true })] }),
    config: bank({ line: { screening: { onReject: { desk: 'general' } } } }),
    found: [
      'error rule-pin: rule "tonegate/carrier" asks for a PIN, and "second" would refuse callers before the answer',
    ],
  },
  'a room for more than the caller': {
    there: sip({ rules: [rule({ maxParticipants: 0 })] }),
    found: [
      'warning rule-guests: rule "tonegate/carrier" lets more than one participant into the room',
    ],
  },
  'rooms named after callers': {
    there: sip({ rules: [rule({ rooms: 'individual' })] }),
    found: ['warning rule-rooms: rule "tonegate/carrier" names rooms after the calling number'],
  },
  'one room for everybody': {
    there: sip({ rules: [rule({ rooms: 'direct', isRandomised: false })] }),
    found: ['warning rule-rooms: rule "tonegate/carrier" puts all callers into one room'],
  },
  'one room for each number': {
    there: sip({ rules: [rule({ isRandomised: false })] }),
    found: [
      'warning rule-rooms: rule "tonegate/carrier" puts all callers of a number into one room',
    ],
  },
};

describe('what becomes of calls to our numbers', () => {
  test.each(Object.entries(CASES))('%s', (_what, { there, found, config, drifts = [] }) => {
    expect(faults(routingFindings(config ?? bank(), there, drifts))).toEqual(found);
  });

  test.each(Object.entries(CASES))(
    '%s: no number is told',
    (_what, { there, config, drifts = [] }) => {
      const told = JSON.stringify(routingFindings(config ?? bank(), there, drifts));
      expect(told).not.toMatch(/\d{5}/);
    },
  );
});
