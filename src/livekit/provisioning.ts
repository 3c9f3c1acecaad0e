// What LiveKit must know before a call can come in: a trunk per carrier and a rule that sends its calls
// to our agent. Promises: makes what is missing, and touches only what carries the prefix `tonegate/`.

import { RoomAgentDispatch, RoomConfiguration, SIPInboundTrunkInfo } from '@livekit/protocol';
import { SipClient } from 'livekit-server-sdk';
import type { LiveKitApi } from './server-api.ts';
import { apiFault } from './server-api.ts';

const PREFIX = 'tonegate/';
/** A call that no worker takes must not ring for ever. */
const RINGING_SECONDS = 25;
/** The whole call, the time at the desk included: a line that nobody hangs up ends some day. */
const MAX_CALL_SECONDS = 4 * 3600;

/** A carrier trunk as the configuration names it. */
export interface Trunk {
  readonly name: string;
  /** E.164. */
  readonly numbers: readonly string[];
}

/**
 * Makes LiveKit send the calls of these trunks to `agentName`, each call into a room of its own that is
 * named after the dialled number and holds one caller and agents, nobody else.
 */
export async function ensureRouting(
  api: LiveKitApi,
  trunks: readonly Trunk[],
  agentName: string,
): Promise<void> {
  const sip = sipClient(api);
  try {
    for (const trunk of trunks) {
      const trunkId = await ensureTrunk(sip, trunk);
      await ensureRule(sip, trunk.name, trunkId, agentName);
    }
  } catch (error) {
    throw apiFault('setting up trunks and dispatch rules', error);
  }
}

/** The configured names of our trunks, by the id that LiveKit gave them. */
export async function trunkNames(api: LiveKitApi): Promise<ReadonlyMap<string, string>> {
  try {
    const trunks = await sipClient(api).listSipInboundTrunk();
    return new Map(
      trunks
        .filter((trunk) => trunk.name.startsWith(PREFIX))
        .map((trunk) => [trunk.sipTrunkId, trunk.name.slice(PREFIX.length)]),
    );
  } catch (error) {
    throw apiFault('looking up trunks', error);
  }
}

async function ensureTrunk(sip: SipClient, { name, numbers }: Trunk): Promise<string> {
  const wanted = new SIPInboundTrunkInfo({
    name: PREFIX + name,
    numbers: [...numbers],
    ringingTimeout: { seconds: BigInt(RINGING_SECONDS) },
    maxCallDuration: { seconds: BigInt(MAX_CALL_SECONDS) },
  });
  const trunks = await sip.listSipInboundTrunk();
  const there =
    trunks.find((trunk) => trunk.name === wanted.name) ??
    (await sip.createSipInboundTrunk(wanted.name, wanted.numbers));
  // Creating cannot set every field (livekit-server-sdk 2.19.2), replacing can.
  if (!sameTrunk(there, wanted)) await sip.updateSipInboundTrunk(there.sipTrunkId, wanted);
  return there.sipTrunkId;
}

function sameTrunk(a: SIPInboundTrunkInfo, b: SIPInboundTrunkInfo): boolean {
  return (
    a.numbers.join() === b.numbers.join() &&
    a.ringingTimeout?.seconds === b.ringingTimeout?.seconds &&
    a.maxCallDuration?.seconds === b.maxCallDuration?.seconds
  );
}

async function ensureRule(
  sip: SipClient,
  trunkName: string,
  trunkId: string,
  agentName: string,
): Promise<void> {
  const name = PREFIX + trunkName;
  const rules = await sip.listSipDispatchRule();
  if (rules.some((rule) => rule.name === name && rule.trunkIds.includes(trunkId))) return;
  await sip.createSipDispatchRule(
    { type: 'callee', roomPrefix: 'call', randomize: true },
    {
      name,
      trunkIds: [trunkId],
      roomConfig: new RoomConfiguration({
        // Counts the caller only: agents and egress are exempt (server v1.13.5).
        maxParticipants: 1,
        agents: [new RoomAgentDispatch({ agentName })],
      }),
    },
  );
}

function sipClient({ host, key, secret }: LiveKitApi): SipClient {
  return new SipClient(host, key, secret, { failover: false });
}
