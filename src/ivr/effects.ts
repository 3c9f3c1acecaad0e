// Where the charts' asks become deeds on one call's line and at the customer's backend: the only place
// that provides a chart with actors, besides tests. Decides nothing about the flow.

import { type EventObject, fromCallback, fromPromise } from 'xstate';
import { birthDate } from '../machines/birth-date.ts';
import { callMachine } from '../machines/call.machine.ts';
import { collectDigitsMachine } from '../machines/collect-digits.machine.ts';
import { handOffMachine, type Proof } from '../machines/hand-off.machine.ts';
import type { StepPlan } from '../machines/line-plan.ts';
import { oneTimeCodeMachine } from '../machines/one-time-code.machine.ts';
import type { Secret } from '../machines/secret.ts';
import { type Subject, stepMachine, type Verdict } from '../machines/step.machine.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import { IvrFault } from './fault.ts';
import type { Keypad } from './keypad.ts';
import type { Backend, CallerLine, TransferOutcome } from './ports.ts';

/** Value of the Reason header on a refused call (RFC 8688: a machine refuses; on the wire it is 486). */
const REFUSED = 'SIP;cause=608;text="Rejected"';

/** One call's means. */
export interface Means {
  readonly call: string;
  readonly lineName: string;
  readonly line: CallerLine;
  readonly keypad: Keypad;
  readonly backend: Backend;
  /** The attributes of the caller that do not change during the call. */
  readonly labels: Readonly<Record<string, string>>;
  readonly speak: (utterance: Utterance, signal: AbortSignal) => Promise<void>;
  /** The ticket for a desk, as it goes into dispatch metadata or a header. */
  readonly ticketFor: (desk: string, proof: Proof) => Promise<string>;
  /** Told of everything that was asked and failed, also where the call goes on. */
  readonly onFault: (ask: string, error: unknown) => void;
}

/** The call chart with its effects on this call's line. */
export function provideCall(means: Means) {
  const { call, line, keypad, backend } = means;

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
        throw error;
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

  const step = stepMachine.provide({
    actors: {
      playPrompt,
      collectDigits,
      checkEntry: deed(
        'checkEntry',
        async (
          { subject, plan, entry }: { subject: Subject; plan: StepPlan; entry: Secret },
          signal,
        ): Promise<Verdict> => {
          try {
            return await checkEntry(backend, subject, plan, entry, { call, signal });
          } catch (error) {
            if (!isUnavailable(error)) throw error;
            if (!signal.aborted) means.onFault('checkEntry', error);
            return { kind: 'unavailable' };
          }
        },
      ),
    },
  });

  const oneTimeCode = oneTimeCodeMachine.provide({
    actors: {
      playPrompt,
      step,
      simChangedWithinHours: deed('simChangedWithinHours', ({ ref }: { ref: string }, signal) =>
        backend.simChangedWithinHours(ref, { call, signal }),
      ),
      sendCode: deed('sendCode', ({ ref }: { ref: string }, signal) =>
        backend.sendCode(ref, means.lineName, { call, signal }),
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
              ...means.labels,
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
      step,
      oneTimeCode,
      handOff,
      refuse: deed('refuse', (_, signal) => line.refuse(REFUSED, signal)),
      answer: deed('answer', (_, signal) => line.answer(signal)),
      hangUp: deed('hangUp', (_, signal) => line.hangUp(signal)),
    },
  });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof IvrFault && error.code === 'IVR_BACKEND_UNAVAILABLE';
}

async function checkEntry(
  backend: Backend,
  subject: Subject,
  plan: StepPlan,
  entry: Secret,
  request: { readonly call: string; readonly signal: AbortSignal },
): Promise<Verdict> {
  switch (subject.step) {
    case 'account': {
      const account = await backend.lookup(entry, request);
      return account.ref === null ? { kind: 'unknown' } : { kind: 'accepted', account };
    }
    case 'oneTimeCode':
      return verdict(await backend.checkCode(subject.challenge, entry, request));
    case 'passcode':
    case 'birthDate': {
      const value = plan.step === 'birthDate' ? birthDate(entry, plan.order) : entry;
      if (value === null || subject.ref === null) return { kind: 'rejected' };
      return verdict(await backend.checkKnowledge(subject.ref, subject.step, value, request));
    }
  }
}

function verdict(isAccepted: boolean): Verdict {
  return { kind: isAccepted ? 'accepted' : 'rejected' };
}
