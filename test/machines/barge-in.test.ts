// Barge-in, type-ahead and timers in one table: what a key does to the prompt, what becomes of the key,
// and which time runs then. docs/collecting-digits.md shows the same table.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { createDrive } from './drive.ts';
import { RULES } from './lines.ts';

const FIRST_KEY = 'first key, from its end';
const NEXT_KEY = 'next key, from the key';
const NEXT_KEY_LATE = 'next key, from the end of the prompt';
const NONE = 'none while it plays';

interface Cell {
  readonly bargeIn: boolean;
  readonly typeAhead: boolean;
  /** When the key is pressed. */
  readonly key: 'never' | 'before the prompt' | 'during the prompt' | 'after the prompt';
  readonly prompt: 'is heard whole' | 'stops at once';
  readonly becomes:
    | '-'
    | 'first of the entry'
    | 'first of the entry, when the prompt ends'
    | 'lost';
  readonly timer: string;
}

const cell = (
  bargeIn: boolean,
  typeAhead: boolean,
  key: Cell['key'],
  prompt: Cell['prompt'],
  becomes: Cell['becomes'],
  timer: string,
): Cell => ({ bargeIn, typeAhead, key, prompt, becomes, timer });

const CELLS: readonly Cell[] = [
  cell(true, true, 'never', 'is heard whole', '-', FIRST_KEY),
  cell(true, true, 'before the prompt', 'stops at once', 'first of the entry', NEXT_KEY),
  cell(true, true, 'during the prompt', 'stops at once', 'first of the entry', NEXT_KEY),
  cell(true, true, 'after the prompt', 'is heard whole', 'first of the entry', NEXT_KEY),
  cell(true, false, 'never', 'is heard whole', '-', FIRST_KEY),
  cell(true, false, 'before the prompt', 'is heard whole', 'lost', FIRST_KEY),
  cell(true, false, 'during the prompt', 'stops at once', 'first of the entry', NEXT_KEY),
  cell(true, false, 'after the prompt', 'is heard whole', 'first of the entry', NEXT_KEY),
  cell(false, true, 'never', 'is heard whole', '-', FIRST_KEY),
  cell(
    false,
    true,
    'before the prompt',
    'is heard whole',
    'first of the entry, when the prompt ends',
    NEXT_KEY_LATE,
  ),
  cell(
    false,
    true,
    'during the prompt',
    'is heard whole',
    'first of the entry, when the prompt ends',
    NEXT_KEY_LATE,
  ),
  cell(false, true, 'after the prompt', 'is heard whole', 'first of the entry', NEXT_KEY),
  cell(false, false, 'never', 'is heard whole', '-', FIRST_KEY),
  cell(false, false, 'before the prompt', 'is heard whole', 'lost', FIRST_KEY),
  cell(false, false, 'during the prompt', 'is heard whole', 'lost', FIRST_KEY),
  cell(false, false, 'after the prompt', 'is heard whole', 'first of the entry', NEXT_KEY),
];

const onOff = (is: boolean) => (is ? 'on' : 'off');

describe.each(CELLS)(
  'barge-in $bargeIn, type-ahead $typeAhead, a key $key',
  ({ bargeIn, typeAhead, key, prompt, becomes, timer }) => {
    /** Up to the moment after the key, or to the end of the prompt where none is pressed. */
    function play() {
      const phone = createDrive();
      if (key === 'before the prompt') phone.press('1');
      const actor = createActor(phone.charts.collectDigits, {
        clock: phone.clock,
        input: {
          prompt: ['enter-passcode'],
          rules: { ...RULES, bargeIn, typeAhead },
          commands: {},
          fresh: false,
          again: false,
        },
      });
      actor.start();
      phone.wait(0);
      if (key === 'during the prompt') phone.press('1', 1000);
      const goesOn = phone.hears() !== null;
      if (goesOn) phone.wait(60_000);
      const isPatient = actor.getSnapshot().status === 'active';
      if (goesOn) phone.promptEnds();
      if (key === 'after the prompt') phone.press('1', 1000);
      return { phone, goesOn, isPatient, ended: () => actor.getSnapshot().output };
    }

    test(`the prompt ${prompt}`, () => {
      const { goesOn, isPatient } = play();
      expect(goesOn).toBe(prompt === 'is heard whole');
      expect(isPatient, `timer while the prompt plays: ${NONE}`).toBe(true);
    });

    test(`the key is ${becomes}`, () => {
      const { phone, ended } = play();
      phone.press(becomes.startsWith('first') ? '234' : '2345');
      phone.wait(1000);
      expect(ended()).toMatchObject({ kind: 'entered' });
    });

    test(`the time that runs: ${timer}`, () => {
      const { phone, ended } = play();
      const ms = timer.startsWith('first') ? RULES.firstKeyMs : RULES.nextKeyMs;
      phone.wait(ms - 1);
      expect(ended()).toBeUndefined();
      phone.wait(1);
      expect(ended()).toMatchObject({ kind: timer.startsWith('first') ? 'noInput' : 'tooShort' });
    });
  },
);

test('docs/collecting-digits.md has this table', () => {
  const page = readFileSync('docs/collecting-digits.md', 'utf8');
  const rows = CELLS.map(
    ({ bargeIn, typeAhead, key, prompt, becomes, timer }) =>
      `| ${onOff(bargeIn)} | ${onOff(typeAhead)} | ${key} | ${prompt} | ${becomes} | ${timer} |`,
  );
  for (const row of rows) expect(page).toContain(row);
});
