// Whether a chart counted right on one path: tries, codes, checks. Counts by itself, from the events.

import { asksOf, endOf, kindOf, resultOf } from './path-evidence.ts';
import type { Path } from './paths.ts';
import type { Step } from './walk.ts';

const FREE = 3;
const TRIES_OF_A_CHOICE = 3;

export const COUNTED: Readonly<Record<string, (path: Path) => boolean>> = {
  /** Each mistake and each check is a try; the first doubtful or taken back entries are free. */
  step({ steps, end, input }) {
    const { tries } = (input as { plan: { tries: number } }).plan;
    let spent = 0;
    let repeated = 0;
    for (const { event, asks } of steps) {
      const kind = kindOf(event) ?? '';
      if (/^(doubtful|reentered)$/.test(kind)) repeated += 1;
      if (
        /^(noInput|tooShort|tooLong|noSuchDate|mistyped|unconfirmed|accepted|rejected|unknown|lockedOut|unavailable|storeLost)$/.test(
          kind,
        )
      )
        spent += 1;
      const used = spent + Math.max(0, repeated - FREE);
      if (asksOf({ asks }, 'collectDigits').length > 0 && used >= tries) return false;
      if (used > tries) return false;
    }
    const used = spent + Math.max(0, repeated - FREE);
    const isSilent = endOf(end)?.kind === 'noInput';
    return endOf(end)?.tried === (isSilent ? used - 1 : used);
  },

  /** No more codes than allowed, each counted; a new code gives no new tries. */
  oneTimeCode({ steps, end, input }) {
    const { sends } = (input as { plan: { sends: number } }).plan;
    let tried = 0;
    for (const { event, asks } of steps) {
      if (event.type === 'xstate.done.actor.step') tried = resultOf(event)?.tried ?? 0;
      const entries = asksOf({ asks }, 'step') as { tried: number }[];
      if (entries.some((entry) => entry.tried !== tried)) return false;
    }
    const isSent = (step: Step) => asksOf(step, 'sendCode').length > 0;
    return steps.filter(isSent).length <= sends && endOf(end)?.tried === tried;
  },

  /** One check at most, and told. */
  verifyEntry({ steps, end, input }) {
    const { tried } = input as { tried: number };
    const checks = steps.flatMap((step) => asksOf(step, 'checkEntry')).length;
    return checks <= 1 && endOf(end)?.tried === tried + checks;
  },

  choice({ steps }) {
    let spent = 0;
    let doubtful = 0;
    for (const { event, asks } of steps) {
      const kind = kindOf(event);
      if (kind === 'doubtful') doubtful += 1;
      else if (kind !== null && kind !== 'command') spent += 1;
      const used = spent + Math.max(0, doubtful - FREE);
      if (asksOf({ asks }, 'collectDigits').length > 0 && used >= TRIES_OF_A_CHOICE) return false;
    }
    return true;
  },
};
