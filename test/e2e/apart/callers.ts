// Who calls in a scenario on a system of its own: a real phone over the SIP bridge where a file needs one, else a
// caller over LiveKit as `tonegate qa --live` has it. Both are used alike.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { milliseconds, type Scenario } from '../../../src/console/scenario.ts';
import { joinAsCaller, type PhoneOptions } from '../../../src/livekit/phone.ts';
import type { ChaosSystem } from '../../chaos/system.ts';
import type { Transfers } from '../kit/phone.ts';

/** Disposing hangs up. */
export interface Caller extends AsyncDisposable {
  /** After the end it is lost. */
  press(key: string): void;
  /** Done when the call is over. */
  hangUp(): Promise<void>;
}

/** A worker that is offered a call is in its room by then, on a busy machine too. */
const JOINED_MS = 5000;

/** What a phone does that is referred elsewhere. */
const TRANSFERS = { succeeded: 'accepted', failed: 'refused', unknown: 'silent' } as const;

/** Whether a call needs what only the bridge can do: to be transferred, to carry what is bound to its INVITE. */
export function needsSip({ transfer, upstream }: Scenario): boolean {
  return transfer !== undefined || upstream !== undefined;
}

/** Done when the call is answered, or over. */
export async function callOverLiveKit(options: PhoneOptions): Promise<Caller> {
  const phone = await joinAsCaller(options);
  const over = Promise.race([phone.answered, phone.ended]).then(() => true);
  // LiveKit may not know everywhere yet the agent of a worker that has just registered.
  while (!(await Promise.race([over, sleep(JOINED_MS, false)]))) await sendAgain(options);
  return {
    press: (key) => void phone.press(key).catch(lost),
    hangUp: phone.hangUp,
    [Symbol.asyncDispose]: phone.hangUp,
  };
}

/** Where nobody was offered the call. LiveKit lists the jobs of a dispatch late: two workers would be in one room. */
async function sendAgain({ api, room, agentName }: PhoneOptions): Promise<void> {
  const rooms = new RoomServiceClient(api.host, api.key, api.secret, { failover: false });
  const there = await rooms.listParticipants(room);
  if (there.some(({ kind }) => kind === ParticipantInfo_Kind.AGENT)) return;
  const dispatches = new AgentDispatchClient(api.host, api.key, api.secret, { failover: false });
  for (const { id, state } of await dispatches.listDispatch(room)) {
    if (state === undefined || state.jobs.length > 0) continue;
    await dispatches.deleteDispatch(id, room);
    await dispatches.createDispatch(room, agentName);
  }
}

export interface SipCall {
  readonly to: string;
  readonly from: string;
  readonly transfer: Scenario['transfer'];
  /** The headers of an INVITE with this Call-ID. */
  readonly headers: (
    callId: string,
  ) => Promise<readonly (readonly [name: string, value: string])[]>;
}

/** The same, over the bridge. */
export async function callOverSip(system: ChaosSystem, call: SipCall): Promise<Caller> {
  const { to, from, transfer } = call;
  const callId = `${randomUUID()}@127.0.0.1`;
  const transfers: Transfers = transfer === undefined ? 'refused' : TRANSFERS[transfer.outcome];
  const phone = await system.dial({
    to,
    from,
    callId,
    headers: (await call.headers(callId)).map(([name, value]) => `${name}: ${value}`),
    transfers,
    transferMs: milliseconds(transfer?.after ?? '0ms'),
  });
  await phone.answered();
  /** It holds one key at a time. */
  let pressing = Promise.resolve();
  return {
    press(key) {
      pressing = pressing.then(() => phone.press(key)).catch(lost);
    },
    hangUp: () => phone.hangUp(),
    [Symbol.asyncDispose]: () => phone[Symbol.asyncDispose](),
  };
}

/** Keys that come when the call is over. */
const lost = () => undefined;
