// What a call needs from the world, as promises in writing. Adapters implement these; nothing here
// knows LiveKit, HTTP or SQL. Every method that takes an AbortSignal rejects with the signal's reason
// soon after it aborts and has no further effect at the caller's ear.

import type { TransferOutcome } from '../machines/hand-off.machine.ts';
import type { Amr, Auth, StepName } from '../machines/outcome.ts';
import type { Secret } from '../machines/secret.ts';
import type { AccountHandle } from '../machines/verify-entry.machine.ts';
import type { Locale } from '../prompts/catalogue.ts';
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
/** A desk that has come for a caller, and what it was told by its ticket. */
export interface DeskHere {
  readonly desk: string;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
}

export interface CallerLine {
  readonly caller: CallerFacts;
  /** Identities under which we are in the room, or were before another worker was lost; the oldest first. */
  readonly own: readonly string[];
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
   * Who is in the room besides the caller and us, by a look that begins now: the kind of each (`agent`, `egress`,
   * `standard`, …), hidden ones too. Nobody where there is no room. Rejects where it cannot be seen.
   */
  strangers(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Told of the kind of each that comes, as soon as the platform shows them: some it shows seconds later, hidden
   * ones never. One listener.
   */
  onStranger(listener: (kind: string) => void): void;
  /**
   * Told of each gap in what is played: the recording before was over when the next one came. One listener.
   */
  onUnderrun(listener: () => void): void;
  /**
   * These headers of the INVITE, as the bridge tells them; none where it cannot tell. Names compare without
   * case. They hold the calling number and tokens: never log them. Works while it rings. Rejects where they
   * cannot be read.
   */
  headers(names: readonly string[], signal: AbortSignal): Promise<InviteHeaders>;
  /** Refuses the ringing call; `reason` is the value of the SIP Reason header. Done when the leg is gone. */
  refuse(reason: string, signal: AbortSignal): Promise<void>;
  /** Answers the call, once however often it is asked. Done when the caller can hear. */
  answer(signal: AbortSignal): Promise<void>;
  /** Plays the clips without a gap. Done when the last sample has been played; an abort is silence. */
  play(clips: readonly Clip[], signal: AbortSignal): Promise<void>;
  /** Sets attributes on the caller's participant; others stay. Done when the server has taken them. */
  setAttributes(attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /**
   * Sends the named agent into the room with `metadata` (JSON that names the call) as its dispatch metadata,
   * or takes over the dispatch that was made for the same call and desk before; agents that were sent for other desks
   * are withdrawn. Done when the audio of that very agent is there; on abort its dispatch is withdrawn, and an agent
   * of it that comes later is not taken for another.
   */
  bringAgent(agent: string, metadata: string, signal: AbortSignal): Promise<void>;
  /** Asked before an agent is withdrawn or shown out: whether the call is this worker's. One asker. */
  onlyWhile(isOurs: () => Promise<boolean>): void;
  /**
   * The desk whose agent is heard in the room and was sent for in this call, by whatever worker; null: none. Rejects
   * where that cannot be seen.
   */
  deskHere(call: string, signal: AbortSignal): Promise<DeskHere | null>;
  /** Withdraws every agent that was sent for in this call, by whatever worker. */
  recallAgents(call: string, signal: AbortSignal): Promise<void>;
  /** Done when the audio of anybody but the caller and us is in the room. */
  awaitWatcher(signal: AbortSignal): Promise<void>;
  /** Whether who was heard last by one of these two is still there, and its audio. */
  hasDesk(signal: AbortSignal): Promise<boolean>;
  /**
   * Asks the caller's side to go to `target` (SIP REFER). `failed` at once where there is no SIP leg; `unknown`
   * where the caller had left by the time that somebody could say.
   */
  transfer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
    signal: AbortSignal,
  ): Promise<TransferOutcome>;
  /** Whether the caller's leg is still with us, as the server has it. */
  hasCaller(signal: AbortSignal): Promise<boolean>;
  /** Ends the caller's leg. Done when it is gone; at once if it already is. */
  hangUp(signal: AbortSignal): Promise<void>;
  /** Leaves the room and frees everything held; the caller stays. May be called at any time, twice too. */
  leave(): Promise<void>;
}

/** What the customer's system knows of an account; digits of `otp.to` are read out. */
export type Account = Omit<AccountHandle, 'tally'>;

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
  /** Has a one-time code sent to the number on file, or is told the number to send one to. */
  sendCode(ref: string, purpose: string, request: BackendRequest): Promise<CodeSending>;
  /** Checks a code that the backend has sent. */
  checkCode(challenge: string, code: Secret, request: BackendRequest): Promise<boolean>;
}

/** The backend has sent a code, to be checked against its challenge; or it leaves both to us. */
export type CodeSending =
  | { readonly challenge: string }
  /** The number on file, E.164. */
  | { readonly destination: Secret };

