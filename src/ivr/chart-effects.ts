// Where the charts that know nothing of verification become deeds on one caller's line: one entry by keypad, and
// the hand-over. `effects.ts` makes whole calls of them; a chart of one's own can, too. Decides nothing about the flow.

import { type EventObject, fromCallback, fromPromise } from 'xstate';
import { collectDigitsMachine } from '../machines/collect-digits.machine.ts';
import { handOffMachine, type Proof } from '../machines/hand-off.machine.ts';
import { roomWatchMachine } from '../machines/room-watch.machine.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import type { Keypad } from './keypad.ts';
import type { Lease } from './lease.ts';
import type { CallerLine, TransferOutcome } from './ports.ts';
import type { Privacy } from './privacy.ts';

/** What anything that is asked needs. */
interface Asking {
  /** Told of everything that was asked and failed, also where the call goes on. */
  readonly onFault: (ask: string, error: unknown) => void;
  readonly lease: Pick<Lease, 'isCertain' | 'assure'>;
}

interface Speaking extends Asking {
  readonly speak: (utterance: Utterance, signal: AbortSignal) => Promise<void>;
}

export interface EntryMeans extends Speaking {
  readonly keypad: Keypad;
  readonly privacy: Privacy;
}

export interface HandOffMeans extends Speaking {
  readonly call: string;
  readonly lineName: string;
  readonly line: CallerLine;
  /** The attributes of the caller that do not change once it has been screened. */
  readonly labels: () => Readonly<Record<string, string>>;
  /** The ticket for a desk, as it goes into dispatch metadata or a header. */
  readonly ticketFor: (desk: string, proof: Proof) => Promise<string>;
}

/** A deed in answer to an ask. What fails is told, unless nobody wants it any more. */
export function deeds({ lease, onFault }: Asking) {
  return function deed<Answer, Question = undefined>(
    ask: string,
    act: (question: Question, signal: AbortSignal) => Promise<Answer>,
  ) {
    return fromPromise<Answer, Question>(async ({ input, signal }) => {
      try {
        if (!lease.isCertain()) await lease.assure();
        signal.throwIfAborted();
        const answer = await act(input, signal);
        // It may have come after this process stood still: whose call is it now?
        if (!lease.isCertain()) await lease.assure();
        return answer;
      } catch (error) {
        if (!signal.aborted) onFault(ask, error);
        // Charts can be inspected, and what somebody else's error says may be anything.
        throw new Error(`${ask} failed`);
      }
    });
  };
}

const speaking = (means: Speaking) =>
  deeds(means)('playPrompt', ({ utterance }: { utterance: Utterance }, signal) =>
    means.speak(utterance, signal),
  );

/** The chart of one entry, and what it shares with others, with its effects on a caller's line. */
export function provideEntry(means: EntryMeans) {
  const { keypad, privacy } = means;
  const deed = deeds(means);
  const playPrompt = speaking(means);
  const findStrangers = deed('findStrangers', (_, signal) => privacy.strangers(signal));
  const roomWatch = roomWatchMachine.provide({
    actors: {
      findStrangers,
      arrivals: fromCallback(({ sendBack }) =>
        privacy.watch(() => sendBack({ type: 'stranger.came' })),
      ),
    },
  });

  const collectDigits = collectDigitsMachine.provide({
    actors: {
      playPrompt,
      roomWatch,
      findStrangers,
      keypad: fromCallback<EventObject, { dropWaiting: boolean }>(({ input, sendBack }) => {
        if (input.dropWaiting) keypad.dropWaiting();
        return keypad.open(sendBack);
      }),
    },
    actions: { dropWaitingKeys: () => keypad.dropWaiting() },
  });
  return { collectDigits, roomWatch, playPrompt };
}

/** The chart of a hand-over with its effects on a caller's line. */
export function provideHandOff(means: HandOffMeans) {
  const { call, line } = means;
  const deed = deeds(means);
  return handOffMachine.provide({
    actors: {
      playPrompt: speaking(means),
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
      awaitWatcher: deed('awaitWatcher', (_: { desk: string }, signal) =>
        line.awaitWatcher(signal),
      ),
      lookForDesk: deed('lookForDesk', (_: { desk: string }, signal) => line.hasDesk(signal)),
      lookForCaller: deed('lookForCaller', (_, signal) => line.hasCaller(signal)),
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
}
