// What a worker answers calls by, read whole or refused whole: the configured lines with all that is said
// on them. Knows no call.

import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { flowVersion, linePlans, lockOutPolicy } from '../config/line-plans.ts';
import { loadConfig } from '../config/load.ts';
import type { Config, LineConfig } from '../config/schema.ts';
import type { Edition } from '../ivr/call-world.ts';
import { IvrFault } from '../ivr/fault.ts';
import {
  AUDIO_DIR,
  type LineRecordings,
  loadLineRecordings,
  loadRecordings,
  type Recordings,
} from '../ivr/recordings.ts';
import { catalogue, LOCALES, type PromptId } from '../prompts/catalogue.ts';
import { loadUpstreamKey } from '../upstream/keys.ts';
import { lineFolder } from './prompt-folders.ts';
import { VERSION } from './version.ts';

const NONE: ReadonlySet<string> = new Set();

export interface LoadedEdition extends Edition {
  /** The configuration it goes by. */
  readonly config: Config;
  /** Versions of the recordings, by the name of the line. */
  readonly promptVersions: Readonly<Record<string, string>>;
  /** Keys that the file has otherwise than the running worker, and that only a restart takes over. */
  readonly leftForRestart: readonly string[];
}

/**
 * Reads the configuration and all recordings. Throws an `IvrFault` that names everything wrong with
 * either. `running`: the configuration of the worker that asks, which keeps all but its lines and desks.
 */
export async function loadEdition(file: string, running?: Config): Promise<LoadedEdition> {
  const fresh = await loadConfig(file);
  const config = running === undefined ? fresh : { ...running, ...reloadable(fresh) };
  const { lines } = config;
  const upstreamKeys = await upstreamKeysByLine(lines);
  const common = await loadRecordings(AUDIO_DIR, catalogue, LOCALES);
  const recordings = await recordingsByLine(lines, common);
  return {
    config,
    planFor: linePlans(
      config,
      (line) => recordings.get(line)?.own ?? NONE,
      (line) => upstreamKeys.get(line) ?? null,
    ),
    lockOut: lockOutPolicy(config),
    refusalReason: config.screening.reason,
    recordingsFor: (plan) => recordings.get(plan?.name ?? '') ?? common,
    flowVersion: (plan) => flowVersion(VERSION, plan),
    promptVersions: Object.fromEntries(
      [...recordings].map(([line, { version }]) => [line, version]),
    ),
    leftForRestart: (Object.keys(fresh) as (keyof Config)[]).filter(
      (key) => !isDeepStrictEqual(fresh[key], config[key]),
    ),
  };
}

/** What a running worker takes over; what trunks and rules are at LiveKit is `provision`'s. */
function reloadable(fresh: Config) {
  const { lines, desks, lockout, maxCallSeconds, screening, trunks, rules } = fresh;
  return { lines, desks, lockout, maxCallSeconds, screening, trunks, rules };
}

/** The public keys of the upstream systems, by line. Throws with the faults of all lines. */
async function upstreamKeysByLine(
  lines: readonly LineConfig[],
): Promise<ReadonlyMap<string, string>> {
  const faults: string[] = [];
  const keys = new Map<string, string>();
  for (const { name, upstream } of lines) {
    if (upstream === undefined) continue;
    try {
      const pem = await readFile(upstream.publicKeyFile, 'utf8');
      await loadUpstreamKey(pem);
      keys.set(name, pem);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = error instanceof IvrFault ? message : `cannot be read (${code ?? 'unknown'})`;
      faults.push(`line "${name}": its upstream.publicKeyFile: ${why}`);
    }
  }
  if (faults.length > 0) throw new IvrFault('IVR_CONFIG_INVALID', faults.join('\n'));
  return keys;
}

/** The recordings of each line, its own ones over the common ones. Throws with the faults of all lines. */
async function recordingsByLine(
  lines: readonly LineConfig[],
  common: Recordings<PromptId>,
): Promise<ReadonlyMap<string, LineRecordings>> {
  const loads = lines.map(
    async (line): Promise<[string, LineRecordings]> => [
      line.name,
      await recordingsOf(line, common),
    ],
  );
  const outcomes = await Promise.allSettled(loads);
  const faults = outcomes.flatMap((load) => (load.status === 'rejected' ? [load.reason] : []));
  const other = faults.find((fault) => !(fault instanceof IvrFault));
  if (other !== undefined) throw other;
  if (faults.length > 0) {
    const told = new Set(faults.map(({ message }: IvrFault) => message));
    throw new IvrFault('IVR_PROMPT_INVALID', [...told].join('\n'));
  }
  return new Map(await Promise.all(loads));
}

async function recordingsOf(
  line: LineConfig,
  common: Recordings<PromptId>,
): Promise<LineRecordings> {
  const folder = lineFolder(line);
  return folder === null ? { ...common, own: NONE } : await loadLineRecordings(common, folder);
}
