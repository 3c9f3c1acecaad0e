// Findings on the dispatch rules that take calls to our numbers, and on those that would take any: whom
// they bring into which room, and what they do to the caller before.

import type { Config, LineConfig } from '../config/schema.ts';
import type { Drift, RuleFacts, SipFacts } from './facts.ts';
import { error, type Finding, good, listed, shown, warning } from './finding.ts';
import { type OurNumber, ourNumbers } from './numbers.ts';
import { isCatchAll } from './routing.ts';
import { isOwn } from './trunks.ts';

/** What becomes of calls to each of our numbers, and what is wrong with the rules that take them. */
export function routingFindings(
  config: Config,
  sip: SipFacts,
  drifts: readonly Drift[],
): Finding[] {
  const numbers = ourNumbers(config, sip, drifts);
  const rules = new Set([...numbers.flatMap((one) => one.rules), ...sip.rules.filter(isCatchAll)]);
  const wrong = [
    ...numbers.flatMap(({ findings }) => findings),
    ...[...rules].flatMap((rule) => ruleFindings(config, rule, numbers)),
  ];
  const isTaken = numbers.every((one) => one.rules.length > 0);
  if (!isTaken || wrong.some(({ severity }) => severity === 'error')) return wrong;
  const what = `calls to all ${numbers.length} numbers come in as configured, to agent "${config.agentName}"`;
  return [good('routing', what), ...wrong];
}

function ruleFindings(config: Config, rule: RuleFacts, numbers: readonly OurNumber[]): Finding[] {
  const calls = numbers.filter(({ rules }) => rules.includes(rule));
  const isCalled = calls.length > 0;
  return [
    ...agentFindings(config, rule, isCalled),
    ...(isCalled && rule.agents.includes(config.agentName) ? roomFindings(rule) : []),
    ...pinFindings(config, rule, calls),
    ...numberHiding(rule, isCalled),
  ].map((finding) => ({
    ...finding,
    what: `rule "${shown(rule.name || rule.id)}" ${finding.what}`,
  }));
}

/** Whether the calls that a rule takes come to us, and to nobody else. */
function agentFindings({ agentName }: Config, rule: RuleFacts, isCalled: boolean): Finding[] {
  const isOurs = rule.agents.length === 1 && rule.agents[0] === agentName;
  if (isCatchAll(rule)) {
    return isCalled && !isOurs
      ? [error('rule-catch-all', 'is for every trunk and number, and takes calls of ours')]
      : [warning('rule-catch-all', 'is for every trunk and number')];
  }
  if (isOurs || !isCalled) return [];
  if (!isOwn(rule.name)) {
    return [error('rule-other', `takes calls of ours and brings ${agentsOf(rule)}`)];
  }
  return [error('rule-agent', `brings ${agentsOf(rule)}, not "${agentName}" alone`)];
}

function agentsOf({ agents }: RuleFacts): string {
  return agents.length === 0 ? 'no agent' : listed(agents.map((name) => `agent "${shown(name)}"`));
}

function roomFindings({ rooms, isRandomised, maxParticipants }: RuleFacts): Finding[] {
  return [
    ...(maxParticipants === 1
      ? []
      : [warning('rule-guests', 'lets more than one participant into the room')]),
    ...(rooms === 'individual'
      ? [warning('rule-rooms', 'names rooms after the calling number')]
      : []),
    ...(rooms === 'callee' && !isRandomised
      ? [warning('rule-rooms', 'puts all callers of a number into one room')]
      : []),
    ...(rooms === 'direct' ? [warning('rule-rooms', 'puts all callers into one room')] : []),
  ];
}

function pinFindings(
  config: Config,
  { hasPin }: RuleFacts,
  calls: readonly OurNumber[],
): Finding[] {
  if (!hasPin) return [];
  const refusing = calls.flatMap(({ line }) =>
    line !== undefined && refusesUnanswered(config, line) ? [`"${line.name}"`] : [],
  );
  const lines = listed([...new Set(refusing)]);
  return [
    lines === ''
      ? warning('rule-pin', 'asks for a PIN')
      : error('rule-pin', `asks for a PIN, and ${lines} would refuse callers before the answer`),
  ];
}

function refusesUnanswered(config: Config, line: LineConfig): boolean {
  const { mode, onReject, accept } = { ...config.screening, ...line.screening };
  return mode === 'enforce' && onReject === 'refuse' && accept !== 'all';
}

function numberHiding({ hidesNumbers }: RuleFacts, isCalled: boolean): Finding[] {
  if (!hidesNumbers) return [];
  return isCalled
    ? [error('rule-hides-numbers', 'hides numbers of calls to us')]
    : [warning('rule-hides-numbers', 'hides numbers')];
}
