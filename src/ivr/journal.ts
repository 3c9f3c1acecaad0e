// Writes down one call while it runs and makes its record at the end. Promises that nothing a caller
// keyed and no full number enters a record.

import type { CallNotice, CallResult } from '../machines/call.machine.ts';
import type { LinePlan } from '../machines/line-plan.ts';
import { type EndingReason, ending, type StepName, type StepOutcome } from '../machines/outcome.ts';
import type { Secret } from '../machines/secret.ts';
import { nothing } from '../screening/verdict.ts';
import type { BegunCall, LostCall } from './begun-call.ts';
import type { CallRecord, ScreeningEntry, StepEntry } from './call-record.ts';
import type { CallWorld, Edition } from './call-world.ts';
import type { CallerFacts, DeskHere } from './ports.ts';
import type { UpstreamNote } from './upstream.ts';

/** A call that was over before it could be screened. */
const UNSCREENED = {
  ...nothing('none'),
  action: 'accept',
  wouldBe: null,
  rule: 'undecided',
} as const satisfies Omit<ScreeningEntry, 'upstream'>;

/** How a step ended that was under way when the call did; any other ending abandons it. */
const OUTCOME_OF_ENDING: Partial<Record<EndingReason, StepOutcome>> = {
  'hung-up': 'hungUp',
  fault: 'faulted',
};

/** Of a call about which no chart says how it ended. */
export const UNVERIFIED = { auth: 'none', amr: [], handOff: null } as const satisfies Omit<
  CallResult,
  'ending'
>;

/** What is known of a call from its beginning. A call nobody was there for has no caller. */
interface Beginning {
  readonly id: string;
  readonly caller: CallerFacts | null;
  readonly plan: LinePlan | null;
  /** What the call goes by. */
  readonly edition: Edition;
  /** What the worker has left that had the call before; null: none had it. */
  readonly before?: CallRecord | null;
}

export interface Journal {
  /** Whether the caller has been able to hear us. */
  readonly isAnswered: boolean;
  /** Takes down what the call chart tells. */
  note(notice: CallNotice): void;
  /** Takes down what an upstream token is worth before the chart has used it. */
  noteUpstream(note: UpstreamNote): void;
  /** The call's record if it ended so now. `triesUnderWay`: tries of a step that has not ended. */
  record(result: CallResult, triesUnderWay: number): CallRecord;
}

