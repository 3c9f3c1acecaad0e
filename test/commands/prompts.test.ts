import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type PromptFolder, promptSet } from '../../src/commands/prompt-folders.ts';
import { printScript } from '../../src/commands/prompt-script.ts';
import { buildPrompts, checkPrompts } from '../../src/commands/prompts.ts';
import { encodeWav, parseWav, samplesOf, type Wav } from '../../src/prompts/wav.ts';
import { silence, tone } from '../prompts/tone.ts';
import { installSpeechPrograms, setTakes } from './speech-programs.ts';

const TEXTS = {
  hello: { text: { en: 'Hello.', es: '¿Número? Sí, señor.' } },
  bye: { text: { en: 'Bye.', es: 'Adiós.' } },
};

let home: string;
let shipped: readonly PromptFolder[];
let printed: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tonegate-prompts-'));
  shipped = [promptSet(join(home, 'audio'), TEXTS, ['en', 'es'])];
  await installSpeechPrograms(join(home, 'bin'));
  await configure({});
  printed = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
  }
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const none = { config: 'tonegate.yaml' };
const audio = (...path: string[]) => join(home, 'audio', ...path);
const check = (options: { config: string; json?: boolean } = configured()) =>
  checkPrompts(options, shipped);
const build = (folders = shipped) => buildPrompts(configured(), folders);

/** The configuration that `configure` wrote; without it, a good one with no folder of its own. */
function configured() {
  return { config: join(home, 'tonegate.yaml') };
}

/** Writes a configuration with these lines, each with what it says beside the usual. */
async function configure(...lines: Record<string, unknown>[]): Promise<void> {
  const config = {
    backend: { url: 'http://127.0.0.1:7071' },
    trunks: [{ name: 'trunk', numbers: lines.map((_, i) => `+1510555010${i}`) }],
    lines: lines.map((line, i) => ({
      name: `line-${i}`,
      numbers: [`+1510555010${i}`],
      ...('menu' in line ? {} : { steps: ['account'], desk: 'desk' }),
      ...line,
    })),
    desks: { desk: { agent: 'desk' } },
  };
  await writeFile(configured().config, JSON.stringify(config));
}

/** Writes a list of recordings: what each says. */
async function list(folder: string, said: Record<string, string>, placeholder: boolean) {
  await mkdir(folder, { recursive: true });
  const entries = Object.entries(said).map(([id, text]) => [id, { text, placeholder, by: 'x' }]);
  await writeFile(join(folder, 'recordings.json'), JSON.stringify(Object.fromEntries(entries)));
}

async function hashes(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.wav'));
  const hashed = files.map(async (file) => [
    file,
    createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex'),
  ]);
  return Object.fromEntries(await Promise.all(hashed));
}

async function faults(): Promise<readonly string[]> {
  printed = '';
  expect(await check()).toBe(1);
  return printed.split('\n').slice(0, -2);
}

describe('tonegate prompts check', () => {
  test('finds nothing wrong with what ships and with the lines of the demo', async () => {
    expect(await checkPrompts(none)).toBe(0);
    expect(printed).toMatch(/^recordings: \d+ good, 0 faults\n$/);
  });

  test('prints one line per fault with its mend', async () => {
    await build();
    await rm(audio('es/hello.wav'));
    await writeFile(audio('en/bye.wav'), 'ID3');
    printed = '';
    expect(await check()).toBe(1);
    expect(printed.split('\n')).toEqual([
      `${audio('en/bye.wav')} is not a RIFF/WAVE file: tonegate prompts build`,
      `${audio('es/hello.wav')} is missing: put it there, or make a placeholder: tonegate prompts build`,
      'recordings: 2 good, 2 faults',
      '',
    ]);
  });

  test('prints JSON where asked', async () => {
    await build();
    await rm(audio('es/hello.wav'));
    printed = '';
    expect(await check({ ...configured(), json: true })).toBe(1);
    expect(JSON.parse(printed)).toEqual({
      good: 3,
      faults: [
        {
          file: audio('es/hello.wav'),
          problem: 'is missing',
          mend: 'put it there, or make a placeholder: tonegate prompts build',
        },
      ],
    });
  });

  test('tells of recordings and entries that nobody asks for', async () => {
    await build();
    await writeFile(audio('en/old.wav'), encodeWav(tone(300)));
    await writeFile(audio('en/notes.txt'), 'not a recording');
    const manifest = JSON.parse(await readFile(audio('es/recordings.json'), 'utf8'));
    manifest.older = manifest.hello;
    await writeFile(audio('es/recordings.json'), JSON.stringify(manifest));
    expect(await faults()).toEqual([
      `${audio('en/old.wav')} is asked for by nobody: delete it and its entry in recordings.json`,
      `${audio('es/older.wav')} is asked for by nobody: delete it and its entry in recordings.json`,
    ]);
  });

  test('looks at the common recordings only where there is no configuration', async () => {
    await build();
    await rm(configured().config);
    const folder = process.cwd();
    onTestFinished(() => process.chdir(folder));
    process.chdir(home);
    expect(await check({ config: 'tonegate.yaml' })).toBe(0);
    await expect(check()).rejects.toThrow(`cannot read the configuration ${configured().config}`);
  });
});

