// Stand-ins on the PATH for the speech programs: each "says" everything as one tone with silence around,
// at the rate of the real one, and keeps what it was given to say.

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { encodeWav } from '../../src/prompts/wav.ts';
import { join as joined, silence, tone } from '../prompts/tone.ts';

const FLITE = `#!/bin/sh
here=$(dirname "$0")
case "$1" in
  --version) echo '  version: flite-2.2-current'; exit 1 ;;
  *) printf '%s' "$4" > "$here/said-by-flite"; cp "$here/take-16000.wav" "$6" ;;
esac
`;

const ESPEAK = `#!/bin/sh
here=$(dirname "$0")
case "$1" in
  --version) echo 'eSpeak NG text-to-speech: 1.51  Data at: /usr/lib' ;;
  *) cat > "$here/said-by-espeak-ng"; cp "$here/take-22050.wav" "$8" ;;
esac
`;

/** Puts the stand-ins into a folder that is looked into first, until the test's environment is restored. */
export async function installSpeechPrograms(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, script] of [['flite', FLITE] as const, ['espeak-ng', ESPEAK] as const]) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  await setTakes(folder, joined(silence(300), tone(400), silence(300)));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH ?? ''}`);
}

/** Has both programs "say" these samples, each at its rate. */
export async function setTakes(folder: string, samples: Int16Array): Promise<void> {
  for (const rate of [16_000, 22_050]) {
    const take = encodeWav(samples);
    new DataView(take.buffer).setUint32(24, rate, true);
    await writeFile(join(folder, `take-${rate}.wav`), take);
  }
}
