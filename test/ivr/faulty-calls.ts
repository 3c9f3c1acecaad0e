// A worker's process in which calls go wrong in ways that nobody catches, and others beside them do not. Prints how
// each call ended and what its caller heard.

import { setTimeout as sleep } from 'node:timers/promises';
import { takeUncaught } from '../../src/commands/uncaught.ts';
import type { SimulatedLine } from '../../src/console/simulated-line.ts';
import type { VirtualClock } from '../../src/console/virtual-clock.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import { manyCustomers, openSimulatedCalls, type Spoil } from '../kit/simulated-calls.ts';

function fail(): never {
  throw new TypeError('as told');
}

/** Virtual time stands still until this has really happened. */
const really = (clock: VirtualClock) => clock.outside(sleep(20));

/** Has something go wrong when the caller is first heard to press a key. */
const atFirstKey =
  (goWrong: (line: SimulatedLine, clock: VirtualClock) => void): Spoil =>
  (line, clock) => {
    let isFirst = true;
    return {
      onKey: (listener) =>
        line.onKey((key) => {
          listener(key);
          if (!isFirst) return;
          isFirst = false;
          goWrong(line, clock);
          void really(clock);
        }),
    };
  };

/** By the name of the room. */
const SPOILS: Readonly<Record<string, Spoil>> = {
  timer: (line, clock) => ({
    async play(clips, signal) {
      setTimeout(fail, 1);
      await really(clock);
      await line.play(clips, signal);
    },
  }),
  promise: (line, clock) => ({
    async setAttributes(attributes, signal) {
      void Promise.resolve().then(fail);
      await really(clock);
      await line.setAttributes(attributes, signal);
    },
  }),
  // Called from outside of the call, as the media library calls it.
  listener: atFirstKey((line) => line.phone.press('A')),
  chart: atFirstKey(() => undefined),
};

const customers = manyCustomers(8);
const rooms = [...Object.keys(SPOILS), 'well-1', 'well-2', 'well-3', 'well-4'];
const whose: string[] = [];
takeUncaught({
  log: { error: () => undefined, fatal: () => undefined },
  onFault: (of) => whose.push(of),
  replace: () => true,
});

await using calls = await openSimulatedCalls({
  customers,
  keepHeard: true,
  world: {
    observe(observation: CallObservation) {
      if (observation.room !== 'chart' || observation.type !== 'state.entered') return;
      // While its chart takes this very step.
      if (observation.machine === 'verifyEntry') fail();
    },
    measure(happening) {
      if (happening.type === 'key.ignored') fail();
    },
  },
});
await calls.serve(
  rooms.map((room, i) => ({
    room,
    customer: customers[i] ?? fail(),
    ...(SPOILS[room] && { spoil: SPOILS[room] }),
  })),
);
const ended: Record<string, unknown> = {};
for await (const { inviteCallId, ending, auth } of calls.records()) {
  ended[inviteCallId ?? ''] = { ending, auth, heard: calls.heard.get(inviteCallId ?? '') };
}
console.log(JSON.stringify({ ended, whose }));
