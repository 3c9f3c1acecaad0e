import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildPrompts, checkPrompts, type PromptSet } from '../../src/commands/prompts.ts';
import { encodeWav } from '../../src/prompts/wav.ts';
import { join as joined, silence, tone } from '../prompts/tone.ts';

// A stand-in on the PATH for the speech program: it "says" everything as one tone with silence around.
const FLITE = `#!/bin/sh
case "$1" in
  --version) echo '  version: flite-2.2-current'; exit 1 ;;
  *) cp "$(dirname "$0")/take.wav" "$6" ;;
esac
`;

let home: string;
let sets: readonly PromptSet[];
let printed: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tonegate-prompts-'));
  sets = [{ dir: join(home, 'audio'), texts: { hello: { text: { en: 'Hello.' } } } }];
  await writeFile(join(home, 'flite'), FLITE);
  await chmod(join(home, 'flite'), 0o755);
  await writeFile(join(home, 'take.wav'), encodeWav(joined(silence(300), tone(400), silence(300))));
  vi.stubEnv('PATH', `${home}${delimiter}${process.env.PATH ?? ''}`);
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

const recording = () => join(home, 'audio/en/hello.wav');
const manifest = () => join(home, 'audio/en/recordings.json');

describe('tonegate prompts', () => {
  test('check finds nothing wrong with what ships', async () => {
    expect(await checkPrompts()).toBe(0);
    expect(printed).toMatch(/^recordings: \d+ good, 0 faults\n$/);
  });

  test('check prints one line per fault with its mend', async () => {
    expect(await checkPrompts(sets)).toBe(1);
    expect(printed.split('\n')).toEqual([
      `${recording()} is missing: put it there, or make a placeholder: tonegate prompts build`,
      'recordings: 0 good, 1 faults',
      '',
    ]);
  });

  test('build makes what is missing, marks it as a placeholder, and then all is good', async () => {
    expect(await buildPrompts(sets)).toBe(0);
    expect(await checkPrompts(sets)).toBe(0);
    expect(JSON.parse(await readFile(manifest(), 'utf8'))).toEqual({
      hello: { text: 'Hello.', placeholder: true, by: 'flite 2.2 slt' },
    });
  });

  test('build makes a placeholder again when its text has changed', async () => {
    await buildPrompts(sets);
    const changed = sets.map((set) => ({
      ...set,
      texts: { hello: { text: { en: 'Good day.' } } },
    }));
    expect(await buildPrompts(changed)).toBe(0);
    expect(JSON.parse(await readFile(manifest(), 'utf8'))).toMatchObject({
      hello: { text: 'Good day.' },
    });
  });

  test('build never replaces a real voice, and says that a fault remains', async () => {
    await buildPrompts(sets);
    const real = encodeWav(tone(600));
    await writeFile(recording(), real);
    await writeFile(
      manifest(),
      JSON.stringify({ hello: { text: 'Hullo.', placeholder: false, by: 'a voice' } }),
    );
    expect(await buildPrompts(sets)).toBe(1);
    expect(printed).toContain('says "Hullo." instead of "Hello.": have it recorded again');
    expect(await readFile(recording())).toEqual(Buffer.from(real));
  });

  test('build does not touch a recording that nobody listed', async () => {
    await buildPrompts(sets);
    await writeFile(recording(), encodeWav(tone(600)));
    await rm(manifest());
    expect(await buildPrompts(sets)).toBe(1);
    expect(await readFile(recording())).toEqual(Buffer.from(encodeWav(tone(600))));
  });

  test('build makes nothing beside a list it cannot read', async () => {
    await buildPrompts(sets);
    await rm(recording());
    await writeFile(manifest(), '{');
    expect(await buildPrompts(sets)).toBe(1);
    expect(await readFile(manifest(), 'utf8')).toBe('{');
  });

  test('build names the missing speech program, and only where it needs it', async () => {
    vi.stubEnv('PATH', join(home, 'audio'));
    expect(await buildPrompts(sets)).toBe(3);
    expect(printed).toContain('apt-get install flite');
    expect(await buildPrompts()).toBe(0);
  });

  test('build refuses a take in which nothing is heard, and leaves nothing behind', async () => {
    await writeFile(join(home, 'take.wav'), encodeWav(silence(500)));
    await expect(buildPrompts(sets)).rejects.toThrow('flite could not say "Hello."');
    await expect(readFile(recording())).rejects.toThrow('ENOENT');
  });
});
