// The closed words in which steps, hand-overs and calls end. Pure vocabulary: charts produce it,
// records and tickets carry it.

/** RFC 8176 words for how the caller was authenticated, plus `upstream`. */
export type Amr = 'otp' | 'sms' | 'pin' | 'kba' | 'upstream';

/**
 * `none`: nothing accepted. `identified`: identifiers accepted (account, perhaps birth date), which are
 * no factors. `verified`: every step of the line and a factor among them. `failed`: tries used up, or locked.
 */
export type Auth = 'none' | 'identified' | 'verified' | 'failed';

export type StepName = 'account' | 'passcode' | 'birthDate' | 'oneTimeCode';

/**
 * How a step ended. `notPossible`: no code may be sent to this account (no phone on file, SIM changed).
 * `unknown`: there is no such account, and the caller was not told so. `faulted`: a component of ours
 * broke. `lockedOut`: the account has no tries left for now, whoever calls. `storeLost`: tries could not be
 * counted, so nothing was checked. `hungUp`, `abandoned`: the call ended while the step was under way.
 * `stranger`: somebody else was in the room, so that nothing more was collected.
 * `dropped`: not asked, for the verdict on the calling number. `upstream`: proven before the call came to us.
 */
export const STEP_OUTCOMES = [
  'accepted',
  'unknown',
  'tooManyTries',
  'lockedOut',
  'noInput',
  'unavailable',
  'storeLost',
  'notPossible',
  'operator',
  'stranger',
  'faulted',
  'hungUp',
  'abandoned',
  'dropped',
  'upstream',
] as const;
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

const ENDINGS = {
  'handed-off': 'success',
  'screened-out': 'caller',
  'hung-up': 'caller',
  'no-input': 'caller',
  'too-many-tries': 'caller',
  'locked-out': 'caller',
  'call-limit': 'caller',
  'backend-unavailable': 'backend',
  'no-line': 'platform',
  'desk-unavailable': 'platform',
  'transfer-failed': 'platform',
  stranger: 'platform',
  draining: 'platform',
  'worker-lost': 'platform',
  'livekit-lost': 'platform',
  'store-lost': 'platform',
  fault: 'platform',
  'transfer-unknown': 'unknown',
} as const;

export type EndingReason = keyof typeof ENDINGS;

export const ENDING_REASONS = Object.keys(ENDINGS) as readonly EndingReason[];

/** How a call ended: exactly one per call. */
export interface Ending {
  readonly result: (typeof ENDINGS)[EndingReason];
  readonly reason: EndingReason;
}

export function ending(reason: EndingReason): Ending {
  return { result: ENDINGS[reason], reason };
}

/** Which `amr` words an accepted step proves; account and birth date are identifiers, not factors. */
export const AMR_OF_STEP = {
  account: [],
  birthDate: ['kba'],
  passcode: ['pin'],
  oneTimeCode: ['otp', 'sms'],
} as const satisfies Record<StepName, readonly Amr[]>;

/** The same for a step that an upstream system proves: how a code was sent there is not known here. */
export const AMR_OF_PROVEN_STEP = {
  account: ['upstream'],
  birthDate: ['kba', 'upstream'],
  passcode: ['pin', 'upstream'],
  oneTimeCode: ['otp', 'upstream'],
} as const satisfies Record<StepName, readonly Amr[]>;

/** Steps whose acceptance is an authentication factor (NIST SP 800-63B: identifiers are none). */
export const FACTORS: ReadonlySet<StepName> = new Set(['passcode', 'oneTimeCode']);
