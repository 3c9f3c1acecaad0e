// A chart of one's own, made of two of ours: whoever is on a list goes to an operator at once, all others to the
// general desk; nobody is verified. Run it: node examples/own-chart.ts, then eight digits; 31415926 is on the list.

import { assign, createActor, setup, toPromise } from 'xstate';
import type { Collected } from '../src/machines/collect-digits.machine.ts';
import { openCall } from './own-chart/call.ts';

const AT_ONCE = new Set(['31415926']);
const { charts, desks, inspect, line, rules, terminal } = await openCall();

function deskFor(result: Collected): string {
  const isAtOnce = result.kind === 'entered' && AT_ONCE.has(result.entry.reveal());
  return isAtOnce ? 'operator' : 'general';
}

const sorting = setup({
  types: { context: {} as { desk: string | null }, events: {} as { type: 'caller.hungUp' } },
  actors: { collectDigits: charts.collectDigits, handOff: charts.handOff },
}).createMachine({
  id: 'sorting',
  context: { desk: 'general' },
  output: ({ context }) => context.desk,
  on: { 'caller.hungUp': '.over' },
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'collectDigits',
        input: { prompt: ['enter-account'], rules, commands: {}, fresh: false, again: false },
        onDone: {
          actions: assign({ desk: ({ event }) => deskFor(event.output) }),
          target: 'handingOver',
        },
      },
    },
    handingOver: {
      invoke: {
        src: 'handOff',
        input: ({ context: { desk } }) => ({
          desk: desk ?? '',
          desks,
          comfort: ['connecting'],
          proof: { auth: 'none', amr: [], ref: null },
        }),
        onDone: { actions: assign({ desk: ({ event }) => event.output.desk }), target: 'over' },
      },
    },
    over: { type: 'final' },
  },
});

terminal.connect(line.phone);
await line.answer(AbortSignal.timeout(10_000));
const actor = createActor(sorting, { inspect });
void line.ended.then(() => actor.send({ type: 'caller.hungUp' }));
terminal.say(`Handed over: ${(await toPromise(actor.start())) ?? 'to nobody'}.`);
await line.leave();
terminal[Symbol.dispose]();
