// A call to a line, for tests of the call chart by hand.

import { createActor } from 'xstate';
import type { CallEvent, CallNotice, Screened } from '../../src/machines/call.machine.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { nothing } from '../../src/screening/verdict.ts';
import type { Drive } from './drive.ts';
import { TODAY } from './lines.ts';

/** Nothing is known of the caller. */
export const NOTHING_FOUND: Screened = { evidence: nothing('none'), upstream: null };

/** Rings; what is found out of the caller is up to the test. */
export function ringOn(
  phone: Drive,
  plan: LinePlan | null,
  { chart = phone.charts.call, floorMs = 0 } = {},
) {
  const notices: CallNotice[] = [];
  const actor = createActor(chart, {
    clock: phone.clock,
    input: { plan, today: TODAY, floorMs },
  });
  actor.on('*', (notice) => notices.push(notice));
  actor.start();
  return {
    notices,
    happens: (type: CallEvent['type']) => actor.send({ type }),
    ended: () => actor.getSnapshot().output,
    locale: () => actor.getSnapshot().context.locale,
  };
}
