// Calls that another worker has lost, as they may go on here: every stage, with all that counts on.

import type { AnyMachineSnapshot } from 'xstate';
import type { CallInput } from '../../../src/machines/call/context.ts';
import type { Progress, Resumption } from '../../../src/machines/call/resuming.ts';
import type { LinePlan, Route } from '../../../src/machines/line-plan.ts';
import { nothing } from '../../../src/screening/verdict.ts';
import { BANK, CODE, FLOOR_MS, KNOWN, SENT, TODAY } from '../lines.ts';

/** The line on which they go on. */
export const RESUMED: LinePlan = { ...BANK, name: 'resumed' };

const identified: Progress = {
  position: 2,
  accepted: ['account', 'birthDate'],
  account: KNOWN,
  auth: 'identified',
  amr: ['kba'],
};
const failed: Progress = { ...identified, auth: 'failed' };
const atTheCode: Resumption = {
  stage: 'steps',
  locale: 'en',
  evidence: nothing('none'),
  decision: { action: 'accept', wouldBe: null, rule: 'none' },
  choice: null,
  hasPressed: true,
  progress: identified,
  tried: {},
  code: null,
  way: null,
  underwayMs: 20_000,
};
const away = {
  desk: 'operator',
  reason: 'too-many-tries',
  farewell: ['cannot-verify', 'goodbye'],
} as const;

const RESUMPTIONS: readonly Resumption[] = [
  { ...atTheCode, stage: 'welcome', progress: null },
  { ...atTheCode, progress: null, tried: { account: 2 } },
  atTheCode,
  { ...atTheCode, code: { challenge: SENT.challenge, sent: 1 }, tried: { oneTimeCode: 1 } },
  { ...atTheCode, tried: { oneTimeCode: CODE.tries } },
  { ...atTheCode, stage: 'handingOff', progress: failed, way: away },
  { ...atTheCode, stage: 'closing', progress: failed, way: { ...away, desk: null } },
];

export const RESUMED_INPUTS: readonly CallInput[] = RESUMPTIONS.map((resumption) => ({
  plan: RESUMED,
  today: TODAY,
  floorMs: FLOOR_MS,
  resumption,
}));

/** Where a call was when its worker was lost; undefined: it has begun here. */
export const resumptionOf = (input: unknown): Resumption | undefined =>
  (input as CallInput).resumption;

/** Whether the worker before had counted the last try at the step where the call goes on. */
export function isOutOfTries({ resumed, route, position }: AnyMachineSnapshot['context']): boolean {
  const plan = (route as Route | null)?.steps[position];
  return plan !== undefined && (resumed?.tried[plan.step] ?? 0) >= plan.tries;
}
