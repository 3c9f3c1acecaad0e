// How fast the charts are: whole verified calls on a virtual clock, every question answered at once. What remains is
// XState's work, and what whoever follows the charts adds to it.

import { pino } from 'pino';
import { createActor, type InspectionEvent } from 'xstate';
import { followTimers } from '../../src/ivr/timers.ts';
import { followCharts } from '../../src/ivr/transitions.ts';
import { NOTHING_FOUND } from '../../test/machines/dialling.ts';
import { createDrive } from '../../test/machines/drive.ts';
import { BANK, KNOWN, SENT, TODAY } from '../../test/machines/lines.ts';

export interface ChartSpeed {
  readonly what: string;
  readonly perSecond: number;
  readonly microseconds: number;
}

const WARM_UPS = 100;
const CALLS = 400;
/** Each way is measured so often, in turn; the fastest counts, for the machine does other things too. */
const ROUNDS = 3;

type Inspect = (event: InspectionEvent) => void;

/** Ways to follow a call's charts: nobody, as a worker does, and with its log at `debug`. */
const WAYS: readonly { readonly what: string; readonly inspect: () => Inspect | undefined }[] = [
  { what: 'charts alone', inspect: () => undefined },
  { what: 'and followed, log at info (as a worker)', inspect: () => following('info') },
  { what: 'and followed, log at debug', inspect: () => following('debug') },
];

function following(level: 'info' | 'debug'): Inspect {
  const log = pino({ level }, { write: () => undefined });
  const charts = followCharts(
    (transition) => log.debug(transition, 'transition'),
    () => undefined,
  );
  const timers = followTimers(
    { onBegan: () => undefined, onEnded: () => undefined },
    new Set(['roomWatch']),
  );
  return (event) => {
    charts.inspect(event);
    timers(event);
  };
}

export function measureCharts(): readonly ChartSpeed[] {
  const transitions = transitionsOfACall();
  const best = WAYS.map(() => Number.POSITIVE_INFINITY);
  for (let n = 0; n < WARM_UPS; n += 1) wholeCall(undefined);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, { inspect }] of WAYS.entries()) {
      const began = performance.now();
      for (let n = 0; n < CALLS; n += 1) wholeCall(inspect());
      best[i] = Math.min(best[i]!, performance.now() - began);
    }
  }
  return WAYS.map(({ what }, i) => {
    const microseconds = (best[i]! * 1000) / (CALLS * transitions);
    return { what, perSecond: 1e6 / microseconds, microseconds };
  });
}

function transitionsOfACall(): number {
  let count = 0;
  const { inspect } = followCharts(
    () => {
      count += 1;
    },
    () => undefined,
  );
  wholeCall(inspect);
  return count;
}

/** Account, birth date, code, hand-over. Throws where the call does not end as it should. */
function wholeCall(inspect: Inspect | undefined): void {
  const phone = createDrive();
  const actor = createActor(phone.charts.call, {
    clock: phone.clock,
    input: { plan: BANK, today: TODAY, floorMs: 0 },
    ...(inspect ? { inspect } : {}),
  });
  actor.start();
  phone.ask('screen').answer(NOTHING_FOUND);
  phone.ask('answer').answer();
  phone.press('31415926');
  phone.ask('checkEntry').answer({ kind: 'accepted', account: KNOWN });
  phone.press('03141979');
  phone.ask('checkEntry').answer({ kind: 'accepted' });
  phone.ask('simChangedWithinHours').answer(null);
  phone.ask('sendCode').answer(SENT);
  phone.press('123456');
  phone.ask('checkEntry').answer({ kind: 'accepted' });
  phone.ask('setAttributes').answer();
  phone.ask('bringAgent').answer();
  phone.promptEnds();
  if (phone.open().length > 0) phone.ask('lookForDesk').answer(true);
  const { status, output } = actor.getSnapshot();
  if (status !== 'done' || output?.ending.reason !== 'handed-off') {
    throw new Error(
      `the call of the bench is ${status}, waiting for ${phone.open().map(({ port }) => port)}`,
    );
  }
}
