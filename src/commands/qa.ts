// `tonegate qa`: plays scenario files, simulated in milliseconds or live over LiveKit, and says where a call is not
// as its file has it.

import { writeFile } from 'node:fs/promises';
import { play } from '../console/player.ts';
import { listed, milliseconds } from '../console/scenario.ts';
import { IvrFault } from '../ivr/fault.ts';
import { type LoadedEdition, loadEdition } from './edition.ts';
import { liveStages } from './qa-live.ts';
import { asJson, asJunitText, asSummary, asText, type Result, type Way } from './qa-report.ts';
import { type Staging, simulatedStages } from './qa-simulated.ts';
import { loadScenarios, type PlannedScenario } from './scenario-files.ts';

export interface QaOptions {
  readonly live?: boolean;
  readonly json?: boolean;
  /** File that takes JUnit's XML. */
  readonly junit?: string;
}

interface Pace {
  readonly atOnce: number;
  readonly longestFirst: boolean;
}

/** Callers are cheap, but each has its sound mixed somewhere. */
const LIVE: Pace = { atOnce: 10, longestFirst: true };
const SIMULATED: Pace = { atOnce: 1, longestFirst: false };
/** A step of a call takes about so long. */
const STEP_MS = 3000;

/** Plays the files. Exit code: 0 all as expected, 1 not all, or none could be played. */
export async function runQa(
  files: readonly string[],
  { config, ...options }: QaOptions & { readonly config: string },
): Promise<0 | 1> {
  return await playFiles(files, await loadEdition(config), options);
}

/** The same, with a configuration that is loaded already. */
export async function playFiles(
  files: readonly string[],
  edition: LoadedEdition,
  options: QaOptions,
): Promise<0 | 1> {
  const scenarios = await loadScenarios(files, edition.config);
  const way: Way = options.live ? 'live' : 'simulated';
  const show = (result: Result) =>
    process.stdout.write(`${options.json ? asJson(result, way) : asText(result)}\n`);

  const results = options.live
    ? await playLive(scenarios, edition.config, show)
    : await playAll(scenarios, await simulatedStages(edition), SIMULATED, show);

  if (options.junit !== undefined) await write(options.junit, asJunitText(results, way));
  if (!options.json) process.stdout.write(`${asSummary(results, way)}\n`);
  const played = results.flatMap(({ played }) => played ?? []);
  return played.length > 0 && played.every(({ isPassed }) => isPassed) ? 0 : 1;
}

type Show = (result: Result) => void;

async function playLive(
  scenarios: readonly PlannedScenario[],
  config: Parameters<typeof liveStages>[0],
  show: Show,
): Promise<readonly Result[]> {
  await using stages = await liveStages(config);
  return await playAll(scenarios, stages.open, LIVE, show, ({ scenario }) => !scenario.only);
}

/** Shown as they end, answered in the order of the files. Throws when one could not be played, the others ended. */
async function playAll(
  scenarios: readonly PlannedScenario[],
  open: Staging,
  { atOnce, longestFirst }: Pace,
  show: Show,
  canPlay: (planned: PlannedScenario) => boolean = () => true,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...scenarios.entries()];
  if (longestFirst) waiting.sort(([, one], [, other]) => waitedIn(other) - waitedIn(one));
  const failures: unknown[] = [];

  async function playOn(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [nth, planned] = next;
      const began = performance.now();
      const played = canPlay(planned) ? await playOne(planned, open) : null;
      const result = { planned, played, tookMs: performance.now() - began };
      results[nth] = result;
      show(result);
    }
  }

  const players = Array.from({ length: atOnce }, () =>
    playOn().catch((error: unknown) => {
      failures.push(error);
      waiting.length = 0;
    }),
  );
  await Promise.all(players);
  if (failures.length > 0) throw failures[0];
  return results;
}

/** How long its file has the caller wait, and roughly how long for what is said. */
function waitedIn({ scenario: { call } }: PlannedScenario): number {
  return call.reduce((ms, step) => {
    if (typeof step === 'string') return ms;
    if (step.waits !== undefined) return ms + milliseconds(step.waits);
    return ms + Math.max(1, listed(step.hears).length) * STEP_MS;
  }, 0);
}

async function playOne(planned: PlannedScenario, open: Staging) {
  await using stage = await open(planned);
  return await play(planned.scenario, stage);
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `cannot write ${file} (${code ?? 'unknown'}): name another file with --junit`,
    );
  }
}