/** A text message with a code of ours. */
export interface CodeMessage {
  /** E.164. */
  readonly to: Secret;
  readonly code: Secret;
  /** The whole message as the customer shall read it, the code in it. */
  readonly text: Secret;
  readonly locale: Locale;
  /** Name of the line. */
  readonly line: string;
  /** Our call id. */
  readonly call: string;
  /** Seconds for which the code is good. */
  readonly ttlSeconds: number;
}

/** Sends text messages, where the backend leaves that to us. */
export interface SmsSender {
  /**
   * Done when the message was taken over for sending. Anything else, a late answer included, is an `IvrFault`
   * with code `IVR_SMS_UNAVAILABLE`; it may have been sent all the same, and is not sent again.
   */
  send(message: CodeMessage, signal: AbortSignal): Promise<void>;
}

/** Our own one-time codes, shared by all workers on one store. What a code is good for is in its digest. */
export interface CodeStore {
  /** Keeps a code for `ttlMs`, with so many submissions. */
  keep(code: {
    readonly challenge: string;
    readonly digest: Uint8Array;
    readonly ttlMs: number;
    readonly submissions: number;
  }): Promise<void>;
  /**
   * Counts one submission, in one atomic step, and answers the digest to compare with; null where nothing can
   * be right any more: unknown, expired, consumed, or all submissions used.
   */
  submit(challenge: string): Promise<Uint8Array | null>;
  /** Consumes the code, in one atomic step: true for one caller, once; false for everybody else. */
  consume(challenge: string): Promise<boolean>;
  /** Makes a code void. */
  revoke(challenge: string): Promise<void>;
}

/** When an account has no tries left (docs/verification.md). */
export interface LockOutPolicy {
  /** Failed tries in `hardMs` from which on each further one is followed by a wait. */
  readonly softAfter: number;
  /** First wait; it doubles with each failed try. */
  readonly softMs: number;
  /** Longest of these waits. */
  readonly softLongestMs: number;
  /** Failed tries in `hardMs` from which on there are none left for `hardMs`, counted from the last one. */
  readonly hardAfter: number;
  readonly hardMs: number;
}

/** What is counted: checks of what somebody keyed, or codes sent. */
export type TryKind = 'check' | 'send';

/** What it was a try of; a code that was sent is one of `oneTimeCode`. */
export type TriedStep = Exclude<StepName, 'account'>;

export type Taking =
  | {
      readonly kind: 'taken';
      readonly id: string;
      /** Failed checks of calls from the same number within the last hour, this one included. */
      readonly callerFailures: number;
    }
  | { readonly kind: 'locked' };

/**
 * Tries at accounts, counted in the store: atomic, shared by all workers, and still there after a restart.
 * A tally is what one account is counted under; nothing about an account can be read off it but its `ref`.
 */
export interface TryStore {
  /**
   * Takes one try before anything is checked, in one atomic step: it counts as failed until it is settled.
   * `locked` where none is left now; then nothing was counted. The tries of all steps count together.
   */
  take(
    kind: TryKind,
    step: TriedStep,
    tally: string,
    /** Keyed hash of the calling number; null where it is withheld. */
    callerHash: string | null,
    policy: LockOutPolicy,
  ): Promise<Taking>;
  /**
   * `accepted`: it was right. `rejected`: it was wrong; it counted as that before, but now it is no longer under
   * way. `unchecked`: nobody can say, so it counts neither way.
   */
  settle(id: string, outcome: 'accepted' | 'rejected' | 'unchecked'): Promise<void>;
  /** Whether this account has no check left now. Counts nothing. */
  isLocked(tally: string, policy: LockOutPolicy): Promise<boolean>;
  /**
   * Forgets what failed at an account in these steps, which its caller has proved: what failed in others may have
   * been somebody else's. Checks that nobody has settled count on; codes sent are forgotten with `oneTimeCode`. A
   * hard lock-out stays.
   */
  forgive(tally: string, steps: readonly StepName[]): Promise<void>;
  /** Checks of all calls within the last `windowMs`, those under way left out. */
  rate(windowMs: number): Promise<{ readonly checks: number; readonly failed: number }>;
}

/** A lock-out as operators see it. */
export interface LockOut {
  /** The account's `ref`, or `?…` where there is no such account. */
  readonly ref: string;
  readonly kind: 'soft' | 'hard';
  readonly failures: number;
  /** ISO 8601, UTC. */
  readonly until: string;
}