describe('the own recordings of lines', () => {
  const bank = (...path: string[]) => join(home, 'bank', ...path);

  beforeEach(() => build());

  test('are checked with all others', async () => {
    await configure({ prompts: 'bank', notice: 'fees' });
    await list(bank('en'), { fees: 'Calls are free.', welcome: 'Welcome.' }, false);
    await writeFile(bank('en/fees.wav'), encodeWav(tone(300, -30)));
    expect(await faults()).toEqual([
      `${bank('en/fees.wav')} has -33.7 LUFS instead of -20 (± 1): change its level by +13.7 dB`,
      `${bank('en/welcome.wav')} is missing: put it there`,
    ]);
  });

  test('must be there where the configuration names them', async () => {
    await configure({ prompts: 'bank', notice: 'fees', locales: ['en', 'es'] });
    await list(bank('en'), {}, false);
    const mend = 'put it there and list its words in recordings.json';
    expect(await faults()).toEqual([
      `${bank('en/fees.wav')} is missing: ${mend}`,
      `${bank('es/fees.wav')} is missing: ${mend}`,
    ]);
  });

  test('are told of when no line refers to them, unless another line of the folder does', async () => {
    const own = { fees: 'Calls are free.', 'menu-1': 'For loans, press one.', 'menu-2': 'Two.' };
    await list(bank('en'), own, true);
    const menu = { '1': { desk: 'desk' } };
    await configure({ prompts: 'bank', closed: 'fees' }, { prompts: './bank', menu });
    await build();
    expect(await faults()).toEqual([
      `${bank('en/menu-2.wav')} is asked for by nobody: delete it and its entry in recordings.json`,
    ]);
  });

  test('are made where they are listed as placeholders, and real ones are not', async () => {
    await configure({ prompts: 'bank', notice: 'fees', locales: ['es'] });
    await list(bank('es'), { fees: 'Las llamadas son gratis.' }, true);
    expect(await build()).toBe(0);
    expect(await readFile(join(home, 'bin/said-by-espeak-ng'), 'utf8')).toBe(
      'Las llamadas son gratis.',
    );
    await rm(bank('es/fees.wav'));
    await list(bank('es'), { fees: 'Las llamadas son gratis.' }, false);
    expect(await build()).toBe(1);
    expect(printed).toContain(`${bank('es/fees.wav')} is missing: put it there\n`);
  });

  test('are missed as a whole where the folder is not there', async () => {
    await configure({ prompts: 'bank' });
    expect(await faults()).toEqual([
      `${bank()} is no folder: make it, or take "prompts" out of the line`,
    ]);
  });
});

