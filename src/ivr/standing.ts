// Where a call stands, kept in mind for whoever would have to go on with it: what is proved and since when, wrong
// tries, codes sent. Promises that proof older than a minute counts no more when another worker goes on.

import type { SnapshotFrom } from 'xstate';
import { standingOf } from '../machines/call/resuming.ts';
import type { CallNotice, callMachine, Resumption } from '../machines/call.machine.ts';
import type { StepName } from '../machines/outcome.ts';
import type { Challenge } from '../machines/verify-entry.machine.ts';
import type { LostCall } from './begun-call.ts';
import type { CallWorld } from './call-world.ts';

/** Steps gone through before that do not count when another worker goes on with the call. */
const PROOF_MS = 60_000;

export interface Standing {
  /** Where the call was when another worker lost it; undefined: it begins here. */
  readonly resumption: Resumption | undefined;
  /** Whether something was proved then that counts no more. */
  readonly hasLapsed: boolean;
  /** Takes down what the call chart tells. */
  note(notice: CallNotice): void;
  /** A code is about to be sent: from now on it counts, and the one before is good no more. */
  codeSending(): void;
  codeSent(challenge: Challenge): void;
  /** Where the call stands now; `triesUnderWay`: tries of a step that has not ended. */
  now(
    snapshot: SnapshotFrom<typeof callMachine>,
    triesUnderWay: number,
  ): { readonly resumption: Resumption | null; readonly proofAgeMs: number | null };
}

export function openStanding(
  before: LostCall | null,
  flowVersion: string,
  world: Pick<CallWorld, 'monotonic'>,
): Standing {
  const { monotonic } = world;
  const hasLapsed = before !== null && isLapsed(before, flowVersion);
  const resumption = before === null ? null : whatCounts(before, hasLapsed);
  let answeredAt = resumption === null ? null : monotonic() - resumption.underwayMs;
  let provedSince =
    before?.note?.proofAgeMs == null || !resumption?.progress?.position
      ? null
      : monotonic() - before.note.proofAgeMs - before.notedAgoMs;
  let tried: Partial<Record<StepName, number>> = { ...resumption?.tried };
  let code = resumption?.code ?? null;
  let underWay: StepName | null = null;

  return {
    resumption: resumption ?? undefined,
    hasLapsed,
    note(notice) {
      switch (notice.type) {
        case 'call.answered':
          answeredAt ??= monotonic();
          break;
        case 'step.began':
          underWay = notice.step;
          break;
        case 'step.ended': {
          const { step, outcome, tries } = notice;
          const isRight = outcome === 'accepted' || outcome === 'unknown';
          if (isRight || outcome === 'upstream') provedSince ??= monotonic();
          tried = { ...tried, [step]: isRight ? Math.max(0, tries - 1) : tries };
          underWay = null;
          break;
        }
      }
    },
    codeSending() {
      code = { challenge: null, sent: (code?.sent ?? 0) + 1 };
    },
    codeSent(challenge) {
      code = { challenge, sent: code?.sent ?? 1 };
    },
    now(snapshot, triesUnderWay) {
      const standing = standingOf(snapshot.context, (state) => isIn(snapshot.value, state));
      if (standing === null || answeredAt === null) return { resumption: null, proofAgeMs: null };
      return {
        resumption: {
          ...standing,
          tried: underWay === null ? tried : { ...tried, [underWay]: triesUnderWay },
          code,
          underwayMs: Math.round(monotonic() - answeredAt),
        },
        proofAgeMs: provedSince === null ? null : Math.round(monotonic() - provedSince),
      };
    },
  };
}

/** Whether something was proved too long ago, or on another line than this one has become. */
function isLapsed({ note, record, notedAgoMs }: LostCall, flowVersion: string): boolean {
  if (note?.resumption?.progress == null) return false;
  const isFresh = (note.proofAgeMs ?? 0) + notedAgoMs < PROOF_MS;
  return !isFresh || record.flowVersion !== flowVersion;
}

/** What of it counts on. */
function whatCounts({ note, notedAgoMs }: LostCall, hasLapsed: boolean): Resumption | null {
  if (note?.resumption == null) return null;
  const { resumption } = note;
  const underwayMs = resumption.underwayMs + notedAgoMs;
  if (!hasLapsed || resumption.progress === null) return { ...resumption, underwayMs };
  const { progress, code, ...rest } = resumption;
  const hasFailed = progress.auth === 'failed';
  return {
    ...rest,
    underwayMs,
    progress: hasFailed ? { ...progress, accepted: [], amr: [], position: 0 } : null,
    // It was for an account that has to be keyed again; that so many were sent counts on.
    code: code && { challenge: null, sent: code.sent },
  };
}

/** Whether a state with this path is entered: `underway.steps`. */
function isIn(value: unknown, path: string): boolean {
  const [first = '', ...rest] = path.split('.');
  if (typeof value === 'string') return value === first && rest.length === 0;
  const below = (value as Record<string, unknown>)[first];
  return below !== undefined && (rest.length === 0 || isIn(below, rest.join('.')));
}
