// What must have happened, seen from outside, for a call to end as it says it did.

import type { EndingReason } from '../../../src/machines/outcome.ts';
import {
  accepted,
  backendFaults,
  cameAt,
  checksOf,
  endedAt,
  isAcceptedOfNobody,
  notices,
  outcomes,
  overheardAt,
} from './evidence.ts';
import { actionOf } from './passage.ts';
import type { Story } from './story.ts';
import { passageOf } from './story-passage.ts';

/** A call goes on when these break. */
const CAN_DO_WITHOUT = new Set(['screen', 'lookUpCustomer']);

export const ENDED_BECAUSE: Readonly<Record<EndingReason, (story: Story) => boolean>> = {
  'handed-off': ({ asks }) => asks.some(isTaken),
  'hung-up': (story) => cameAt(story, 'caller.hungUp') >= 0,
  'livekit-lost': (story) => cameAt(story, 'call.lost') >= 0,
  draining: (story) => cameAt(story, 'call.drain') >= 0,
  'no-input': ({ log }) =>
    !log.some((happening) => happening.what === 'taken' && /\d/.test(happening.key.key)),
  'too-many-tries': (story) =>
    outcomes(story).includes('tooManyTries') ||
    (Array.isArray(story.plan?.route) && notices(story, 'step.began').length === 0),
  'call-limit': (story) => endedAt(story) >= (story.plan?.maxCallMs ?? 0),
  'backend-unavailable': (story) =>
    backendFaults(story).length > 0 ||
    story.asks.some(isSimNew) ||
    accepted(story).some(hasNoPhone),
  'screened-out': (story) => actionOf(passageOf(story)) === 'refuse',
  'no-line': ({ plan }) => plan === null,
  'desk-unavailable': ({ plan, result }) =>
    plan?.closed != null || result?.handOff?.outcome === 'failed',
  'transfer-failed': ({ result }) =>
    result?.handOff?.outcome === 'failed' && result.handOff.kind === 'transfer',
  'transfer-unknown': ({ asks }) =>
    asks.some(
      ({ port, end, answer }) =>
        port === 'transfer' && (end !== 'answered' || answer === 'unknown'),
    ),
  'locked-out': (story) => outcomes(story).includes('lockedOut'),
  stranger: (story) => overheardAt(story) >= 0,
  'store-lost': (story) => outcomes(story).includes('storeLost'),
  // Said by others of a call that this chart can say nothing of any more.
  'worker-lost': () => false,
  fault: (story) =>
    story.asks.some(
      ({ port, end }) =>
        (end === 'broke' && !CAN_DO_WITHOUT.has(port)) ||
        (end === 'left' && (port === 'answer' || port === 'findStrangers')),
    ) || checksOf(story).some(isAcceptedOfNobody),
};

const isTaken = ({ port, end, answer }: Story['asks'][number]) =>
  (port === 'lookForDesk' && end === 'answered') || (port === 'transfer' && answer === 'succeeded');

const isSimNew = ({ port, answer }: Story['asks'][number]) =>
  port === 'simChangedWithinHours' && typeof answer === 'number' && answer <= 72;

const hasNoPhone = ({ answer }: Story['asks'][number]) =>
  (answer as { account?: { otp: { available: boolean } } }).account?.otp.available === false;
