// `tonegate prompts`: tells what is wrong with the recordings, and makes placeholders with a speech
// program where one is missing or says other words. A recording that somebody spoke is never touched.

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deskPrompts } from '../demo/desk-prompts.ts';
import { IvrFault } from '../ivr/fault.ts';
import { readManifest, writeManifest } from '../ivr/recording-manifest.ts';
import { AUDIO_DIR, type Finding, inspectRecordings, type Texts } from '../ivr/recordings.ts';
import { catalogue, LOCALES, type Locale } from '../prompts/catalogue.ts';
import { judge } from '../prompts/lint.ts';
import { master } from '../prompts/master.ts';
import { encodeWav } from '../prompts/wav.ts';

/** A folder of recordings and the words they must say. */
export interface PromptSet {
  readonly dir: string;
  readonly texts: Texts<string>;
}

const SHIPPED: readonly PromptSet[] = [
  { dir: AUDIO_DIR, texts: catalogue },
  { dir: join(AUDIO_DIR, 'demo'), texts: deskPrompts },
];

/** Voices of the speech program, per locale. */
const VOICES: Readonly<Record<Locale, string>> = { en: 'slt' };

/** Prints one line per fault of the recordings. Exit code: 0 all good, 1 not. */
export async function checkPrompts(sets: readonly PromptSet[] = SHIPPED): Promise<0 | 1> {
  let good = 0;
  let faulty = 0;
  for (const { dir, texts } of sets) {
    const { findings, faults } = await inspectRecordings(dir, texts, LOCALES);
    for (const { file, problem, mend } of faults) print(`${join(dir, file)} ${problem}: ${mend}`);
    good += findings.filter(({ flaws }) => flaws.length === 0).length;
    faulty += faults.length;
  }
  print(`recordings: ${good} good, ${faulty} faults`);
  return faulty === 0 ? 0 : 1;
}

/**
 * Makes the placeholders that are missing or faulty, then checks everything. Exit code: 0 all good, 1
 * faults remain that are not ours to mend, 3 the speech program is needed and missing.
 */
export async function buildPrompts(sets: readonly PromptSet[] = SHIPPED): Promise<0 | 1 | 3> {
  for (const { dir, texts } of sets) {
    const { findings } = await inspectRecordings(dir, texts, LOCALES);
    const due = findings.filter(({ flaws, replaceable }) => flaws.length > 0 && replaceable);
    if (due.length === 0) continue;
    const program = speechProgram();
    if (!program) {
      process.stderr.write(
        'flite is not installed; placeholder recordings are made with it: apt-get install flite\n',
      );
      return 3;
    }
    for (const finding of due) await makePlaceholder(dir, finding, program);
  }
  return await checkPrompts(sets);
}

async function makePlaceholder(dir: string, finding: Finding, program: string): Promise<void> {
  const { id, locale, text } = finding;
  const folder = join(dir, locale);
  const file = join(folder, `${id}.wav`);
  const samples = await speak(text, VOICES[locale]);
  const manifest = await readManifest(folder);
  if (manifest === 'unreadable') {
    throw new IvrFault(
      'IVR_PROMPT_INVALID',
      `the list of recordings in ${folder} cannot be read: restore it`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeFile(file, encodeWav(samples));
  const by = `${program} ${VOICES[locale]}`;
  await writeManifest(folder, { ...manifest, [id]: { text, placeholder: true, by } });
  print(`${file} made`);
}

/** The speech program with its version, as manifests name it; null where it is not installed. */
function speechProgram(): string | null {
  // flite 2.2 answers --version with exit code 1.
  const { error, stdout } = spawnSync('flite', ['--version'], { encoding: 'utf8' });
  if (error) return null;
  return `flite ${/flite-(\d+\.\d+)/.exec(stdout)?.[1] ?? 'of unknown version'}`;
}

async function speak(text: string, voice: string): Promise<Int16Array> {
  const scratch = await mkdtemp(join(tmpdir(), 'tonegate-prompts-'));
  try {
    const file = join(scratch, 'take.wav');
    const { status, stderr } = spawnSync('flite', ['-voice', voice, '-t', text, '-o', file], {
      encoding: 'utf8',
    });
    const take = status === 0 ? judge(await readFile(file)).samples : null;
    const samples = take && master(take);
    if (samples) return samples;
    throw new IvrFault('IVR_PROMPT_INVALID', `flite could not say "${text}": ${stderr.trim()}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
