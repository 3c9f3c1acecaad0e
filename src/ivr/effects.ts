// Where the charts' asks become deeds on one call's line and in its verification: the only place
// that provides a chart with actors, besides tests. Decides nothing about the flow.

import { type EventObject, fromCallback, fromPromise } from 'xstate';
import { callMachine, type Screened } from '../machines/call.machine.ts';
import { choiceMachine } from '../machines/choice.machine.ts';
import { collectDigitsMachine } from '../machines/collect-digits.machine.ts';
import { handOffMachine, type Proof } from '../machines/hand-off.machine.ts';
import { oneTimeCodeMachine, type SendQuestion } from '../machines/one-time-code.machine.ts';
import type { Secret } from '../machines/secret.ts';
import { stepMachine } from '../machines/step.machine.ts';
import {
  type AccountHandle,
  type CheckQuestion,
  verifyEntryMachine,
} from '../machines/verify-entry.machine.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import type { Keypad } from './keypad.ts';
import type { CallerLine, TransferOutcome } from './ports.ts';
import type { Verifier } from './verification/verifier.ts';

/** One call's means. */
export interface Means {
  readonly call: string;
  readonly lineName: string;
  readonly line: CallerLine;
  readonly keypad: Keypad;
  readonly verifier: Verifier;
  /** The attributes of the caller that do not change once it has been screened. */
  readonly labels: () => Readonly<Record<string, string>>;
  readonly screen: (signal: AbortSignal) => Promise<Screened>;
  /** Value of the Reason header of a refused call; on the wire it is a 486. */
  readonly refusalReason: string;
  readonly speak: (utterance: Utterance, signal: AbortSignal) => Promise<void>;
  /** The ticket for a desk, as it goes into dispatch metadata or a header. */
  readonly ticketFor: (desk: string, proof: Proof) => Promise<string>;
  /** Told of everything that was asked and failed, also where the call goes on. */
  readonly onFault: (ask: string, error: unknown) => void;
}

/** The call chart with its effects on this call's line. */
export function provideCall(means: Means) {
  const { call, line, keypad, verifier } = means;

  /** A deed in answer to an ask. What fails is told, unless nobody wants it any more. */
  function deed<Answer, Question = undefined>(
    ask: string,
    act: (question: Question, signal: AbortSignal) => Promise<Answer>,
  ) {
    return fromPromise<Answer, Question>(async ({ input, signal }) => {
      try {
        return await act(input, signal);
      } catch (error) {
        if (!signal.aborted) means.onFault(ask, error);
        // Charts can be inspected, and what somebody else's error says may be anything.
        throw new Error(`${ask} failed`);
      }
    });
  }

  const playPrompt = deed('playPrompt', ({ utterance }: { utterance: Utterance }, signal) =>
    means.speak(utterance, signal),
  );

  const collectDigits = collectDigitsMachine.provide({
    actors: {
      playPrompt,
      keypad: fromCallback<EventObject, { dropWaiting: boolean }>(({ input, sendBack }) => {
        if (input.dropWaiting) keypad.dropWaiting();
        return keypad.open(sendBack);
      }),
    },
    actions: { dropWaitingKeys: () => keypad.dropWaiting() },
  });

  const choice = choiceMachine.provide({ actors: { collectDigits } });

  const verifyEntry = verifyEntryMachine.provide({
    actors: {
      playPrompt,
      choice,
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

  const handOff = handOffMachine.provide({
    actors: {
      playPrompt,
      setAttributes: deed(
        'setAttributes',
        ({ desk, proof }: { desk: string; proof: Proof }, signal) =>
          line.setAttributes(
            {
              ...means.labels(),
              'ivr.auth': proof.auth,
              'ivr.amr': proof.amr.join(','),
              'ivr.desk': desk,
            },
            signal,
          ),
      ),
      bringAgent: deed(
        'bringAgent',
        async (
          { desk, agent, proof }: { desk: string; agent: string; proof: Proof },
          signal,
        ): Promise<void> => {
          const ticket = await means.ticketFor(desk, proof);
          const metadata = JSON.stringify({ ticket, call, line: means.lineName });
          await line.bringAgent(agent, metadata, signal);
        },
      ),
      transfer: deed(
        'transfer',
        async (
          asked: { desk: string; target: string; ringMs: number; proof: Proof },
          signal,
        ): Promise<TransferOutcome> => {
          let ticket: string;
          try {
            ticket = await means.ticketFor(asked.desk, asked.proof);
          } catch (error) {
            means.onFault('transfer', error);
            // Nothing has been asked of the caller's side: this is no unknown outcome.
            return 'failed';
          }
          const headers = { 'X-Ivr-Ticket': ticket };
          return line.transfer(asked.target, headers, asked.ringMs / 1000, signal);
        },
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
