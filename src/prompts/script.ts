// The voice talent's script: what to say, when it is heard, how it must end, and what the files must be
// like. Pure and reproducible.

import { catalogue, type Locale } from './catalogue.ts';
import { whenHeard } from './heard.ts';
import {
  HIGHEST_PEAK,
  LEADING_SILENCE_MS,
  LONGEST_SECONDS,
  LOUDNESS_TOLERANCE,
  TARGET_LOUDNESS,
  TRAILING_SILENCE_MS,
} from './lint.ts';
import { isNumber, sayDate } from './say.ts';
import { SAMPLE_RATE } from './wav.ts';

const LANGUAGES: Readonly<Record<Locale, string>> = {
  en: 'English (United States)',
  es: 'Spanish (Latin America)',
};

/** A prompt of a line's own; `text` is null where nobody has written its words yet. */
export interface OwnScript {
  readonly id: string;
  readonly text: string | null;
  readonly heard: string;
}

export interface ScriptEntry {
  readonly file: string;
  readonly text: string | null;
  readonly heard: string | null;
  /** `beforeNumber`: ends open, since a number follows in the same breath. */
  readonly kind: 'sentence' | 'beforeNumber' | 'number';
}

export interface Script {
  readonly locale: Locale;
  /** The line it is for; null for the common recordings. */
  readonly line: string | null;
  readonly requirements: {
    readonly sampleRate: number;
    readonly loudness: number;
    readonly loudnessTolerance: number;
    readonly highestPeak: number;
    readonly leadingSilenceMs: number;
    readonly trailingSilenceMs: number;
    readonly longestSeconds: number;
  };
  readonly prompts: readonly ScriptEntry[];
}

/** Everything to be spoken in a language. `words`: what a line says instead of the catalogue's words. */
export function writeScript(
  locale: Locale,
  line: string | null,
  words: Readonly<Record<string, string>>,
  own: readonly OwnScript[],
): Script {
  const common = Object.entries(catalogue).map(([id, { text }]) =>
    entry(id, words[id] ?? text[locale], whenHeard(id) ?? null),
  );
  return {
    locale,
    line,
    requirements: {
      sampleRate: SAMPLE_RATE,
      loudness: TARGET_LOUDNESS,
      loudnessTolerance: LOUDNESS_TOLERANCE,
      highestPeak: HIGHEST_PEAK,
      leadingSilenceMs: LEADING_SILENCE_MS,
      trailingSilenceMs: TRAILING_SILENCE_MS,
      longestSeconds: LONGEST_SECONDS,
    },
    prompts: [...own.map(({ id, text, heard }) => entry(id, text, heard)), ...common],
  };
}

function entry(id: string, text: string | null, heard: string | null): ScriptEntry {
  const isOpen = text !== null && !/[.?!]$/.test(text);
  const kind = isNumber(id) ? 'number' : isOpen ? 'beforeNumber' : 'sentence';
  return { file: `${id}.wav`, text, heard, kind };
}

/** The script as a Markdown page. */
export function scriptPage({ locale, line, requirements, prompts }: Script): string {
  const of = (kind: ScriptEntry['kind']) => prompts.filter((prompt) => prompt.kind === kind);
  const [open, numbers] = [of('beforeNumber'), of('number')];
  return `# Recording script: ${LANGUAGES[locale]}

${prompts.length} recordings ${line === null ? 'for all lines' : `for the line "${line}"`}: one file each, named as below, all in \`${locale}/\`.

## The files

- WAV, ${requirements.sampleRate / 1000} kHz, mono, 16-bit linear PCM.
- Loudness ${requirements.loudness} LUFS ± ${requirements.loudnessTolerance} (ITU-R BS.1770, over the whole file, without gate); no peak above ${requirements.highestPeak} dBFS.
- At most ${requirements.leadingSilenceMs} ms of silence before the words and ${requirements.trailingSilenceMs} ms after them; at most ${requirements.longestSeconds} s.
- One voice, one distance to the microphone, one pace: recordings are played one after the other.

## Sentences

Each stands for itself and ends as a sentence does.

${table(of('sentence'))}

## Words before a number

The number follows in the same breath: keep the end open, the voice level, and leave no pause.

${table(open)}

## Numbers

Speak each by itself, level, as in the middle of a list. \`N\` is the number before the words. A date is put together like this: ${exampleDate(numbers, locale)}.

${groups(numbers).join('\n')}
`;
}

function table(entries: readonly ScriptEntry[]): string {
  const rows = entries.map(
    ({ file, text, heard }) =>
      `| \`${file}\` | ${cell(text ?? '(not written yet)')} | ${cell(heard ?? '')} |`,
  );
  return ['| file | words | heard |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** One line per series of numbers: "`digit-N.wav`: 0 zero · 1 one". */
function groups(numbers: readonly ScriptEntry[]): readonly string[] {
  const series = Map.groupBy(numbers, ({ file }) => file.replace(/\d+/, 'N'));
  return [...series].map(([file, members]) => {
    const words = members.map((member) => `${/\d+/.exec(member.file)?.[0]} ${member.text}`);
    return `- \`${file}\`: ${words.join(' · ')}`;
  });
}

function exampleDate(numbers: readonly ScriptEntry[], locale: Locale): string {
  const text = (id: string) => numbers.find(({ file }) => file === `${id}.wav`)?.text;
  return sayDate('1979-03-14', locale)
    .map((id) => `"${text(id)}"`)
    .join(' ');
}
