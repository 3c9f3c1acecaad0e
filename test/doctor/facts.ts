// A small bank and a LiveKit that is as it should be, for tests that spoil one thing of it.

import { type Config, configSchema } from '../../src/config/schema.ts';
import type { RuleFacts, ServerFacts, SipFacts, TrunkFacts } from '../../src/doctor/facts.ts';
import type { Finding } from '../../src/doctor/finding.ts';

export const FIRST = '+15105550100';
export const SECOND = '+15105550101';

type Input = Record<string, unknown>;

/** A configuration of one trunk with two numbers and a line for each, changed. */
export function bank(change: { trunk?: Input; line?: Input; rest?: Input } = {}): Config {
  const line = { steps: ['account'], desk: 'general' };
  return configSchema.parse({
    backend: { url: 'http://127.0.0.1:7071' },
    trunks: [{ name: 'carrier', numbers: [FIRST, SECOND], profile: 'twilio', ...change.trunk }],
    lines: [
      { name: 'first', numbers: [FIRST], ...line, ...change.line },
      { name: 'second', numbers: [SECOND], ...line },
    ],
    desks: { general: { agent: 'general-desk' } },
    ...change.rest,
  });
}

/** The trunk of that configuration, as it is provisioned, changed. */
export function trunk(change: Partial<TrunkFacts> = {}): TrunkFacts {
  return {
    id: 'ST_carrier',
    name: 'tonegate/carrier',
    numbers: [FIRST, SECOND],
    allowedNumbers: [],
    allowedAddresses: [],
    authUser: 'carrier',
    hasPassword: true,
    encryption: 'require',
    mappings: { 'X-Twilio-VerStat': 'tonegate.h.x-twilio-verstat' },
    includedHeaders: 'none',
    ...change,
  };
}

/** Its rule, changed. */
export function rule(change: Partial<RuleFacts> = {}): RuleFacts {
  return {
    id: 'SDR_carrier',
    name: 'tonegate/carrier',
    trunkIds: ['ST_carrier'],
    numbers: [],
    callingNumbers: [],
    rooms: 'callee',
    isRandomised: true,
    hasPin: false,
    hidesNumbers: false,
    maxParticipants: 1,
    agents: ['tonegate'],
    ...change,
  };
}

/** A trunk and a rule of somebody else. */
export const foreign = {
  trunk: (change: Partial<TrunkFacts> = {}) =>
    trunk({ id: 'ST_other', name: 'other', numbers: ['+15105550177'], mappings: {}, ...change }),
  rule: (change: Partial<RuleFacts> = {}) =>
    rule({ id: 'SDR_other', name: 'other', trunkIds: ['ST_other'], agents: ['theirs'], ...change }),
};

export function sip(change: Partial<SipFacts> = {}): SipFacts {
  return { trunks: [trunk()], rules: [rule()], ...change };
}

export function server(change: Partial<ServerFacts> = {}): ServerFacts {
  return {
    version: { answer: '1.13.5' },
    rooms: { answer: true },
    dispatches: { answer: true },
    sip: { answer: sip() },
    bridge: { answer: 'connected' },
    ...change,
  };
}

/** What is found, without what is good: `error trunk-missing: trunk "carrier" …`. */
export function faults(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity !== 'ok')
    .map(({ severity, code, what }) => `${severity} ${code}: ${what}`);
}

/** Codes of what is good. */
export function goods(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity === 'ok').map(({ code }) => code);
}
