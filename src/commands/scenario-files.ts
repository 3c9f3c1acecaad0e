// Reads scenario files against a configuration: whole, valid scenarios, or one fault that lists everything wrong
// with all of them, where, and what to write instead.

import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ConfigFault } from '../config/outline.ts';
import type { Config } from '../config/schema.ts';
import { parseYaml, readText } from '../config/yaml-file.ts';
import { HAPPENINGS, type Happening, type Scenario, scenarioSchema } from '../console/scenario.ts';
import { BANK_ROUTES, type BankRoute, type FaultMode } from '../demo/bank-faults.ts';
import { IvrFault } from '../ivr/fault.ts';
import { headersTelling } from '../screening/told.ts';
import { LABELS } from '../screening/verdict.ts';
import { trunkFor } from './trunk-of.ts';

export type Header = readonly [name: string, value: string];

/** A scenario that can be played. */
export interface PlannedScenario {
  /** As it was named. */
  readonly file: string;
  readonly scenario: Scenario;
  readonly dialled: string;
  /** The trunk it comes over, by its configured name; null: none has the number. */
  readonly trunk: string | null;
}

const MEND = 'name the files with the scenarios: tonegate qa FILE…';

/** Reads them all. Throws `IVR_CONFIG_INVALID` with the faults of every file. */
export async function loadScenarios(
  files: readonly string[],
  config: Config,
): Promise<readonly PlannedScenario[]> {
  const outcomes = await Promise.allSettled(files.map((file) => loadScenario(file, config)));
  const faults = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  const other = faults.find((fault) => !(fault instanceof IvrFault));
  if (other !== undefined) throw other;
  if (faults.length > 0) {
    const told = faults.map((fault) => (fault as IvrFault).message);
    throw new IvrFault('IVR_CONFIG_INVALID', told.join('\n'));
  }
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

async function loadScenario(file: string, config: Config): Promise<PlannedScenario> {
  const path = resolve(file);
  const source = await readText(path, { what: 'the scenario', mend: MEND });
  const scenario = parseYaml(source, path, scenarioSchema, (raw) => faultsIn(raw, config));
  const dialled = dialledBy(scenario, config) ?? '';
  return { file, scenario, dialled, trunk: trunkFor(dialled, config)?.name ?? null };
}

/** The headers of its INVITE; `calling`: the number, or a word where it is withheld. */
export function headersOf(
  { scenario, dialled }: PlannedScenario,
  config: Config,
  calling: string,
): readonly Header[] {
  const profile = trunkFor(dialled, config)?.profile ?? 'none';
  const told = headersTelling(scenario.screening ?? 'none', profile, calling) ?? {};
  return Object.entries({ ...told, ...scenario.headers });
}

/** How the demo bank is to misbehave for its customer. */
export function faultsOf({ faults }: Scenario): readonly (readonly [BankRoute, FaultMode])[] {
  return BANK_ROUTES.flatMap((route) => {
    const mode = faults[route];
    return mode === undefined ? [] : [[route, mode] as const];
  });
}

/** Null: withheld. Unless the file names one, a number that nobody else calls from. */
export function callingNumber({ calling }: Scenario): string | null {
  if (calling === 'withheld') return null;
  return calling ?? `+15553${String(randomInt(1_000_000)).padStart(6, '0')}`;
}

const dialledBy = (
  { line, number }: { readonly line?: string | undefined; readonly number?: string | undefined },
  { lines }: Config,
) => number ?? lines.find(({ name }) => name === line)?.numbers[0];

const text = z.string().optional().catch(undefined);
/** As much of a scenario as can be made out, right or wrong. */
const outline = z
  .object({
    line: text,
    number: text,
    only: z.unknown().optional(),
    because: z.unknown().optional(),
    screening: z.enum(LABELS).optional().catch(undefined),
    upstream: z.unknown().optional(),
    desks: z.unknown().optional(),
    transfer: z.unknown().optional(),
    call: z.array(z.object({ happens: text }).catch({ happens: undefined })).catch([]),
  })
  .catch({ call: [] });

/** What the shape alone does not show. */
function faultsIn(raw: unknown, config: Config): readonly ConfigFault[] {
  const seen = outline.parse(raw);
  return [...lineFaults(seen, config), ...liveFaults(seen)];
}

function lineFaults(
  { line, number, screening }: z.output<typeof outline>,
  config: Config,
): readonly ConfigFault[] {
  const names = config.lines.map(({ name }) => name).join(', ');
  if ((line === undefined) === (number === undefined)) {
    const path = line === undefined ? [] : ['number'];
    return [{ path, message: 'say who is called: give exactly one of "line" and "number"' }];
  }
  const dialled = dialledBy({ line, number }, config);
  if (dialled === undefined) {
    const message = `is no line of the configuration: use one of ${names}, or name another configuration with --config`;
    return [{ path: ['line'], message }];
  }
  const profile = trunkFor(dialled, config)?.profile ?? 'none';
  if (screening === undefined || headersTelling(screening, profile, '+15551230000') !== null) {
    return [];
  }
  const said = typeof profile === 'string' ? profile : 'own header';
  const message = `cannot be told by a carrier of profile "${said}": choose another verdict, or write its "headers"`;
  return [{ path: ['screening'], message }];
}

/** What nobody can bring about from outside, without a word of it. */
function liveFaults(seen: z.output<typeof outline>): readonly ConfigFault[] {
  if (seen.only !== undefined && seen.only !== null) {
    if (seen.because !== undefined && seen.because !== null) return [];
    return [{ path: ['only'], message: 'say why: add "because"' }];
  }
  const stage = (['upstream', 'desks', 'transfer'] as const).filter(
    (key) => seen[key] !== undefined && seen[key] !== null,
  );
  const paths: (readonly PropertyKey[])[] = [
    ...stage.map((key) => [key]),
    ...seen.call.flatMap(({ happens }, i) =>
      isSimulated(happens) ? [['call', i, 'happens']] : [],
    ),
  ];
  const message =
    'can only be simulated: add "only: simulated", and "because" with the reason for your readers';
  return paths.map((path) => ({ path, message }));
}

function isSimulated(happens: string | undefined): boolean {
  if (happens === undefined || !Object.hasOwn(HAPPENINGS, happens)) return false;
  return HAPPENINGS[happens as Happening] === 'simulated';
}
