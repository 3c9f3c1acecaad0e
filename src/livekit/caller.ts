// The SIP caller's participant: what it says about its call, none of which is proof, and the one thing
// it can be asked. Knows nothing of our side of the call.

import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { ParticipantKind } from '@livekit/rtc-node';
import type { CallerFacts } from '../ivr/ports.ts';
import { Secret } from '../machines/secret.ts';

/** The bridge needs milliseconds. Its answer was lost in 3 of 60 calls, which had ended all the same. */
const END_CALL_MS = 2000;

/** The SIP caller in the room, if one is there. */
export function callerIn(room: Room): RemoteParticipant | undefined {
  return [...room.remoteParticipants.values()].find(({ kind }) => kind === ParticipantKind.SIP);
}

export function factsOf(room: Room, { identity, attributes }: RemoteParticipant): CallerFacts {
  const number = attributes['sip.phoneNumber'];
  return {
    room: room.name ?? '',
    identity,
    sipCallId: attributes['sip.callID'] ?? null,
    inviteCallId: attributes['sip.callIDFull'] ?? null,
    dialled: attributes['sip.trunkPhoneNumber'] ?? null,
    number: number ? Secret.of(number) : null,
    trunkId: attributes['sip.trunkID'] ?? null,
    ruleId: attributes['sip.ruleID'] ?? null,
  };
}

/**
 * Whether the bridge sends our audio on: it says `active` once it has answered and has heard the caller,
 * or waited a second for that. A participant without call status has no bridge in between.
 */
export function isConnected({ attributes }: RemoteParticipant): boolean {
  return (attributes['sip.callStatus'] ?? 'active') === 'active';
}

export function hasHungUp({ attributes }: RemoteParticipant): boolean {
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
