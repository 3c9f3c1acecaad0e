import { expect, test } from 'vitest';
import { openEar } from '../../src/console/ear.ts';
import type { Wanted } from '../../src/console/scenario.ts';
import { openTranscript } from '../../src/console/transcript.ts';
import type { Secret } from '../../src/machines/secret.ts';
import type { Word } from '../../src/prompts/catalogue.ts';

type Shown = Exclude<Word, Secret>;

/** An ear that has heard these utterances. */
function heard(utterances: readonly (readonly [prompts: readonly Shown[], text: string])[]) {
  const transcript = openTranscript();
  const ear = openEar(transcript, () => 0, ['rejected']);
  for (const [prompts, text] of utterances) ear.take({ type: 'prompt.began', prompts, text });
  return { ear, transcript };
}

const hearsAll = (ear: ReturnType<typeof heard>['ear'], ...wanted: readonly Wanted[]) =>
  wanted.map((one) => ear.hears(one));

test('prompts of one utterance are heard in its order, and each once', () => {
  const { ear } = heard([[['no-input', 'enter-account-again'], 'We did not hear any keys.']]);
  expect(hearsAll(ear, 'enter-account-again', 'no-input')).toEqual([true, false]);
  const other = heard([[['no-input', 'enter-account-again'], '']]);
  expect(hearsAll(other.ear, 'no-input', 'no-input')).toEqual([true, false]);
});

test('others may come between', () => {
  const { ear } = heard([
    [['welcome'], ''],
    [['one-moment'], ''],
    [['enter-account'], ''],
  ]);
  expect(hearsAll(ear, 'welcome', 'enter-account')).toEqual([true, true]);
});

test('a prompt counts in whatever language it is said', () => {
  const { ear } = heard([[['en/choose-language', 'es/choose-language'], '']]);
  expect(hearsAll(ear, 'choose-language', 'es/choose-language')).toEqual([true, true]);
  expect(heard([[['es/choose-language'], '']]).ear.hears('en/choose-language')).toBe(false);
});

test('words are looked for behind those that were heard before, without case', () => {
  const said = [[['welcome'], 'For English, press one. Para español, oprima el dos.']] as const;
  const [english, spanish] = [{ text: 'for english' }, { text: 'Para ESPAÑOL' }];
  expect(hearsAll(heard(said).ear, english, spanish)).toEqual([true, true]);
  expect(hearsAll(heard(said).ear, spanish, english)).toEqual([true, false]);
  expect(hearsAll(heard(said).ear, english, english)).toEqual([true, false]);
});

test('what may not be said is found wherever it was said', () => {
  const { ear } = heard([
    [['rejected'], ''],
    [['enter-account'], ''],
  ]);
  expect(ear.hears('enter-account')).toBe(true);
  expect(ear.forbidden?.wanted).toBe('rejected');
  expect(heard([[['welcome'], '']]).ear.forbidden).toBeNull();
});

test('the order of a birth date is the one that was asked for last', () => {
  expect(heard([]).ear.order).toBe('mdy');
  expect(heard([[['enter-birth-date-dmy'], '']]).ear.order).toBe('dmy');
  expect(heard([[['rejected', 'enter-birth-date-ymd-again'], '']]).ear.order).toBe('ymd');
});

test('the transcript has what was listened to and what was not, each utterance once', () => {
  const { ear, transcript } = heard([
    [['one-moment'], ''],
    [['no-input', 'enter-account'], ''],
    [['goodbye'], ''],
  ]);
  expect(hearsAll(ear, 'no-input', 'enter-account')).toEqual([true, true]);
  ear.tellAll();
  ear.tellAll();
  expect(transcript.rows.map(({ expected, happened }) => [expected, happened])).toEqual([
    [null, 'hears one-moment'],
    ['hears no-input, enter-account', 'hears no-input, enter-account'],
    [null, 'hears goodbye'],
  ]);
});
