// What is heard of one call, in order, and how far its scenario has listened. Knows words, not sound.

import type { Observation } from '../ivr/observation.ts';
import type { Wanted } from './scenario.ts';
import type { Transcript, TranscriptRow } from './transcript.ts';

/** What was said in one breath. */
interface Utterance {
  readonly words: readonly string[];
  readonly text: string;
  readonly at: number;
  row: TranscriptRow | null;
}

/** What comes next: the utterance, its prompt, the letter of its text. */
interface Position {
  readonly utterance: number;
  readonly word: number;
  readonly letter: number;
}

export interface Ear {
  /** Takes down what is seen of the call. */
  take(observation: Observation): void;
  /** Whether this is said after what was listened to last; then it is what was listened to last. */
  hears(wanted: Wanted): boolean;
  /** Tells the transcript all that was heard so far. */
  tellAll(): void;
  /** The first utterance of which nothing was expected, since what was listened to last. */
  readonly unexpected: TranscriptRow | null;
  /** What may not be said, and was; null where it was not. */
  readonly forbidden: { readonly wanted: Wanted; readonly row: TranscriptRow | null } | null;
  /** The order in which a birth date was asked for last. */
  readonly order: 'mdy' | 'dmy' | 'ymd';
  readonly isOver: boolean;
}

export function openEar(transcript: Transcript, now: () => number, never: readonly Wanted[]): Ear {
  const heard: Utterance[] = [];
  let position: Position = { utterance: 0, word: 0, letter: 0 };
  let isOver = false;
  let order: Ear['order'] = 'mdy';

  function tellUntil(end: number): void {
    for (const utterance of heard.slice(0, end)) {
      utterance.row ??= transcript.tell(`hears ${utterance.words.join(', ')}`, utterance.at);
    }
  }

  /** Where this is said next, and what comes after it. */
  function place(wanted: Wanted): Position | null {
    for (let i = position.utterance; i < heard.length; i += 1) {
      const from = i === position.utterance ? position : { word: 0, letter: 0 };
      const after = behind(wanted, heard[i] as Utterance, from);
      if (after !== null) return { utterance: i, ...after };
    }
    return null;
  }

  return {
    take(observation) {
      if (observation.type === 'call.ended') isOver = true;
      if (observation.type !== 'prompt.began') return;
      const words = observation.prompts.map(String);
      heard.push({ words, text: observation.text, at: now(), row: null });
      const asked = words.findLast((word) => /^enter-birth-date-/.test(word));
      order = (asked?.split('-')[3] as Ear['order'] | undefined) ?? order;
    },
    hears(wanted) {
      const found = place(wanted);
      if (found === null) return false;
      tellUntil(found.utterance + 1);
      heard[found.utterance]?.row?.expect(nameOf(wanted));
      position = found;
      return true;
    },
    tellAll: () => tellUntil(heard.length),
    get unexpected() {
      const { utterance, word, letter } = position;
      return heard[word + letter === 0 ? utterance : utterance + 1]?.row ?? null;
    },
    get forbidden() {
      for (const wanted of never) {
        const said = heard.find((utterance) => behind(wanted, utterance, START) !== null);
        if (said !== undefined) return { wanted, row: said.row };
      }
      return null;
    },
    get order() {
      return order;
    },
    get isOver() {
      return isOver;
    },
  };
}

/** As a transcript names it. */
export function nameOf(wanted: Wanted): string {
  return typeof wanted === 'string' ? wanted : `“${wanted.text}”`;
}

type Within = Pick<Position, 'word' | 'letter'>;

const START: Within = { word: 0, letter: 0 };

/** What comes after it in an utterance, looked for from there on; null where it is not said. */
function behind(wanted: Wanted, { words, text }: Utterance, from: Within): Within | null {
  if (typeof wanted !== 'string') {
    const at = text.toLowerCase().indexOf(wanted.text.toLowerCase(), from.letter);
    return at < 0 ? null : { ...from, letter: at + wanted.text.length };
  }
  // A prompt counts in any language.
  const at = words.findIndex(
    (word, i) => i >= from.word && (word === wanted || word.replace(/^(en|es)\//, '') === wanted),
  );
  return at < 0 ? null : { ...from, word: at + 1 };
}
