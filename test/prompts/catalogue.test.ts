import { describe, expect, test } from 'vitest';
import { catalogue, isPromptId, LOCALES, PROMPT_IDS } from '../../src/prompts/catalogue.ts';
import { HEARD, whenHeard } from '../../src/prompts/heard.ts';
import { DAYS, MONTHS, NUMBERS } from '../../src/prompts/numbers.ts';
import { isNumber } from '../../src/prompts/say.ts';

describe('the catalogue', () => {
  test('has words for every prompt in every language', () => {
    for (const [id, { text }] of Object.entries(catalogue)) {
      for (const locale of LOCALES)
        expect(text[locale], `${locale}/${id}`).toMatch(/^\S.*[\p{L}.]$/u);
    }
  });

  test('counts as far in every language', () => {
    for (const locale of LOCALES) {
      expect(NUMBERS[locale]).toHaveLength(90);
      expect(DAYS[locale]).toHaveLength(31);
      expect(MONTHS[locale]).toHaveLength(12);
    }
  });

  test('never says the same word for two numbers', () => {
    for (const series of [NUMBERS, DAYS, MONTHS]) {
      for (const locale of LOCALES)
        expect(new Set(series[locale]).size).toBe(series[locale].length);
    }
  });

  test('has whole sentences in one language where it has them in the other', () => {
    const isSentence = (text: string) => text.endsWith('.');
    for (const [id, { text }] of Object.entries(catalogue)) {
      expect(isSentence(text.es), id).toBe(isSentence(text.en));
      if (isNumber(id)) expect(isSentence(text.en), id).toBe(false);
    }
  });

  test('tells of each sentence when it is heard, and of nothing else', () => {
    const sentences = PROMPT_IDS.filter((id) => !isNumber(id));
    expect(Object.keys(HEARD).sort()).toEqual([...sentences].sort());
    expect(whenHeard('digit-1')).toBeUndefined();
    expect(whenHeard('constructor')).toBeUndefined();
  });

  test('knows its own names only', () => {
    expect(isPromptId('number-99')).toBe(true);
    for (const name of ['number-100', 'day-0', 'constructor', 'own/welcome', '']) {
      expect(isPromptId(name)).toBe(false);
    }
  });
});
