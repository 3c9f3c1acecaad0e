import { describe, expect, test } from 'vitest';
import { catalogue, LOCALES, PROMPT_IDS } from '../../src/prompts/catalogue.ts';
import { scriptPage, writeScript } from '../../src/prompts/script.ts';

describe("the voice talent's script", () => {
  test.each(LOCALES)('has every prompt of the catalogue once, in %s', (locale) => {
    const { prompts } = writeScript(locale, null, {}, []);
    expect(prompts.map(({ file }) => file).sort()).toEqual(
      PROMPT_IDS.map((id) => `${id}.wav`).sort(),
    );
    for (const [id, { text }] of Object.entries(catalogue)) {
      expect(prompts.find(({ file }) => file === `${id}.wav`)?.text).toBe(text[locale]);
    }
  });

  test('says of every sentence when it is heard', () => {
    const { prompts } = writeScript('en', null, {}, []);
    for (const { file, kind, heard } of prompts) {
      expect(heard === null, file).toBe(kind === 'number');
    }
  });

  test('asks for an open end where a number follows, and only there', () => {
    const { prompts } = writeScript('es', null, {}, []);
    const open = prompts.filter(({ kind }) => kind === 'beforeNumber').map(({ file }) => file);
    expect(open).toEqual([
      'choose-language.wav',
      'menu-account.wav',
      'menu-operator.wav',
      'menu-other.wav',
      'code-sent.wav',
      'you-entered.wav',
    ]);
  });

  test('is a page of sentences, open ends and numbers, and says what the files must be like', () => {
    const page = scriptPage(writeScript('es', null, {}, []));
    expect(page).toContain(
      '# Recording script: Spanish (Latin America)\n\n198 recordings for all lines:',
    );
    expect(page).toContain('- WAV, 16 kHz, mono, 16-bit linear PCM.');
    expect(page).toContain('- Loudness -20 LUFS ± 1 (');
    expect(page).toContain(
      '| `enter-code.wav` | Por favor, ingrese ese código. | Asks for the one-time code. |',
    );
    expect(page).toContain('- `digit-N.wav`: 0 cero · 1 uno · ');
    expect(page).toContain('"catorce" "de marzo" "de mil novecientos" "setenta y nueve"');
    expect(page.match(/^## .*/gm)).toEqual([
      '## The files',
      '## Sentences',
      '## Words before a number',
      '## Numbers',
    ]);
  });

  test('has the words of the line, and its own prompts first', () => {
    const script = writeScript('en', 'bank', { welcome: 'Welcome | First Bank.' }, [
      { id: 'fees', text: null, heard: 'After the greeting.' },
    ]);
    const page = scriptPage(script);
    expect(page).toContain('199 recordings for the line "bank": one file each');
    expect(page).toContain(
      '| `fees.wav` | (not written yet) | After the greeting. |\n| `welcome.wav` |',
    );
    expect(page).toContain('| `welcome.wav` | Welcome \\| First Bank. |');
  });

  test('is the same page every time', () => {
    const page = () => scriptPage(writeScript('en', null, {}, []));
    expect(page()).toBe(page());
  });
});
