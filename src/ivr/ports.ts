// What a call needs from the world, as promises in writing. Adapters implement these; nothing here
// knows LiveKit, HTTP or SQL. Every method that takes an AbortSignal rejects with the signal's reason
// soon after it aborts and has no further effect at the caller's ear.

import type { TransferOutcome } from '../machines/hand-off.machine.ts';
import type { Secret } from '../machines/secret.ts';
import type { AccountHandle } from '../machines/verify-entry.machine.ts';
import type { InviteHeaders } from '../screening/headers.ts';
import type { CallRecord } from './call-record.ts';

/** What the platform says about the caller's leg. None of it proves who is calling. */
export interface CallerFacts {
  readonly room: string;
  /** Participant identity in the room. May hold the calling number: never log it. */
  readonly identity: string;
  /** `sip.callID`; null where the caller has no SIP leg. */
  readonly sipCallId: string | null;
  /** Call-ID of the INVITE (`sip.callIDFull`). */
  readonly inviteCallId: string | null;
  /** The number that was dialled, as the platform gives it; null where it gives none. */
  readonly dialled: string | null;
  /** The calling number as claimed; null where withheld. */
  readonly number: Secret | null;
  readonly trunkId: string | null;
  readonly ruleId: string | null;
}

export type { TransferOutcome } from '../machines/hand-off.machine.ts';

/** One recording, ready to play: 16 kHz mono 16-bit samples in an ArrayBuffer of their own. */
export interface Clip {
  readonly samples: Int16Array<ArrayBuffer>;
}

/** How a leg came to its end: the caller left, or we lost the room. */
export type LineEnd = 'hungUp' | 'lost';

/** Why a key event was not taken. */
export type IgnoredKey = 'stranger' | 'notSip' | 'notAKey';

/**
 * One caller's line, from ringing to its end. The caller hears ringing until `answer`; nothing is
 * published before.
 */
export interface CallerLine {
  readonly caller: CallerFacts;
  /** Settles once, when the caller's leg has ended. Never rejects. */
  readonly ended: Promise<LineEnd>;
  /** Takes the caller's keys from now on: `0-9 * #`, in order, from the caller only. One listener. */
  onKey(listener: (key: Secret) => void): void;
  /** Told of every key event that was dropped. One listener. */
  onIgnoredKey(listener: (why: IgnoredKey) => void): void;
  /**
   * Told after the line was cut off and is back, so that keys may have been lost: what came before and
   * what comes after do not belong together. In order with the keys. One listener.
   */
  onKeysMissed(listener: () => void): void;
  /**
   * Told when a key has stopped what was being played: seconds from the key's arrival until nothing was
   * left to play. Not told of any other abort. One listener.
   */
  onHushed(listener: (seconds: number) => void): void;
  /**
   * These headers of the INVITE, as the bridge tells them; none where it cannot tell. Names compare without
   * case. They hold the calling number and tokens: never log them. Works while it rings. Rejects where they
   * cannot be read.
   */
  headers(names: readonly string[], signal: AbortSignal): Promise<InviteHeaders>;
  /** Refuses the ringing call; `reason` is the value of the SIP Reason header. Done when the leg is gone. */
  refuse(reason: string, signal: AbortSignal): Promise<void>;
  /** Answers the call. Done when the caller can hear. */
  answer(signal: AbortSignal): Promise<void>;
  /** Plays the clips without a gap. Done when the last sample has been played; an abort is silence. */
  play(clips: readonly Clip[], signal: AbortSignal): Promise<void>;
  /** Sets attributes on the caller's participant; others stay. Done when the server has taken them. */
  setAttributes(attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /**
   * Sends the named agent into the room with `metadata` as its dispatch metadata. Done when its audio
   * is there; on abort the agent's dispatch is withdrawn.
   */
  bringAgent(agent: string, metadata: string, signal: AbortSignal): Promise<void>;
  /** Asks the caller's side to go to `target` (SIP REFER). `failed` at once where there is no SIP leg. */
  transfer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
    signal: AbortSignal,
  ): Promise<TransferOutcome>;
  /** Ends the caller's leg. Done when it is gone; at once if it already is. */
  hangUp(signal: AbortSignal): Promise<void>;
  /** Leaves the room and frees everything held; the caller stays. May be called at any time, twice too. */
  leave(): Promise<void>;
}

/** What the customer's system knows of an account; digits of `otp.to` are read out. */
export type Account = AccountHandle;

export interface BackendRequest {
  /** Our call id. */
  readonly call: string;
  readonly signal: AbortSignal;
}

/**
 * The customer's system. Every method throws an `IvrFault` with code `IVR_BACKEND_UNAVAILABLE` for anything but an exact,
 * schema-valid answer: a fault is never a "wrong".
 */
export interface Backend {
  lookup(account: Secret, request: BackendRequest): Promise<Account>;
  /** The account of a customer whom an upstream system names. */
  lookupCustomer(customer: Secret, request: BackendRequest): Promise<Account>;
  /** `value`: a passcode as keyed, or a birth date as YYYY-MM-DD. */
  checkKnowledge(
    ref: string,
    factor: 'birthDate' | 'passcode',
    value: Secret,
    request: BackendRequest,
  ): Promise<boolean>;
  /** Hours since the SIM of the number on file changed; null: known unchanged. */
  simChangedWithinHours(ref: string, request: BackendRequest): Promise<number | null>;
  /** Has the backend send a one-time code to the number on file; answers the challenge to check it against. */
  sendCode(ref: string, purpose: string, request: BackendRequest): Promise<string>;
  checkCode(challenge: string, code: Secret, request: BackendRequest): Promise<boolean>;
}

/** Call records: append-only. */
export interface RecordStore {
  /** Keeps the record for good. Appending an id that is there already changes nothing. */
  append(record: CallRecord): Promise<void>;
  /** All records, oldest first. */
  list(): AsyncIterable<CallRecord>;
  /** Throws when the store cannot be used. */
  ping(): Promise<void>;
}

/** Upstream tokens that were used, until they expire: shared by all workers on one store. */
export interface UsedTokens {
  /**
   * Whether this is the first use of the token `jti` of `issuer`; remembers it until `expiresAt` (ms since
   * 1970), in one atomic step. Rejects with `IVR_STORE_UNAVAILABLE` when that cannot be known.
   */
  firstUse(issuer: string, jti: string, expiresAt: number): Promise<boolean>;
}