describe('tonegate prompts build', () => {
  test('makes what is missing, marks it as a placeholder, and then all is good', async () => {
    expect(await build()).toBe(0);
    expect(await check()).toBe(0);
    expect(JSON.parse(await readFile(audio('en/recordings.json'), 'utf8'))).toEqual({
      bye: { text: 'Bye.', placeholder: true, by: 'flite 2.2 slt' },
      hello: { text: 'Hello.', placeholder: true, by: 'flite 2.2 slt' },
    });
    expect(JSON.parse(await readFile(audio('es/recordings.json'), 'utf8'))).toEqual({
      bye: { text: 'Adiós.', placeholder: true, by: 'espeak-ng 1.51 es-419' },
      hello: { text: '¿Número? Sí, señor.', placeholder: true, by: 'espeak-ng 1.51 es-419' },
    });
  });

  test('has every accent spoken, and brings each program to the same rate', async () => {
    const [only] = [promptSet(audio(), { hello: TEXTS.hello }, ['en', 'es'])];
    await build([only]);
    expect(await readFile(join(home, 'bin/said-by-espeak-ng'), 'utf8')).toBe('¿Número? Sí, señor.');
    const lengthOf = async (locale: string) =>
      samplesOf((parseWav(await readFile(audio(locale, 'hello.wav'))) as Wav).data).length / 16;
    expect(await lengthOf('en')).toBe(450);
    // The tone of 400 ms at 16 kHz is one of 290 ms at 22.05 kHz.
    expect(await lengthOf('es')).toBeCloseTo(50 + (400 * 16_000) / 22_050, -1);
  });

  test('touches nothing that is good', async () => {
    await build();
    const before = await hashes(audio('en'));
    await rm(audio('en/hello.wav'));
    await setTakes(join(home, 'bin'), tone(900));
    expect(await build()).toBe(0);
    const after = await hashes(audio('en'));
    expect(after['bye.wav']).toBe(before['bye.wav']);
    expect(after['hello.wav']).not.toBe(before['hello.wav']);
  });

  test('makes a placeholder again when its text has changed', async () => {
    await build();
    const texts = { ...TEXTS, hello: { text: { en: 'Good day.', es: 'Buenos días.' } } };
    printed = '';
    expect(await build([promptSet(audio(), texts, ['en', 'es'])])).toBe(0);
    expect(printed.split('\n').slice(0, 2)).toEqual([
      `${audio('en/hello.wav')} made`,
      `${audio('es/hello.wav')} made`,
    ]);
    expect(JSON.parse(await readFile(audio('en/recordings.json'), 'utf8'))).toMatchObject({
      hello: { text: 'Good day.' },
      bye: { text: 'Bye.' },
    });
  });

  test('never replaces a real voice, and says that a fault remains', async () => {
    await build();
    const real = encodeWav(tone(600));
    await writeFile(audio('en/hello.wav'), real);
    await list(audio('en'), { hello: 'Hullo.', bye: 'Bye.' }, false);
    expect(await build()).toBe(1);
    expect(printed).toContain('says "Hullo." instead of "Hello.": have it recorded again');
    expect(await readFile(audio('en/hello.wav'))).toEqual(Buffer.from(real));
  });

  test('does not touch a recording that nobody listed', async () => {
    await build();
    await writeFile(audio('en/hello.wav'), encodeWav(tone(600)));
    await rm(audio('en/recordings.json'));
    expect(await build()).toBe(1);
    expect(await readFile(audio('en/hello.wav'))).toEqual(Buffer.from(encodeWav(tone(600))));
  });

  test('makes nothing beside a list it cannot read', async () => {
    await build();
    await rm(audio('en/hello.wav'));
    await writeFile(audio('en/recordings.json'), '{');
    expect(await build()).toBe(1);
    expect(await readFile(audio('en/recordings.json'), 'utf8')).toBe('{');
  });

  test('names the missing speech programs, makes nothing then, and needs none where nothing is due', async () => {
    vi.stubEnv('PATH', audio());
    expect(await build()).toBe(3);
    expect(printed).toBe(
      'not installed: flite espeak-ng; placeholder recordings are made with it: apt-get install flite espeak-ng\n',
    );
    await expect(readdir(audio())).rejects.toThrow('ENOENT');
    expect(await buildPrompts(none)).toBe(0);
  });

  test('refuses a take in which nothing is heard, and leaves nothing behind', async () => {
    await setTakes(join(home, 'bin'), silence(500));
    await expect(build()).rejects.toThrow('flite could not say "Bye."');
    await expect(readdir(audio('en'))).rejects.toThrow('ENOENT');
  });
});

describe('tonegate prompts script', () => {
  beforeEach(async () => {
    const own = { welcome: 'Welcome to First Bank.', fees: 'Calls are free.', spare: 'Spare.' };
    await list(join(home, 'bank/en'), own, false);
    await configure({ prompts: 'bank', notice: 'fees', closed: 'shut' }, { locales: ['en', 'es'] });
  });

  test('prints a page for all lines', async () => {
    await printScript({ ...configured(), locale: 'es' });
    expect(printed).toMatch(/^# Recording script: Spanish .*\n\n198 recordings for all lines/);
    expect(printed).toContain('| `welcome.wav` | Gracias por llamar.');
  });

  test("prints a line's own words and prompts, those not written yet too", async () => {
    await printScript({ ...configured(), locale: 'en', line: 'line-0' });
    expect(printed).toContain('for the line "line-0"');
    expect(printed).toContain('| `welcome.wav` | Welcome to First Bank. |');
    expect(printed).toContain(
      '| `fees.wav` | Calls are free. | After the greeting; always to its end. |\n' +
        '| `shut.wav` | (not written yet) | Instead of all else: the line is closed. |\n' +
        '| `spare.wav` | Spare. | Not yet: the line does not refer to it. |\n',
    );
  });

  test('prints JSON where asked', async () => {
    await printScript({ ...configured(), locale: 'en', line: 'line-0', json: true });
    const { locale, line, requirements, prompts } = JSON.parse(printed);
    expect({ locale, line }).toEqual({ locale: 'en', line: 'line-0' });
    expect(requirements).toMatchObject({ sampleRate: 16_000, loudness: -20 });
    expect(prompts).toHaveLength(201);
    expect(prompts[0]).toEqual({
      file: 'fees.wav',
      text: 'Calls are free.',
      heard: 'After the greeting; always to its end.',
      kind: 'sentence',
    });
  });

  test('knows the lines there are, and their languages', async () => {
    await expect(printScript({ ...configured(), locale: 'en', line: 'nobody' })).rejects.toThrow(
      /no line of this name in .*: it has line-0, line-1/,
    );
    await expect(printScript({ ...configured(), locale: 'es', line: 'line-0' })).rejects.toThrow(
      'line "line-0" speaks en, not es',
    );
  });
});
