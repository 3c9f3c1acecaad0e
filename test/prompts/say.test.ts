import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue, isPromptId, LOCALES, type Locale } from '../../src/prompts/catalogue.ts';
import { isNumber, sayDate, sayDigits, sayLastTwo, unseen } from '../../src/prompts/say.ts';

/** The words a caller hears. */
function words(ids: readonly string[], locale: Locale): string {
  return ids.map((id) => (isPromptId(id) ? catalogue[id]?.text[locale] : `?${id}?`)).join(' ');
}

describe('a date', () => {
  test.each([
    ['1900-01-01', 'January first nineteen hundred', 'primero de enero de mil novecientos'],
    ['1905-05-02', 'May second nineteen zero five', 'dos de mayo de mil novecientos cinco'],
    ['1910-10-10', 'October tenth nineteen ten', 'diez de octubre de mil novecientos diez'],
    [
      '1979-03-14',
      'March fourteenth nineteen seventy-nine',
      'catorce de marzo de mil novecientos setenta y nueve',
    ],
    [
      '1980-02-29',
      'February twenty-ninth nineteen eighty',
      'veintinueve de febrero de mil novecientos ochenta',
    ],
    [
      '1899-12-31',
      'December thirty-first eighteen ninety-nine',
      'treinta y uno de diciembre de mil ochocientos noventa y nueve',
    ],
    ['2000-07-31', 'July thirty-first two thousand', 'treinta y uno de julio de dos mil'],
    [
      '2005-08-22',
      'August twenty-second two thousand five',
      'veintidós de agosto de dos mil cinco',
    ],
    [
      '2026-11-21',
      'November twenty-first two thousand twenty-six',
      'veintiuno de noviembre de dos mil veintiséis',
    ],
  ])('%s is heard as people of each language say it', (date, en, es) => {
    expect(words(sayDate(date, 'en'), 'en')).toBe(en);
    expect(words(sayDate(date, 'es'), 'es')).toBe(es);
  });

  test('of any day is made of recordings there are', () => {
    const days = fc.date({
      min: new Date('1801-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(days, fc.constantFrom(...LOCALES), (day, locale) => {
        const ids = sayDate(day.toISOString().slice(0, 10), locale);
        expect(ids.filter((id) => !isPromptId(id) || !isNumber(id))).toEqual([]);
      }),
    );
  });

  test('is heard otherwise for each of two days', () => {
    const start = Date.UTC(1896, 0, 1);
    const dates = Array.from({ length: 3000 }, (_, i) =>
      new Date(start + i * 17 * 86_400_000).toISOString().slice(0, 10),
    );
    for (const locale of LOCALES) {
      const heard = new Set(dates.map((date) => words(sayDate(date, locale), locale)));
      expect(heard.size).toBe(dates.length);
    }
  });
});

describe('digits', () => {
  test('are heard one by one, and nothing else of what was keyed', () => {
    expect(words(sayDigits('+1 (510) *9#'), 'en')).toBe('one five one zero nine');
    expect(words(sayDigits('2076'), 'es')).toBe('dos cero siete seis');
    expect(sayDigits('')).toEqual([]);
  });

  test('of a phone number are the last two, a zero included', () => {
    expect(words(sayLastTwo('+15551230001'), 'en')).toBe('zero one');
    expect(words(sayLastTwo('…40'), 'es')).toBe('cuatro cero');
    expect(words(sayLastTwo('7'), 'en')).toBe('seven');
  });

  test('of any text are recordings there are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(sayDigits(text).filter((id) => !isPromptId(id) || !isNumber(id))).toEqual([]);
      }),
    );
  });
});

test('what nobody may see is not shown, and opens to the recordings', () => {
  const secret = unseen(['digit-1', 'digit-2']);
  expect(`${secret} ${JSON.stringify(secret)}`).not.toContain('digit');
  expect(secret.reveal()).toBe('digit-1 digit-2');
});

test('a sentence is no number, though its name may begin like one', () => {
  for (const id of ['welcome', 'month-end', 'digit-1-again', 'own/digit-1']) {
    expect(isNumber(id)).toBe(false);
  }
});