/** Somebody cleared a lock-out. */
export interface LockClearing {
  readonly ref: string;
  readonly reason: string;
  /** User of the operating system who did it. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Lock-outs as operators deal with them. */
export interface LockBook {
  list(policy: LockOutPolicy): Promise<readonly LockOut[]>;
  /** Gives the account all its tries back and notes who did it and why; false where it has no failed try. */
  clear(clearing: Pick<LockClearing, 'ref' | 'reason' | 'by'>): Promise<boolean>;
  /** All that were cleared, oldest first. */
  clearings(): AsyncIterable<LockClearing>;
}

/** A record with its place in the chain (docs/records.md). */
export type ChainedRecord = CallRecord & {
  /** `hash` of the record before; `GENESIS` for the first. */
  readonly prev: string;
  /** `recordHash(prev, record)`. */
  readonly hash: string;
};

/** A call whose worker was lost. */
export interface OrphanedCall {
  readonly id: string;
  /** How many workers have had it, the one included that takes it over. */
  readonly generation: number;
  /** What its record was to be. */
  readonly ifLost: CallRecord;
  readonly note: Uint8Array;
  /** How long ago its worker noted that, by the store's clock. */
  readonly notedAgoMs: number;
}

/** Call records: append-only, each chained to the one before. */
export interface RecordStore {
  /**
   * Notes that a call has begun, so that it gets a record whatever becomes of this process: `ifLost`, with the
   * time of finding it as its end. Said again, the newer one replaces it. Where the worker lives, `append` takes
   * its place; a call that has its record, or that another worker has taken over, stays as it is. `note` is for
   * whoever goes on with the call: sealed, and none where nobody can.
   */
  begin(ifLost: CallRecord, note?: Uint8Array): Promise<void>;
  /**
   * Keeps the record for good, at the end of the chain, and answers true, when said again too. False: another
   * worker thought this one lost and has the call now, or has kept a record of it; nothing was changed.
   */
  append(record: CallRecord): Promise<boolean>;
  /**
   * Says that this worker lives, for the next `leaseMs`; then keeps the records of calls of workers that live no
   * more and that nobody has gone on with, unless this one was late itself within the last `leaseMs`: whatever
   * kept it may have kept them. Answers those that it kept.
   */
  beat(workerId: string, leaseMs: number): Promise<readonly CallRecord[]>;
  /**
   * Takes over calls with a note of workers that live no more, `most` at once: from now on they are this
   * worker's, and nobody else's. None where it was late itself lately and the store may have been away.
   */
  takeOver(workerId: string, leaseMs: number, most: number): Promise<readonly OrphanedCall[]>;
  /** Which of these calls another worker has now, or has kept the record of. */
  takenOver(workerId: string, calls: readonly string[]): Promise<readonly string[]>;
  /** Whether a call other than this one runs, or has lately ended, that is the same SIP call. Reads many records. */
  isBegunBefore(call: string, sipCallId: string): Promise<boolean>;
  /** As if this call had never begun: it gets no record. Its record, where there is one, stays. */
  forget(call: string): Promise<void>;
  /** Records by their places (`seq`: from 1, without a gap); all, or those after `afterSeq`. */
  list(afterSeq?: number): AsyncIterable<ChainedRecord & { readonly seq: number }>;
  /** Throws when the store cannot be used, or its chain not be appended to. */
  ping(): Promise<void>;
}

/** A signed statement that the chain was so long, and ended so. */
export interface Seal {
  /** Place of the last record it covers, from 1. */
  readonly seq: number;
  /** `hash` of that record. */
  readonly hash: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The statement itself, a compact JWS (`src/records/seal.ts`). */
  readonly jws: string;
  /** Whether the records up to this one were purged: the chain begins after it. */
  readonly purged: boolean;
}

/** The chain as auditors deal with it. */
export interface RecordChain {
  /** Place and hash of the last record, or of the last one purged; null where there never was one. */
  head(): Promise<{ readonly seq: number; readonly hash: string } | null>;
  /** All seals, in the order of their places. */
  seals(): AsyncIterable<Seal>;
  /** The last one of these; null where there is none. */
  newestSeal(): Promise<Seal | null>;
  /**
   * The first record after place `afterSeq` and up to `upToSeq` beside which the store notes another id or end
   * than the record itself says; null where there is none. These notes are not hashed.
   */
  mislabelled(
    afterSeq: number,
    upToSeq: number,
  ): Promise<{ readonly seq: number; readonly id: string | null } | null>;
  /** Keeps a seal. One of the same place and kind changes nothing. */
  keepSeal(seal: Seal): Promise<void>;
  /**
   * Removes the longest beginning of the chain that ended before `before` (ISO 8601) by what the records
   * themselves say; one that cannot be read ends it. Piece by piece, so that others can write meanwhile: has `sign`
   * make a seal of each piece, and removes it together with keeping that seal, in one transaction. Answers how
   * many records went in all. Where it rejects, whole pieces may be gone, each under its seal.
   */
  purge(
    before: string,
    sign: (last: { readonly seq: number; readonly hash: string }) => Promise<Seal>,
  ): Promise<number>;
}

/** Upstream tokens that were used, until they expire: shared by all workers on one store. */
export interface UsedTokens {
  /**
   * Whether this is the first use of the token `jti` of `issuer`; remembers it until `expiresAt` (ms since
   * 1970), in one atomic step. Rejects with `IVR_STORE_UNAVAILABLE` when that cannot be known.
   */
  firstUse(issuer: string, jti: string, expiresAt: number): Promise<boolean>;
}
