// What a phone without a SIP leg joins a room with: a token that makes it a caller, as the SIP bridge would be for
// one. Loads no media library, so that a page's server can hand it to a browser.

import { randomBytes } from 'node:crypto';
import { RoomConfiguration } from '@livekit/protocol';
import { AccessToken, AgentDispatchClient } from 'livekit-server-sdk';
import type { LiveKitApi } from './server-api.ts';

export interface PhoneCall {
  readonly api: LiveKitApi;
  /** A room that is not there yet. */
  readonly room: string;
  /** The number that is called, and the one that is shown to the callee (E.164); null: withheld. */
  readonly dialled: string;
  readonly calling: string | null;
  /** The trunk it seems to come over, by LiveKit's id; null: none. */
  readonly trunkId?: string | null;
  /** What the INVITE's headers would be; a `Call-ID` among them is the call's. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The name of a new room, as a dispatch rule by callee would make it. */
export function roomFor(dialled: string): string {
  return `call_${dialled}_${randomBytes(6).toString('hex')}`;
}

/** The caller's identity in the room. */
export function callerIdentity(calling: string | null): string {
  return `sip_${calling ?? 'anonymous'}`;
}

/** A token for one room, good for ten minutes; whoever uses it first makes the room. */
export async function callerToken({ api, ...call }: PhoneCall): Promise<string> {
  const token = new AccessToken(api.key, api.secret, {
    identity: callerIdentity(call.calling),
    ttl: '10m',
    // No `sip.callID`: no bridge knows this call, so nobody can transfer it.
    attributes: {
      'sip.callStatus': 'ringing',
      'sip.callIDFull': callIdIn(call.headers) ?? `${randomBytes(12).toString('hex')}@127.0.0.1`,
      'sip.trunkPhoneNumber': call.dialled,
      ...(call.calling ? { 'sip.phoneNumber': call.calling } : {}),
      ...(call.trunkId ? { 'sip.trunkID': call.trunkId } : {}),
    },
  });
  token.kind = 'sip';
  token.addGrant({
    roomJoin: true,
    room: call.room,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: true,
  });
  token.roomConfig = new RoomConfiguration({ maxParticipants: 1 });
  return token.toJwt();
}

function callIdIn(headers: PhoneCall['headers'] = {}): string | undefined {
  return Object.entries(headers).find(([name]) => /^(call-id|i)$/i.test(name))?.[1];
}

/**
 * Sends the agent in as a dispatch rule would, but only now: a bridge can be asked for its headers as soon as its
 * caller is there, and a participant like this one some milliseconds later.
 */
export async function sendForAgent(
  api: LiveKitApi,
  room: string,
  agentName: string,
): Promise<void> {
  const dispatches = new AgentDispatchClient(api.host, api.key, api.secret, { failover: false });
  await dispatches.createDispatch(room, agentName);
}
