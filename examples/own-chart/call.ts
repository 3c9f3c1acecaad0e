// What own-chart.ts runs on: a caller's line in this process, with the terminal as its phone, and the deeds that the
// charts ask for. Over LiveKit the line would be that of `joinCallerLine`; all else stays.

import { loadEdition } from '../../src/commands/edition.ts';
import { createSimulatedLine, simulatedCaller } from '../../src/console/simulated-line.ts';
import { openTerminal } from '../../src/console/terminal.ts';
import { provideEntry, provideHandOff } from '../../src/ivr/chart-effects.ts';
import { createKeypad } from '../../src/ivr/keypad.ts';
import { ALONE } from '../../src/ivr/lease.ts';
import { shown } from '../../src/ivr/observation.ts';
import { watchPrivacy } from '../../src/ivr/privacy.ts';
import { followCharts } from '../../src/ivr/transitions.ts';
import type { Utterance } from '../../src/prompts/catalogue.ts';

/** Desks, recordings and the rules of an entry are those of the demo's line `frontdesk`. */
const NUMBER = '+15105550101';

export async function openCall() {
  const edition = await loadEdition('tonegate.yaml');
  const plan = edition.planFor(NUMBER);
  const [step] = plan !== null && 'steps' in plan.route ? plan.route.steps : [];
  if (plan === null || step === undefined) throw new Error('tonegate.yaml is not the demo');
  const recordings = edition.recordingsFor(plan);
  const line = createSimulatedLine({
    clock: { setTimeout, clearTimeout },
    caller: simulatedCaller(NUMBER, '+15551230000'),
    desk: () => 800,
    transfer: () => ({ outcome: 'failed', afterMs: 0 }),
  });
  const terminal = openTerminal(process.stdin, process.stdout);
  const keypad = createKeypad({
    now: () => performance.now(),
    onDropped: () => terminal.say('Too many keys wait.'),
  });
  line.onKey((key) => keypad.press(key));
  const means = {
    line,
    keypad,
    privacy: watchPrivacy(line, (kind) => terminal.say(`Somebody is in the room: ${kind}.`)),
    lease: ALONE,
    call: 'example',
    lineName: plan.name,
    labels: () => ({}),
    // Desks that are to believe anything need a ticket: src/commands/ticket-issuer.ts.
    ticketFor: async () => '',
    onFault: (ask: string) => terminal.say(`Failed: ${ask}.`),
    speak(words: Utterance, signal: AbortSignal) {
      terminal.watch({ type: 'prompt.began', ...shown(words, 'en', recordings) });
      return line.play(recordings.clips(words, 'en'), signal);
    },
  };
  const { inspect } = followCharts(
    ({ machine, to }) => terminal.watch({ type: 'state.entered', machine, state: to }),
    (tries) => terminal.watch({ type: 'step.tried', ...tries }),
  );
  const charts = { ...provideEntry(means), handOff: provideHandOff(means) };
  return { line, terminal, inspect, charts, rules: step.rules, desks: plan.desks };
}
