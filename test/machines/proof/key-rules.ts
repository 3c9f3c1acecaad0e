// The rules C1 to C6: what becomes of keys, seen from outside. Each entry that is checked is looked for
// among the keys that were pressed.

import type { StepPlan } from '../../../src/machines/line-plan.ts';
import { sayDate, sayDigits } from '../../../src/prompts/say.ts';
import { RULES, TODAY } from '../lines.ts';
import { isAskedAfresh, routeOf, says, subjectOf } from './evidence.ts';
import type { Ask, Happening, Key } from './phone-call.ts';
import type { Judges } from './rules.ts';
import type { Story } from './story.ts';

/** An entry that was checked. */
interface Checked {
  readonly story: Story;
  readonly ask: Ask;
  readonly plan: StepPlan;
  /** As it was keyed, and as it was asked about. */
  readonly keys: string;
  readonly value: string;
  /** All that happened before. */
  readonly before: readonly Happening[];
}

type Pressed = Key & { readonly index: number };

export const KEY_JUDGES: Judges<Story> = {
  C1: ({ log }) =>
    log.flatMap((happening, i) => {
      if (happening.what !== 'asked') return [];
      if (!says(happening.ask, 'too-short', 'too-short-again', 'no-match')) return [];
      if (says(happening.ask, 'goodbye')) return [];
      const session = log.findLastIndex(({ what }, at) => what === 'listening' && at < i);
      const keys = log
        .slice(session, i)
        .flatMap((then) => (then.what === 'taken' ? [then.key] : []));
      const isLate = keys.every(
        ({ key, sinceLastMs }) => key === '#' && sinceLastMs <= RULES.latePoundMs,
      );
      return keys.length > 0 && isLate ? ['a late pound key is an entry'] : [];
    }),

  C2: everyCheck((checked) =>
    unless(runs(checked).some(isPressedByAPerson), 'keys no person can press are checked'),
  ),

  C3(story) {
    const used = new Set<number>();
    return everyCheck((checked) => {
      const since = flushedAt(checked);
      const found = runs(checked).filter(isPressedByAPerson);
      const run = found.find(([first]) => first && first.index > since && !used.has(first.index));
      for (const { index } of run ?? []) used.add(index);
      return unless(found.length === 0 || run !== undefined, 'keys are checked that were dropped');
    })(story);
  },

  C4: everyCheck((checked) => {
    const { minLength, maxLength } = checked.plan.rules;
    const { length } = checked.keys;
    return [
      ...unless(runs(checked).length > 0, 'an entry is checked that nobody keyed'),
      ...unless(
        length >= minLength && length <= maxLength,
        `an entry of ${length} keys is checked`,
      ),
    ];
  }),

  C5: everyCheck(({ plan, value, story, before }) => {
    if (!plan.readBack) return [];
    const at = before.findLastIndex(
      (then) => then.what === 'closed' && says(then.ask, 'you-entered'),
    );
    const read = before[at];
    const words = plan.step === 'birthDate' ? sayDate(value, localeOf(story)) : sayDigits(value);
    const isRead =
      read?.what === 'closed' &&
      read.ask.end === 'answered' &&
      read.ask.revealed.join(' ') === words.join(' ');
    const since = before.slice(at);
    const pressed = since.flatMap((then) => (then.what === 'pressed' ? [then.key] : []));
    // Not one that is pressed while it is seen who is in the room: that waits for the next entry.
    const taken = since.flatMap((then) => (then.what === 'taken' ? [then.key] : []));
    const last = taken.findLast((key) => /\d/.test(key.key) && pressed.includes(key));
    return [
      ...unless(isRead, `${plan.step} is checked and was not read back`),
      ...unless(last?.key === '1', `${plan.step} is checked unconfirmed`),
    ];
  }),

  C6: everyCheck(({ plan, value }) => [
    ...unless(plan.check.kind !== 'luhn' || isLuhn(value), 'a number that cannot be is checked'),
    ...unless(plan.step !== 'birthDate' || isPastDate(value), 'a date that cannot be is checked'),
  ]),
};

function everyCheck(judge: (checked: Checked) => readonly string[]) {
  return (story: Story): string[] =>
    story.log.flatMap((happening, i) => {
      if (happening.what !== 'asked' || happening.ask.port !== 'checkEntry') return [];
      const { ask } = happening;
      const subject = subjectOf(ask);
      const plan = routeOf(story)?.steps.find(({ step }) => step === subject.step);
      const [value = ''] = ask.revealed;
      const [Y = '', M = '', D = ''] = value.split('-');
      const part: Record<string, string> = { Y, M, D };
      const keys =
        subject.step === 'birthDate'
          ? [...subject.order].map((letter) => part[letter]).join('')
          : value;
      if (plan === undefined) return [`${subject.step} is checked, and is no step of this call`];
      return judge({ story, ask, plan, keys, value, before: story.log.slice(0, i) });
    });
}

/** Every place where exactly these keys were pressed, one after the other. */
function runs({ keys, before }: Checked): Pressed[][] {
  const pressed = before.flatMap((then, index): Pressed[] =>
    then.what === 'pressed' ? [{ ...then.key, index }] : [],
  );
  return pressed
    .map((_, i) => pressed.slice(i, i + keys.length))
    .filter((run) => run.map(({ key }) => key).join('') === keys);
}

const isPressedByAPerson = (run: readonly Key[]) =>
  run.every(({ sinceLastMs }) => sinceLastMs >= RULES.fastestKeyMs);

/** Where in the log the last keys were dropped before this check: asked again, a code, no type-ahead. */
function flushedAt({ before, plan }: Checked): number {
  let last = '';
  let flushed = -1;
  before.forEach((then, index) => {
    if (then.what === 'taken') last = then.key.key;
    if (then.what === 'listening' && !plan.rules.typeAhead) flushed = index;
    if (then.what !== 'asked' || last === '*') return;
    if (then.ask.words.some(isAskedAfresh)) flushed = index;
  });
  return flushed;
}

const unless = (isRight: boolean, what: string) => (isRight ? [] : [what]);

/** The language that a call has come to, from the first question. */
function localeOf({ log }: Story) {
  return log.some(
    (then) =>
      then.what === 'asked' && says(then.ask, 'enter-birth-date-dmy', 'enter-birth-date-dmy-again'),
  )
    ? 'es'
    : 'en';
}

/** ISO/IEC 7812-1 annex B. */
function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const twice = Number(digit) * 2;
    return total + (i % 2 === 0 ? Number(digit) : twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}

function isPastDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) && date < TODAY;
}