export function openJournal(
  { id, caller, plan, edition, before = null }: Beginning,
  world: CallWorld,
): Journal {
  const startedAt = before?.startedAt ?? isoTime(world.now());
  const steps: StepEntry[] = endedSteps(before);
  let { upstream, ...screening }: ScreeningEntry = before?.screening ?? {
    ...UNSCREENED,
    upstream: null,
  };
  let answeredAt: string | null = before?.answeredAt ?? null;
  let underWay: { readonly step: StepName; readonly since: number } | null = null;
  let handOffSince: number | null = null;
  let handOffMs: number | null = null;

  const msSince = (moment: number) => Math.round(world.monotonic() - moment);

  const stepEntry = (step: StepName, outcome: StepOutcome, tries: number): StepEntry => ({
    step,
    outcome,
    tries,
    ms: underWay === null ? 0 : msSince(underWay.since),
  });

  /** The step under way, where the call ends for this reason. */
  function brokenOff(reason: EndingReason, tries: number): readonly StepEntry[] {
    if (underWay === null) return [];
    return [stepEntry(underWay.step, OUTCOME_OF_ENDING[reason] ?? 'abandoned', tries)];
  }

  function handOffEntry(result: CallResult['handOff']): CallRecord['handoff'] {
    if (result?.kind == null || handOffSince === null) return null;
    return { kind: result.kind, outcome: result.outcome, ms: handOffMs ?? msSince(handOffSince) };
  }

  function record({ ending, auth, amr, handOff }: CallResult, triesUnderWay: number): CallRecord {
    const number = caller?.number ?? null;
    return {
      id,
      sipCallId: caller?.sipCallId ?? null,
      inviteCallId: caller?.inviteCallId ?? null,
      line: plan?.name ?? null,
      dialled: caller?.dialled ?? null,
      callerHash: number === null ? null : world.hashes.number(number),
      callerLast2: number === null ? null : lastTwo(number),
      trunk: caller === null ? null : world.trunkName(caller),
      ruleId: caller?.ruleId ?? null,
      startedAt,
      answeredAt,
      endedAt: isoTime(world.now()),
      screening: { ...screening, upstream },
      steps: [...steps, ...brokenOff(ending.reason, triesUnderWay)],
      auth,
      amr,
      desk: handOff?.desk ?? null,
      handoff: handOffEntry(handOff),
      ending,
      resumed: before !== null,
      promptVersion: edition.recordingsFor(plan).version,
      flowVersion: edition.flowVersion(plan),
      workerId: world.workerId,
    };
  }

  return {
    get isAnswered() {
      return answeredAt !== null;
    },
    note(notice) {
      switch (notice.type) {
        case 'call.screened':
          screening = { ...notice.evidence, ...notice.decision };
          break;
        case 'upstream.judged':
          upstream = notice.as;
          break;
        case 'call.answered':
          answeredAt ??= isoTime(world.now());
          break;
        case 'step.began':
          underWay = { step: notice.step, since: world.monotonic() };
          break;
        case 'step.ended':
          steps.push(stepEntry(notice.step, notice.outcome, notice.tries));
          underWay = null;
          break;
        case 'handOff.began':
          handOffSince = world.monotonic();
          break;
        case 'handOff.ended':
          handOffMs = handOffSince === null ? null : msSince(handOffSince);
          break;
      }
    },
    noteUpstream(note) {
      upstream = note;
    },
    record,
  };
}

/** Keeps the record of a call whose caller was gone before the line could be joined. */
export async function recordLostCall(
  { id, keeping, before }: BegunCall,
  world: CallWorld,
  reason: 'hung-up' | 'livekit-lost' | 'worker-lost',
): Promise<void> {
  const record = {
    ...(before?.record ?? recordOfNobody(id, world, reason)),
    endedAt: isoTime(world.now()),
    ending: ending(reason),
    resumed: before !== null,
    workerId: world.workerId,
  };
  world.measure({ type: 'call.missed', record });
  await keeping.keep(record);
}

/** Keeps the record of a call whose worker was lost when the desk had come already: there is nothing to go on with. */
export async function recordTakenCall(
  { keeping, before }: BegunCall & { readonly before: LostCall },
  world: CallWorld,
  { desk, auth, amr }: DeskHere,
): Promise<void> {
  const record = {
    ...before.record,
    steps: endedSteps(before.record),
    // What the desk was told: the worker may have died before it could note as much.
    auth,
    amr,
    desk,
    handoff: { kind: 'agent', outcome: 'succeeded', ms: before.notedAgoMs },
    endedAt: isoTime(world.now()),
    ending: ending('handed-off'),
    resumed: true,
    workerId: world.workerId,
  } as const;
  world.measure({ type: 'call.missed', record });
  await keeping.keep(record);
}

/** The record of a call of which nothing is known but that it was to be ours. */
export function recordOfNobody(id: string, world: CallWorld, reason: EndingReason): CallRecord {
  const nobody = { id, caller: null, plan: null, edition: world.edition() };
  return openJournal(nobody, world).record({ ...UNVERIFIED, ending: ending(reason) }, 0);
}

/** Without the one that was under way: it begins again. */
function endedSteps(before: CallRecord | null): StepEntry[] {
  return [...(before?.steps ?? [])].filter(({ outcome }) => outcome !== 'abandoned');
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The last two digits of a number; null where they would be most of it, or it does not end in two. */
function lastTwo(number: Secret): string | null {
  return /\d{4,}(\d\d)$/.exec(number.reveal())?.[1] ?? null;
}
