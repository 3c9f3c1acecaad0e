// The SIP caller's participant: what it says about its call, none of which is proof, and the one thing
// it can be asked. Knows nothing of our side of the call.

import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { ParticipantKind, RpcError } from '@livekit/rtc-node';
import type { CallerFacts } from '../ivr/ports.ts';
import { Secret } from '../machines/secret.ts';
import { e164 } from '../screening/calling-number.ts';
import {
  FIRST_OF_PREFIX,
  type InviteHeaders,
  inviteHeaders,
  spellings,
} from '../screening/headers.ts';
import { unlessAborted } from './abort.ts';
import { unreachable } from './server-api.ts';

/** The bridge needs milliseconds. Its answer was lost in 3 of 60 calls, which had ended all the same. */
const END_CALL_MS = 2000;

/** The SIP caller in the room, if one is there. */
export function callerIn(room: Room): RemoteParticipant | undefined {
  return [...room.remoteParticipants.values()].find(({ kind }) => kind === ParticipantKind.SIP);
}

export function factsOf(room: Room, { identity, attributes }: RemoteParticipant): CallerFacts {
  const number = e164(attributes['sip.phoneNumber'] ?? '');
  return {
    room: room.name ?? '',
    identity,
    sipCallId: attributes['sip.callID'] ?? null,
    inviteCallId: attributes['sip.callIDFull'] ?? null,
    dialled: e164(attributes['sip.trunkPhoneNumber'] ?? ''),
    number: number === null ? null : Secret.of(number),
    trunkId: attributes['sip.trunkID'] ?? null,
    ruleId: attributes['sip.ruleID'] ?? null,
  };
}

/** Where a bridge that cannot be asked puts headers, if its trunk says so. */
const INCLUDED = 'sip.h.';

/**
 * All that is known of these headers of the INVITE: the first of a repeated one by the trunk's mapping, the
 * last by the bridge. It is asked for no others: one byte that is no UTF-8, or 15 KB of anything, would
 * make its answer unreadable. One that is too old to be asked (livekit-sip before v1.4.0) may have put them
 * into attributes.
 */
export async function headersOf(
  room: Room,
  identity: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<InviteHeaders> {
  const attributes = room.remoteParticipants.get(identity)?.attributes ?? {};
  const wanted = new Set(names.flatMap(spellings));
  const under = (prefix: string) =>
    Object.entries(attributes).flatMap(([attribute, value]): [string, string][] => {
      const name = attribute.slice(prefix.length);
      return attribute.startsWith(prefix) && wanted.has(name) ? [[name, value]] : [];
    });
  const told = await unlessAborted(askForHeaders(room, identity, [...wanted]), signal);
  return inviteHeaders([...under(FIRST_OF_PREFIX), ...(told ?? under(INCLUDED))]);
}

/** What takes the mapped headers off the caller again: they were for us, and may hold the calling number. */
export function withoutHeaders(room: Room, identity: string): Readonly<Record<string, string>> {
  const attributes = room.remoteParticipants.get(identity)?.attributes ?? {};
  const mapped = Object.keys(attributes).filter((name) => name.startsWith(FIRST_OF_PREFIX));
  return Object.fromEntries(mapped.map((name) => [name, '']));
}

/** The headers as the bridge has them; null where it does not know the question. */
async function askForHeaders(
  room: Room,
  identity: string,
  include: readonly string[],
): Promise<[string, string][] | null> {
  try {
    const answer = await room.localParticipant?.performRpc({
      destinationIdentity: identity,
      method: 'lk.sip.GetRemoteHeaders',
      payload: JSON.stringify({ include }),
    });
    return headersIn(answer ?? '');
  } catch (error) {
    if (error instanceof RpcError && error.code === RpcError.ErrorCode.UNSUPPORTED_METHOD) {
      return null;
    }
    throw unreachable("reading the INVITE's headers: the SIP bridge gave no usable answer");
  }
}

function headersIn(answer: string): [string, string][] {
  const { headers } = JSON.parse(answer) as { headers?: Record<string, unknown> };
  return Object.entries(headers ?? {}).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
}

/**
 * Whether the bridge sends our audio on: it says `active` once it has answered and has heard the caller,
 * or waited a second for that. A participant without call status has no bridge in between.
 */
export function isConnected({ attributes }: RemoteParticipant): boolean {
  return (attributes['sip.callStatus'] ?? 'active') === 'active';
}

/** What the bridge says of itself once it has answered. */
export const ACTIVE = { 'sip.callStatus': 'active' } as const;

export function isRinging({ attributes }: RemoteParticipant): boolean {
  return attributes['sip.callStatus'] === 'ringing';
}

export function hasHungUp({ attributes }: Pick<RemoteParticipant, 'attributes'>): boolean {
  return attributes['sip.callStatus'] === 'hangup';
}

/**
 * Asks the caller's side to end the leg, with these SIP headers on the 486 or BYE. Done when it refuses,
 * or has had its time; that it agreed is seen by the end of the call.
 */
export async function askToEnd(
  room: Room,
  identity: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const patience = sleep(END_CALL_MS, undefined, { ref: false });
  const answer = room.localParticipant?.performRpc({
    destinationIdentity: identity,
    method: 'lk.sip.EndCall',
    payload: JSON.stringify({ headers }),
  });
  const refusal = answer?.then(
    () => patience,
    () => undefined,
  );
  await Promise.race([patience, refusal]);
}
