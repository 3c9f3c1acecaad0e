// The speech programs that make placeholder recordings, one per language. Nothing else needs them: not
// running, not testing.

import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IvrFault } from '../ivr/fault.ts';
import type { Locale } from '../prompts/catalogue.ts';
import { master } from '../prompts/master.ts';
import { resample } from '../prompts/resample.ts';
import { parseWav, samplesOf } from '../prompts/wav.ts';

/** A program on the PATH, named like its Debian package, that reads words and writes a WAV file. */
interface SpeechProgram {
  readonly name: string;
  readonly voice: string;
  readonly version: RegExp;
  command(
    text: string,
    file: string,
  ): { readonly args: readonly string[]; readonly input?: string };
}

const PROGRAMS: Readonly<Record<Locale, SpeechProgram>> = {
  en: {
    name: 'flite',
    voice: 'slt',
    version: /flite-(\d+\.\d+)/,
    command: (text, file) => ({ args: ['-voice', 'slt', '-t', text, '-o', file] }),
  },
  es: {
    name: 'espeak-ng',
    voice: 'es-419',
    version: /text-to-speech: (\d+\.\d+)/,
    // Takes UTF-8, and 150 words a minute instead of 175: callers listen, they do not read along.
    command: (text, file) => ({
      args: ['-v', 'es-419', '-b', '1', '-s', '150', '-w', file, '--stdin'],
      input: text,
    }),
  },
};

/** Speech program and voice of a language as manifests name them, or what to install. */
export function speaker(locale: Locale): { readonly by: string } | { readonly install: string } {
  const { name, voice, version } = PROGRAMS[locale];
  // flite 2.2 answers --version with exit code 1.
  const { error, stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  if (error) return { install: name };
  return { by: `${name} ${version.exec(stdout)?.[1] ?? 'of unknown version'} ${voice}` };
}

/** Has a text spoken, mastered like every recording. Throws `IVR_PROMPT_INVALID` where nothing is heard. */
export async function speak(text: string, locale: Locale): Promise<Int16Array> {
  const { name, command } = PROGRAMS[locale];
  const scratch = await mkdtemp(join(tmpdir(), 'tonegate-prompts-'));
  try {
    const file = join(scratch, 'take.wav');
    const { args, input } = command(text, file);
    const { status, stderr } = spawnSync(name, args, { encoding: 'utf8', input });
    const samples = status === 0 ? mastered(await readFile(file)) : null;
    if (samples) return samples;
    throw new IvrFault('IVR_PROMPT_INVALID', `${name} could not say "${text}": ${stderr.trim()}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function mastered(bytes: Uint8Array): Int16Array | null {
  const take = parseWav(bytes);
  return typeof take === 'string' ? null : master(resample(samplesOf(take.data), take.sampleRate));
}
