// How a call appears on a terminal: a prompt word by word as it is spoken, keys as dots, and at the bottom a line that
// says what the call is at. In colours where the terminal has them and NO_COLOR is not set.

import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Look, View } from './view.ts';

/** A little faster than recordings are spoken, so that no sentence that was heard whole stays behind. */
const WORD_MS = 290;
const TICK_MS = 100;
/** Who stopped so early in a prompt has not heard the rest of it, whatever stopped it. */
const HEARD_WHOLE = 0.6;
const NARROWEST = 20;
const USUAL = 80;
const STYLES = { call: 'bold', step: 'dim', good: 'green', bad: 'red' } as const;

type Style = (typeof STYLES)[Look] | 'cyan';

interface Prompt {
  readonly words: readonly string[];
  readonly began: number;
  /** Rows of it that are above, for good. */
  rows: number;
  /** Whether a key may have stopped it. */
  isKeyed: boolean;
}

/** `status` is asked for the bottom line ten times a second. */
export function openScreen(
  output: Writable & { readonly columns?: number },
  status: () => string,
): View {
  let prompt: Prompt | null = null;
  let dots = '';
  /** What is drawn over at the next change. */
  let drawn: readonly string[] = [];
  const width = () => Math.max(NARROWEST, (output.columns || USUAL) - 1);
  const paint = (style: Style, text: string) => styleText(style, text, { stream: output });

  function put(above: readonly string[], draft: string | null) {
    const below = paint('dim', status().slice(0, width()));
    const rows = draft === null ? [below] : [draft, below];
    if (above.length === 0 && rows.join('\n') === drawn.join('\n')) return;
    const up = drawn.length > 1 ? `\x1b[${drawn.length - 1}A` : '';
    output.write(`\r${up}\x1b[J${above.map((row) => `${row}\n`).join('')}${rows.join('\n')}`);
    drawn = rows;
  }

  /** The prompt with so many words of it, rows that are full above; without a prompt, the dots. */
  function writing(words: number, end = ''): { above: readonly string[]; draft: string | null } {
    if (prompt === null) return { above: [], draft: dots === '' ? null : paint('cyan', dots) };
    const rows = wrap(`> ${prompt.words.slice(0, words).join(' ')}${end}`, width());
    const above = rows.slice(prompt.rows, -1);
    prompt.rows += above.length;
    return { above, draft: rows.at(-1) ?? '' };
  }

  const wordsSoFar = () =>
    prompt === null ? 0 : 1 + Math.floor((performance.now() - prompt.began) / WORD_MS);

  function draw() {
    const { above, draft } = writing(wordsSoFar());
    put(above, draft);
  }

  /** The prompt goes above, to stay as it was heard. */
  function finishPrompt() {
    if (prompt === null) return;
    const isCut = prompt.isKeyed || wordsSoFar() < HEARD_WHOLE * prompt.words.length;
    const words = isCut ? wordsSoFar() : prompt.words.length;
    const { above, draft } = writing(words, words < prompt.words.length ? ' …' : '');
    prompt = null;
    put([...above, draft ?? ''], null);
  }

  function finishDots() {
    if (dots === '') return;
    const row = paint('cyan', dots);
    dots = '';
    put([row], null);
  }

  const ticking = setInterval(draw, TICK_MS);
  return {
    line(text, look) {
      if (prompt === null) finishDots();
      const rows = wrap(text, width()).map((row) => paint(STYLES[look], row));
      const { above, draft } = writing(wordsSoFar());
      put([...rows, ...above], draft);
    },
    speak(text) {
      finishPrompt();
      finishDots();
      prompt = { words: text.split(' '), began: performance.now(), rows: 0, isKeyed: false };
      draw();
    },
    hush() {
      finishPrompt();
      draw();
    },
    key() {
      if (prompt !== null) prompt.isKeyed = true;
      dots += '•';
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(ticking);
      finishPrompt();
      finishDots();
      output.write('\r\x1b[J');
    },
  };
}

/** Rows of whole words; a word that is wider than a row is broken. */
function wrap(text: string, columns: number): string[] {
  const rows = [''];
  for (const word of text.split(' ')) {
    const row = rows.at(-1) ?? '';
    if (row !== '' && row.length + 1 + word.length > columns) rows.push('');
    rows[rows.length - 1] = rows.at(-1) === '' ? word : `${rows.at(-1)} ${word}`;
    while ((rows.at(-1) ?? '').length > columns) {
      const wide = rows.pop() ?? '';
      rows.push(wide.slice(0, columns), wide.slice(columns));
    }
  }
  return rows;
}
