// Where the asks of the charts of a call become deeds on its line and in its verification: besides
// `chart-effects.ts` the only place that provides a chart with actors, besides tests. Decides nothing about the flow.

import { callMachine, type Screened } from '../machines/call.machine.ts';
import { choiceMachine } from '../machines/choice.machine.ts';
import { oneTimeCodeMachine, type SendQuestion } from '../machines/one-time-code.machine.ts';
import type { Secret } from '../machines/secret.ts';
import { stepMachine } from '../machines/step.machine.ts';
import {
  type AccountHandle,
  type CheckQuestion,
  verifyEntryMachine,
} from '../machines/verify-entry.machine.ts';
import {
  deeds,
  type EntryMeans,
  type HandOffMeans,
  provideEntry,
  provideHandOff,
} from './chart-effects.ts';
import type { Verifier } from './verification/verifier.ts';

/** One call's means. */
export interface Means extends EntryMeans, HandOffMeans {
  readonly verifier: Verifier;
  readonly screen: (signal: AbortSignal) => Promise<Screened>;
  /** Value of the Reason header of a refused call; on the wire it is a 486. */
  readonly refusalReason: string;
}

/** The call chart with its effects on this call's line. */
export function provideCall(means: Means) {
  const { line, verifier } = means;
  const deed = deeds(means);
  const { collectDigits, roomWatch, playPrompt } = provideEntry(means);
  const handOff = provideHandOff(means);

  const choice = choiceMachine.provide({ actors: { collectDigits } });

  const verifyEntry = verifyEntryMachine.provide({
    actors: {
      playPrompt,
      choice,
      roomWatch,
      checkEntry: deed('checkEntry', (question: CheckQuestion, signal) =>
        verifier.check(question, signal),
      ),
    },
  });

  const step = stepMachine.provide({ actors: { collectDigits, verifyEntry } });

  const oneTimeCode = oneTimeCodeMachine.provide({
    actors: {
      playPrompt,
      step,
      simChangedWithinHours: deed(
        'simChangedWithinHours',
        ({ account }: { account: AccountHandle }, signal) =>
          verifier.simChangedWithinHours(account, signal),
      ),
      sendCode: deed('sendCode', (question: SendQuestion, signal) =>
        verifier.sendCode(question, signal),
      ),
    },
  });

  return callMachine.provide({
    actors: {
      playPrompt,
      choice,
      step,
      oneTimeCode,
      handOff,
      screen: deed('screen', (_, signal) => means.screen(signal)),
      lookUpCustomer: deed('lookUpCustomer', ({ customer }: { customer: Secret }, signal) =>
        verifier.lookUpCustomer(customer, signal),
      ),
      refuse: deed('refuse', (_, signal) => line.refuse(means.refusalReason, signal)),
      answer: deed('answer', (_, signal) => line.answer(signal)),
      hangUp: deed('hangUp', (_, signal) => line.hangUp(signal)),
    },
  });
}
