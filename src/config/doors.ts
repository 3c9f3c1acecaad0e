// Whether a line could lead a call to a desk that requires more than the call has proved then: by its steps,
// its menu, its operator, or for a verdict that its policy does not take.

import { AMR_OF_PROVEN_STEP, AMR_OF_STEP, type StepName } from '../machines/outcome.ts';
import {
  type ConfigFault,
  chainFrom,
  deskNamed,
  type LineOutline,
  type Outline,
  type Way,
  waysOf,
} from './outline.ts';

/** No line may lead a call, by whatever fallback, to a desk that requires more than it has proved. */
export function doorFaults({ screening, lines, desks }: Outline, i: number): ConfigFault[] {
  const line = lines[i];
  if (line === undefined) return [];
  const shut = (
    path: readonly PropertyKey[],
    first: string | undefined,
    has: readonly string[],
    because: string,
  ) =>
    chainFrom(first, desks).flatMap((name) => {
      const missing = deskNamed(desks, name)?.requires.filter((word) => !has.includes(word)) ?? [];
      if (missing.length === 0) return [];
      return {
        path: ['lines', i, ...path],
        message: `leads to desk "${name}", which requires ${missing.join(', ')}: ${because}`,
      };
    });
  return [
    ...waysOf(line).flatMap(({ path, steps, desk }) =>
      shut(
        [...path, 'desk'],
        desk,
        steps.flatMap((step) => proves(step, line)),
        isSpared(steps, line)
          ? 'a step that may be left out, or proved upstream, does not always prove that: leave out its "when", require "otp" instead of "sms", or choose another desk'
          : 'add a step that proves it, or choose another desk',
      ),
    ),
    ...shut(
      line.screening.onReject === undefined ? ['name'] : ['screening', 'onReject'],
      rejectDesk(line.screening.onReject ?? screening.onReject),
      [],
      'callers whom the policy does not take come there without any proof; choose another desk under "onReject"',
    ),
    ...shut(
      ['operator'],
      line.operator,
      [],
      'callers come to the operator without any proof; choose another desk',
    ),
  ];
}

/** What a step always proves; one that is not asked of everybody proves nothing always. */
function proves({ step, when }: Way['steps'][number], line: LineOutline): readonly string[] {
  if (when !== undefined || !Object.hasOwn(AMR_OF_STEP, step)) return [];
  const here: readonly string[] = AMR_OF_STEP[step as StepName];
  const there: readonly string[] = AMR_OF_PROVEN_STEP[step as StepName];
  return line.upstream === undefined ? here : here.filter((word) => there.includes(word));
}

function isSpared(steps: Way['steps'], { upstream }: LineOutline): boolean {
  return upstream !== undefined || steps.some(({ when }) => when !== undefined);
}

function rejectDesk(onReject: LineOutline['screening']['onReject']): string | undefined {
  return typeof onReject === 'object' ? onReject.desk : undefined;
}
