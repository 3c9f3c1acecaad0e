// The rules T1 to T3 on every generated path of a call that another worker has lost.

import type { CallResult } from '../../../src/machines/call.machine.ts';
import type { OneTimeCodeInput } from '../../../src/machines/one-time-code.machine.ts';
import type { StepInput } from '../../../src/machines/step.machine.ts';
import type { Explored } from './chart-paths.ts';
import { asksOf, at, chartOf, wrong } from './path-evidence.ts';
import type { Path } from './paths.ts';
import { resumptionOf } from './resumed-calls.ts';
import type { Judges } from './rules.ts';

const SORRY = 'sorry-for-the-pause';

export const RESUMPTION_PATH_JUDGES: Judges<Explored> = {
  T1: (explored) => [
    ...wrong(
      resumedPaths(explored).filter(hasFailed),
      ({ end }) => (end.output as CallResult).auth === 'failed',
      ({ end }) => `who has failed may begin anew: ${at(end)}`,
    ),
    ...wrong(
      resumedPaths(explored).filter((path) => resumptionOf(path.input)?.progress === null),
      ({ steps }) => steps[0]?.to.context.accepted.length === 0,
      ({ end }) => `accepted without having been asked: ${at(end)}`,
    ),
  ],

  T2: (explored) =>
    wrong(
      resumedPaths(explored),
      countsOn,
      ({ end, input }) => `${JSON.stringify(resumptionOf(input)?.tried)} forgotten: ${at(end)}`,
    ),

  T3: (explored) => [
    ...wrong(
      resumedPaths(explored),
      ({ steps }) => steps.every((step) => asksOf(step, 'screen').length === 0),
      ({ end }) => `screened again: ${at(end)}`,
    ),
    ...wrong(
      resumedPaths(explored).filter(({ end }) => end.output.ending.reason !== 'call-limit'),
      (path) => firstWords(path).every((word, i) => (word === SORRY) === (i === 0)),
      (path) => `begins with ${firstWords(path).join(' ')}`,
    ),
  ],
};

function resumedPaths(explored: Explored): readonly Path[] {
  return chartOf(explored, 'call').simple.filter(({ input }) => resumptionOf(input) !== undefined);
}

const hasFailed = ({ input }: Path) => resumptionOf(input)?.progress?.auth === 'failed';

/** Whether each step begins with the tries and codes of the worker before, and none with no tries left. */
function countsOn({ input, steps }: Path): boolean {
  const { tried = {}, code = null } = resumptionOf(input) ?? {};
  const knowledge = steps.flatMap((step) => asksOf(step, 'step')) as StepInput[];
  const codes = steps.flatMap((step) => asksOf(step, 'oneTimeCode')) as OneTimeCodeInput[];
  return (
    [...knowledge, ...codes].every(
      (begun) => begun.tried === (tried[begun.plan.step] ?? 0) && begun.tried < begun.plan.tries,
    ) && codes.every((begun) => begun.code === code)
  );
}

/** What is said first of all, in whichever chart; nothing where the call has ended before. */
function firstWords({ steps }: Path): readonly string[] {
  for (const { asks } of steps)
    for (const { input } of asks) {
      const { utterance, opening, prompt, comfort } = (input ?? {}) as Record<string, string[]>;
      const words = utterance ?? comfort ?? (opening && [...opening, ...(prompt ?? [])]) ?? prompt;
      if (words !== undefined) return words;
    }
  return [];
}
