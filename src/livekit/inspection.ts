// Looks at a LiveKit server without changing anything: its version, what our key may ask of it, its
// trunks and rules, and whether a SIP bridge stands behind it. Promises facts, whatever the server does;
// passwords and PINs do not leave this file.

import {
  type SIPDispatchRuleInfo,
  SIPHeaderOptions,
  type SIPInboundTrunkInfo,
  SIPMediaEncryption,
} from '@livekit/protocol';
import { RoomServiceClient, ServerError, SipClient } from 'livekit-server-sdk';
import type {
  Asked,
  Refusal,
  RuleFacts,
  ServerFacts,
  SipFacts,
  TrunkFacts,
} from '../doctor/facts.ts';
import { agentEndpoint } from './agent-socket.ts';
import { type LiveKitApi, refusalOf } from './server-api.ts';
import { serverVersion } from './server-version.ts';

/** A room that nobody makes, and a number that nobody has. */
const NOWHERE = 'tonegate-doctor';
/** Without a bridge server v1.13.5 gives up after one. */
const BRIDGE_SECONDS = 5;

/** What there is to know of a server. Throws `IVR_CONFIG_INVALID` for an unusable address, and nothing else. */
export async function inspectServer(api: LiveKitApi): Promise<ServerFacts> {
  agentEndpoint(api.host);
  const sip = new SipClient(api.host, api.key, api.secret, { failover: false });
  const rooms = new RoomServiceClient(api.host, api.key, api.secret, { failover: false });
  const [version, listed, participants, sipFacts, bridge] = await Promise.all([
    asked(serverVersion(api)),
    asked(rooms.listRooms([NOWHERE])),
    // Takes the same grant as a dispatch, and answers at once where there is no such room.
    asked(rooms.listParticipants(NOWHERE)),
    asked(readSip(sip)),
    bridgeBehind(sip),
  ]);
  return {
    version,
    rooms: granted(listed),
    dispatches: granted(participants),
    sip: sipFacts,
    bridge,
  };
}

async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  try {
    return { answer: await question };
  } catch (error) {
    return { refusal: refusal(error) };
  }
}

/** Whatever else the server says of a room that is not there: we were let in. */
function granted(question: Asked<unknown>): Asked<true> {
  const isRefused =
    'refusal' in question && ['key', 'grant', 'unreachable'].includes(question.refusal);
  return isRefused ? question : { answer: true };
}

function refusal(error: unknown): Refusal {
  const word = refusalOf(error);
  switch (word) {
    case null:
      return 'unreachable';
    // Before Twirp is asked: the token is not one of this server's (v1.13.5).
    case 'http_401':
    case 'http_403':
      return 'key';
    case 'unauthenticated':
    case 'permission_denied':
      return 'grant';
    default:
      return word;
  }
}

/**
 * Asks the bridge for a call to nowhere: it refuses, before it dials, what the server (v1.13.5) does not
 * look at, and so shows that it is there (bridge v1.8.0). Leaves one line in the server's log.
 */
async function bridgeBehind(sip: SipClient): Promise<ServerFacts['bridge']> {
  try {
    await sip.createSipParticipant('', NOWHERE, NOWHERE, {
      fromNumber: NOWHERE,
      timeout: BRIDGE_SECONDS,
    });
    return { answer: 'unknown' };
  } catch (error) {
    const why = refusal(error);
    if (why === 'unreachable' || why === 'key' || why === 'grant') return { refusal: why };
    const said = error instanceof ServerError ? error.message : '';
    // "No servers available": there are some, which are full or serve other trunks.
    if (/cpu exhausted/.test(said)) return { answer: 'overloaded' };
    if (/address must be set|no servers available/.test(said)) return { answer: 'connected' };
    return { answer: /no response from servers/.test(said) ? 'missing' : 'unknown' };
  }
}

async function readSip(sip: SipClient): Promise<SipFacts> {
  const [trunks, rules] = await Promise.all([sip.listSipInboundTrunk(), sip.listSipDispatchRule()]);
  return { trunks: trunks.map(trunkFacts), rules: rules.map(ruleFacts) };
}

function trunkFacts(trunk: SIPInboundTrunkInfo): TrunkFacts {
  const { sipTrunkId, name, numbers, allowedNumbers, allowedAddresses, authUsername } = trunk;
  return {
    id: sipTrunkId,
    name,
    numbers,
    allowedNumbers,
    allowedAddresses,
    authUser: authUsername,
    hasPassword: trunk.authPassword !== '',
    encryption: encryption(trunk.media?.encryption ?? trunk.mediaEncryption),
    mappings: trunk.headersToAttributes,
    includedHeaders: included(trunk.includeHeaders),
  };
}

function ruleFacts(info: SIPDispatchRuleInfo): RuleFacts {
  const { sipDispatchRuleId, name, trunkIds, numbers, inboundNumbers, hidePhoneNumber } = info;
  return {
    id: sipDispatchRuleId,
    name,
    trunkIds,
    numbers,
    callingNumbers: inboundNumbers,
    ...roomsOf(info),
    hasPin: (info.rule?.rule.value?.pin ?? '') !== '',
    hidesNumbers: hidePhoneNumber,
    maxParticipants: info.roomConfig?.maxParticipants ?? 0,
    agents: info.roomConfig?.agents.map(({ agentName }) => agentName) ?? [],
  };
}

function roomsOf({ rule }: SIPDispatchRuleInfo): Pick<RuleFacts, 'rooms' | 'isRandomised'> {
  const kind = rule?.rule;
  switch (kind?.case) {
    case 'dispatchRuleCallee':
      return { rooms: 'callee', isRandomised: kind.value.randomize };
    case 'dispatchRuleIndividual':
      return { rooms: 'individual', isRandomised: !kind.value.noRandomness };
    case 'dispatchRuleDirect':
      return { rooms: 'direct', isRandomised: false };
    case undefined:
      return { rooms: 'unknown', isRandomised: true };
  }
}

function encryption(word: SIPMediaEncryption): TrunkFacts['encryption'] {
  if (word === SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE) return 'require';
  return word === SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW ? 'allow' : 'disable';
}

function included(headers: SIPHeaderOptions): TrunkFacts['includedHeaders'] {
  if (headers === SIPHeaderOptions.SIP_ALL_HEADERS) return 'all';
  return headers === SIPHeaderOptions.SIP_X_HEADERS ? 'x' : 'none';
}
