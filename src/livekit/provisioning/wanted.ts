// What LiveKit shall hold for a configuration: trunks and dispatch rules in our own words. Pure. Promises:
// no rule that takes every call, no header in an attribute but the carrier's verdict. Knows no LiveKit.

import type { RuleConfig, TrunkConfig } from '../../config/schema.ts';
import { IvrFault } from '../../ivr/fault.ts';
import { Secret } from '../../machines/secret.ts';
import { CUSTOMER_HEADER, FIRST_OF_PREFIX, TOKEN_HEADER } from '../../screening/headers.ts';
import { verdictHeaders } from '../../screening/profiles.ts';
import { doubled, ruleKeys, trunkKeys } from './keys.ts';

/** The whole call, the time at the desk included: a line that nobody hangs up ends some day. */
const MAX_CALL_SECONDS = 4 * 3600;
/** The caller only: LiveKit counts neither agents nor recorders (server v1.13.5). */
const CALLERS_IN_A_ROOM = 1;
/** More digits than this the bridge does not take (livekit-sip v1.8.0). */
const PIN = /^[0-9]{1,16}$/;
/** Attributes are readable by everybody in the room, and these would identify the customer there. */
const NEVER_MAPPED = new Set<string>([TOKEN_HEADER, CUSTOMER_HEADER]);

/** As much of a configuration as routing needs. */
export interface RoutingConfig {
  readonly agentName: string;
  readonly trunks: readonly TrunkConfig[];
  readonly rules?: readonly RuleConfig[] | undefined;
}

/** The digest password or the PIN of a trunk. Asked for only where the configuration needs one. */
export type SecretOf = (trunk: string, what: 'PASSWORD' | 'PIN') => Secret;

/** An inbound trunk; an empty string, list or secret and a zero mean "not set". */
export interface Trunk {
  /** Without our prefix. */
  readonly name: string;
  readonly numbers: readonly string[];
  readonly allowedNumbers: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly digestUser: string;
  readonly password: Secret;
  readonly encryption: string;
  readonly ringingSeconds: number;
  readonly maxCallSeconds: number;
  /** Header to attribute. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of LiveKit's that we never set. */
  readonly others: readonly string[];
}

/** A dispatch rule; an empty list of trunks or numbers means "all". */
export interface Rule {
  /** Without our prefix: the trunk's name, from the second rule of a trunk on with `/2`, `/3`, … */
  readonly name: string;
  /** Names of ours, or the ids of others. */
  readonly trunks: readonly string[];
  /** Dialled numbers. */
  readonly numbers: readonly string[];
  /** Calling numbers. */
  readonly inboundNumbers: readonly string[];
  readonly rooms: string;
  readonly prefix: string;
  readonly pin: Secret;
  readonly agents: readonly string[];
  readonly callers: number;
  readonly others: readonly string[];
}

export interface Routing {
  readonly trunks: readonly Trunk[];
  readonly rules: readonly Rule[];
}

/**
 * What a configuration asks for. Throws `IVR_CONFIG_INVALID` where a secret cannot be used, or where two
 * trunks or two rules would take the same calls.
 */
export function wantedRouting(config: RoutingConfig, secretOf: SecretOf): Routing {
  const wanted = {
    trunks: config.trunks
      .filter(({ livekitNumber }) => !livekitNumber)
      .map((trunk) => wantedTrunk(trunk, secretOf)),
    rules: config.trunks.flatMap((trunk) =>
      rulesOf(trunk, config).map((rule, i) =>
        wantedRule(trunk, rule, i === 0 ? trunk.name : `${trunk.name}/${i + 1}`, config, secretOf),
      ),
    ),
  };
  const faults = [
    ...doubled(wanted.trunks, trunkKeys).map(
      ([one, other]) =>
        `trunks "${one}" and "${other}" have a number in common: leave it to one of them, or tell them apart by "allowedNumbers"`,
    ),
    ...doubled(wanted.rules, ruleKeys).map(
      ([one, other]) =>
        `rules "${one}" and "${other}" take the same calls: tell them apart by "inboundNumbers", or take one out`,
    ),
  ];
  if (faults.length > 0) throw new IvrFault('IVR_CONFIG_INVALID', faults.join('\n'));
  return wanted;
}

function rulesOf(trunk: TrunkConfig, { rules }: RoutingConfig): RuleConfig[] {
  if (rules !== undefined) return rules.filter((rule) => rule.trunk === trunk.name);
  return [{ trunk: trunk.name, rooms: 'callee', prefix: 'call', inboundNumbers: [], pin: false }];
}

function wantedTrunk(trunk: TrunkConfig, secretOf: SecretOf): Trunk {
  const { name, numbers, allowedNumbers, allowedAddresses, authUser, encryption } = trunk;
  const password = authUser === undefined ? Secret.empty : secretOf(name, 'PASSWORD');
  if (authUser !== undefined && password.length === 0) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `trunk "${name}" has "authUser" and no password: LiveKit would ask for neither; give it one`,
    );
  }
  return {
    name,
    numbers,
    allowedNumbers,
    allowedAddresses,
    digestUser: authUser ?? '',
    password,
    encryption,
    ringingSeconds: trunk.ringingSeconds,
    maxCallSeconds: MAX_CALL_SECONDS,
    headers: mappedHeaders(trunk),
    others: [],
  };
}

/** The bridge can tell the last of a repeated header, an attribute holds the first: both are compared. */
function mappedHeaders({ profile }: TrunkConfig): Readonly<Record<string, string>> {
  const names = verdictHeaders(profile).filter((name) => !NEVER_MAPPED.has(name.toLowerCase()));
  return Object.fromEntries(names.map((name) => [name, FIRST_OF_PREFIX + name.toLowerCase()]));
}

function wantedRule(
  trunk: TrunkConfig,
  rule: RuleConfig,
  name: string,
  { agentName }: RoutingConfig,
  secretOf: SecretOf,
): Rule {
  const pin = rule.pin ? secretOf(trunk.name, 'PIN') : Secret.empty;
  if (rule.pin && !PIN.test(pin.reveal())) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `the PIN of trunk "${trunk.name}" cannot be keyed: give it 1 to 16 digits`,
    );
  }
  return {
    name,
    // Without a trunk a rule takes calls from anywhere: only the dialled numbers hold it.
    trunks: trunk.livekitNumber ? [] : [trunk.name],
    numbers: trunk.livekitNumber ? trunk.numbers : [],
    inboundNumbers: rule.inboundNumbers,
    rooms: rule.rooms,
    prefix: rule.prefix,
    pin,
    agents: [agentName],
    callers: CALLERS_IN_A_ROOM,
    others: [],
  };
}
