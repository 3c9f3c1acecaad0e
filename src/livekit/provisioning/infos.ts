// LiveKit's trunks and rules in our words, and back. Promises: what is read and written again is as before;
// where it is not, somebody set what we never set, and the name of that field is in `others`.

import {
  RoomConfiguration,
  SIPDispatchRule,
  SIPDispatchRuleInfo,
  SIPInboundTrunkInfo,
  SIPMediaConfig,
  SIPMediaEncryption,
} from '@livekit/protocol';
import { Secret } from '../../machines/secret.ts';
import type { Rule, Trunk } from './wanted.ts';

/** What is ours at LiveKit begins with this; nothing else is ever touched. */
export const PREFIX = 'tonegate/';

export function isOurs({ name }: { readonly name: string }): boolean {
  return name.startsWith(PREFIX);
}

/** One that is there, by the id that LiveKit gave it. */
export interface Found<Thing> {
  readonly id: string;
  readonly thing: Thing;
}

const ENCRYPTION = {
  disable: SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE,
  allow: SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW,
  require: SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE,
} as const;

/** Given by LiveKit, not set by anybody. */
const GIVEN = new Set(['sipTrunkId', 'sipDispatchRuleId', 'createdAt', 'updatedAt']);

/** A trunk as LiveKit takes it, its password in clear. */
export function trunkInfo(trunk: Trunk): SIPInboundTrunkInfo {
  const media = mediaConfig(trunk.encryption);
  return new SIPInboundTrunkInfo({
    name: PREFIX + trunk.name,
    numbers: [...trunk.numbers],
    allowedNumbers: [...trunk.allowedNumbers],
    allowedAddresses: [...trunk.allowedAddresses],
    authUsername: trunk.digestUser,
    authPassword: trunk.password.reveal(),
    headersToAttributes: { ...trunk.headers },
    ...(media && { media }),
    ...(trunk.ringingSeconds > 0 && { ringingTimeout: duration(trunk.ringingSeconds) }),
    ...(trunk.maxCallSeconds > 0 && { maxCallDuration: duration(trunk.maxCallSeconds) }),
  });
}

export function readTrunk(info: SIPInboundTrunkInfo): Found<Trunk> {
  const encryption = info.media?.encryption ?? info.mediaEncryption;
  const trunk = {
    name: info.name.slice(PREFIX.length),
    numbers: info.numbers,
    allowedNumbers: info.allowedNumbers,
    allowedAddresses: info.allowedAddresses,
    digestUser: info.authUsername,
    password: Secret.of(info.authPassword),
    encryption:
      Object.entries(ENCRYPTION).find(([, value]) => value === encryption)?.[0] ?? 'unknown',
    ringingSeconds: seconds(info.ringingTimeout),
    maxCallSeconds: seconds(info.maxCallDuration),
    headers: info.headersToAttributes,
    others: [],
  };
  return {
    id: info.sipTrunkId,
    thing: { ...trunk, others: differing(info.toJson(), trunkInfo(trunk).toJson()) },
  };
}

/** A rule as LiveKit takes it, for the trunks of these ids, its PIN in clear. */
export function ruleInfo(rule: Rule, trunkIds: readonly string[]): SIPDispatchRuleInfo {
  return new SIPDispatchRuleInfo({
    name: PREFIX + rule.name,
    trunkIds: [...trunkIds],
    numbers: [...rule.numbers],
    inboundNumbers: [...rule.inboundNumbers],
    rule: new SIPDispatchRule({ rule: rooms(rule) }),
    roomConfig: new RoomConfiguration({
      maxParticipants: rule.callers,
      agents: rule.agents.map((agentName) => ({ agentName })),
    }),
  });
}

/** Reads a rule; `nameOf` tells what to call a trunk of this id. */
export function readRule(
  info: SIPDispatchRuleInfo,
  nameOf: (trunkId: string) => string,
): Found<Rule> {
  const rule = {
    name: info.name.slice(PREFIX.length),
    trunks: info.trunkIds.map(nameOf),
    numbers: info.numbers,
    inboundNumbers: info.inboundNumbers,
    ...readRooms(info),
    agents: (info.roomConfig?.agents ?? []).map(({ agentName }) => agentName),
    callers: info.roomConfig?.maxParticipants ?? 0,
    others: [],
  };
  const again = ruleInfo(rule, info.trunkIds).toJson();
  return {
    id: info.sipDispatchRuleId,
    thing: { ...rule, others: differing(info.toJson(), again) },
  };
}

type Rooms = SIPDispatchRule['rule'];

function rooms({ rooms, prefix, pin: secret }: Rule): Rooms {
  const pin = secret.reveal();
  const value = { roomPrefix: prefix, pin };
  switch (rooms) {
    case 'callee':
    case 'callee, fixed names':
      return oneOf('dispatchRuleCallee', { ...value, randomize: rooms === 'callee' });
    case 'individual':
    case 'individual, fixed names':
      return oneOf('dispatchRuleIndividual', { ...value, noRandomness: rooms !== 'individual' });
    case 'direct':
      return oneOf('dispatchRuleDirect', { roomName: prefix, pin });
    default:
      return { case: undefined };
  }
}

function oneOf(kind: NonNullable<Rooms['case']>, value: object): Rooms {
  return new SIPDispatchRule({ rule: { case: kind, value } as Rooms }).rule;
}

function readRooms({ rule }: SIPDispatchRuleInfo): Pick<Rule, 'rooms' | 'prefix' | 'pin'> {
  const { case: kind, value } = rule?.rule ?? { case: undefined };
  switch (kind) {
    case 'dispatchRuleCallee':
      return room(value.randomize ? 'callee' : 'callee, fixed names', value.roomPrefix, value.pin);
    case 'dispatchRuleIndividual': {
      const name = value.noRandomness ? 'individual, fixed names' : 'individual';
      return room(name, value.roomPrefix, value.pin);
    }
    case 'dispatchRuleDirect':
      return room('direct', value.roomName, value.pin);
    default:
      return room('unknown', '', '');
  }
}

function room(rooms: string, prefix: string, pin: string) {
  return { rooms, prefix, pin: Secret.of(pin) };
}

/** Unset is what LiveKit takes for disabled. */
function mediaConfig(encryption: string): SIPMediaConfig | null {
  if (encryption !== 'allow' && encryption !== 'require') return null;
  return new SIPMediaConfig({ encryption: ENCRYPTION[encryption] });
}

type Duration = NonNullable<SIPInboundTrunkInfo['ringingTimeout']>;

function duration(seconds: number): Pick<Duration, 'seconds' | 'nanos'> {
  const whole = Math.trunc(seconds);
  return { seconds: BigInt(whole), nanos: Math.round((seconds - whole) * 1e9) };
}

function seconds(duration: Duration | undefined): number {
  return Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}

/** The names of the fields in which two messages are not the same. */
function differing(one: unknown, other: unknown): string[] {
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  // LiveKit returns empty messages where nothing was sent (server v1.13.5: a rule's `media`).
  const text = (value: unknown) => (JSON.stringify(value) ?? '{}').replace(/^\{\}$/, '');
  return Object.keys({ ...a, ...b }).filter(
    (key) => !GIVEN.has(key) && text(a[key]) !== text(b[key]),
  );
}
