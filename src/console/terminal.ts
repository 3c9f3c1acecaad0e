// A phone in the terminal: what is said appears as words, typed characters are the keys. Promises never
// to show a key, only that one was pressed. Does not know what is at the other end. Where nothing can be drawn over
// it writes plain lines (view.ts), else a screen (screen.ts).

import { EventEmitter, once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../ivr/observation.ts';
import { followTries } from '../ivr/tries-told.ts';
import { openScreen } from './screen.ts';
import { openStateLine, STEPS } from './state-line.ts';
import { type Look, openPaper } from './view.ts';

/** `process.stdin`, or any stream of characters. */
export type TerminalInput = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

/** `process.stdout`, or any stream. */
export type TerminalOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the keyboard acts on. */
export interface Handset {
  press(key: string): void;
  hangUp(): void;
}

export interface Terminal extends Disposable {
  say(line: string, look?: Look): void;
  /** Shows what the caller would hear, and learns from it whether keys are waited for. */
  watch(observation: Observation): void;
  /**
   * From now on characters are keys of this handset: `0-9 * #`, and `h`, Ctrl-C or Ctrl-D hang up; others
   * mean nothing. Characters from a pipe come one by one once the call has begun; there a new line waits
   * until the next entry is asked for, and the end hangs up when nothing is said and a key is awaited.
   */
  connect(handset: Handset): void;
}

/** `h`, Ctrl-C and Ctrl-D. */
const HANG_UP: ReadonlySet<string> = new Set(['h', 'H', '\u0003', '\u0004']);
const KEY = /^[0-9*#]$/;
/** Keys from a pipe come unhurried: on a busy machine faster ones may arrive together, and would rightly be doubted. */
const PIPED_KEY_MS = 250;

/**
 * Opens the terminal; disposing gives the input back as it was. `kind`: what `TERM` says of it; one that is `dumb`
 * understands no escape sequence and gets none.
 */
export function openTerminal(
  input: TerminalInput,
  output: TerminalOutput,
  kind = process.env.TERM,
): Terminal {
  const changes = new EventEmitter();
  const isPiped = input.isTTY !== true;
  const stateLine = openStateLine();
  const view =
    output.isTTY === true && kind !== 'dumb'
      ? openScreen(output, () => stateLine.text(performance.now()))
      : openPaper(output);
  const newsOfTries = followTries();
  /** Whether an entry has been asked for, one has since the last key, nothing is said and a key awaited. */
  let hasBegun = false;
  let isAsked = false;
  let isQuiet = false;
  let isOver = false;
  let disconnect: () => void = () => undefined;

  async function until(isSo: () => boolean): Promise<void> {
    while (!isOver && !isSo()) await once(changes, 'change');
  }

  /** Of what has happened, what is worth a line of its own. */
  function tell(observation: Observation) {
    switch (observation.type) {
      case 'prompt.began':
        return view.speak(observation.text);
      case 'prompt.stopped':
        return view.hush();
      case 'call.screened':
        if (observation.verdict === 'none' && observation.action === 'accept') return;
        return view.line(`· screened: ${observation.verdict}, ${observation.action}`, 'step');
      case 'step.ended':
        return view.line(`· ${STEPS[observation.step]}: ${observation.outcome}`, 'step');
      default:
    }
  }

  function press(key: string, handset: Handset) {
    view.key();
    isAsked = false;
    isQuiet = false;
    handset.press(key);
  }

  async function takePiped(character: string, handset: Handset): Promise<void> {
    await until(() => hasBegun);
    if (character === '\n') await until(() => isAsked);
    if (isOver || !KEY.test(character)) return;
    press(character, handset);
    await pause(PIPED_KEY_MS);
  }

  return {
    say: (line, look = 'call') => view.line(line, look),

    watch(observation) {
      stateLine.watch(observation, performance.now());
      tell(observation);
      if (observation.type === 'call.ended') isOver = true;
      if (observation.type === 'state.entered' && observation.machine === 'collectDigits') {
        const isAsking = /^(announcing|listening\.prompting)/.test(observation.state);
        hasBegun ||= isAsking;
        isAsked ||= isAsking;
        isQuiet = observation.state.startsWith('listening.awaitingFirstKey');
      }
      const tries = newsOfTries(observation);
      if (tries !== null && tries.tried > 0) {
        view.line(`· ${tries.left} of ${tries.tried + tries.left} tries left`, 'step');
      }
      changes.emit('change');
    },

    connect(handset) {
      let turn = Promise.resolve();
      const take = (characters: string) => {
        for (const character of characters) {
          if (!isPiped && KEY.test(character)) press(character, handset);
          else if (HANG_UP.has(character)) turn = turn.then(() => handset.hangUp());
          else if (isPiped) turn = turn.then(() => takePiped(character, handset));
        }
      };
      const finish = () => {
        turn = turn.then(() => until(() => isQuiet)).then(() => handset.hangUp());
      };
      input.setEncoding('utf8');
      input.setRawMode?.(true);
      input.on('data', take).on('end', finish);
      disconnect = () => {
        input.off('data', take).off('end', finish);
        input.setRawMode?.(false);
        input.pause();
      };
    },

    [Symbol.dispose]() {
      isOver = true;
      changes.emit('change');
      disconnect();
      view[Symbol.dispose]();
    },
  };
}
