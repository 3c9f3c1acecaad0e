// What in a configuration refers to what, and whether it holds: names, numbers, chains of desks, and
// that no line leads to a desk it cannot open. Works on half-right input too, so that all faults of a
// file can be told at once.

import { z } from 'zod';
import { AMR_OF_STEP, type StepName } from '../machines/outcome.ts';

/** A fault and where it stands; the message never repeats a value that was given, but names of ours. */
export interface ConfigFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const text = z.string().optional().catch(undefined);
const words = z.array(z.string()).catch([]);
const length = z.number().optional().catch(undefined);
const step = z
  .preprocess(
    (value) => (typeof value === 'string' ? { step: value } : value),
    z.object({ step: z.string(), minLength: length, maxLength: length }),
  )
  .catch({ step: '' });

/** As much of a configuration as can be made out. */
const outline = z
  .object({
    trunks: z
      .array(z.object({ name: text, numbers: words }).catch({ name: undefined, numbers: [] }))
      .catch([]),
    lines: z
      .array(
        z
          .object({
            name: text,
            numbers: words,
            steps: z.array(step).catch([]),
            desk: text,
            operator: text,
          })
          .catch({ name: undefined, numbers: [], steps: [], desk: undefined, operator: undefined }),
      )
      .catch([]),
    desks: z
      .record(
        z.string(),
        z
          .object({ requires: words, otherwise: text })
          .catch({ requires: [], otherwise: undefined }),
      )
      .catch({}),
  })
  .catch({ trunks: [], lines: [], desks: {} });

type Outline = z.output<typeof outline>;

/** All faults in what refers to what. Empty: everything that is named is there. */
export function referenceFaults(raw: unknown): ConfigFault[] {
  const config = outline.parse(raw);
  return [
    ...trunkFaults(config),
    ...lineFaults(config),
    ...deskFaults(config),
    ...config.lines.flatMap((_, i) => doorFaults(config, i)),
  ];
}

function trunkFaults({ trunks }: Outline): ConfigFault[] {
  const names = trunks.map(({ name }) => name);
  return names.flatMap((name, i) =>
    name !== undefined && names.indexOf(name) !== i
      ? [
          {
            path: ['trunks', i, 'name'],
            message: 'another trunk has this name: choose a different one',
          },
        ]
      : [],
  );
}

function lineFaults({ trunks, lines, desks }: Outline): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = new Set<string>();
  const owners = new Map<string, string>();
  const carried = new Set(trunks.flatMap(({ numbers }) => numbers));
  lines.forEach((line, i) => {
    const fault = (path: PropertyKey[], message: string) =>
      faults.push({ path: ['lines', i, ...path], message });
    if (line.name !== undefined && names.has(line.name)) {
      fault(['name'], 'another line has this name: choose a different one');
    }
    names.add(line.name ?? '');
    line.numbers.forEach((number, j) => {
      const owner = owners.get(number);
      if (owner !== undefined) fault(['numbers', j], `line "${owner}" answers this number already`);
      owners.set(number, line.name ?? String(i));
      if (trunks.length > 0 && !carried.has(number)) {
        fault(['numbers', j], 'no trunk has this number, so no call to it comes in: add it to one');
      }
    });
    for (const key of ['desk', 'operator'] as const) {
      const target = line[key];
      if (target !== undefined && !Object.hasOwn(desks, target)) {
        fault([key], 'no desk of this name under "desks": add it there or name another');
      }
    }
    line.steps.forEach((step, j) => {
      if (j === 0 && step.step !== 'account') {
        fault(['steps', j], 'the first step must be "account": all others ask about an account');
      }
      if (line.steps.findIndex((other) => other.step === step.step) !== j) {
        fault(['steps', j], 'this line has that step already: leave one out');
      }
      const [min, max] = [step.minLength, step.maxLength];
      if ((min === undefined) !== (max === undefined)) {
        fault(['steps', j], 'give both minLength and maxLength, or only length');
      } else if (min !== undefined && max !== undefined && min > max) {
        fault(['steps', j, 'minLength'], 'must not be more than maxLength');
      }
    });
  });
  return faults;
}

function deskFaults({ desks }: Outline): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [name, desk] of Object.entries(desks)) {
    const path = ['desks', name, 'otherwise'];
    if (desk.otherwise !== undefined && !Object.hasOwn(desks, desk.otherwise)) {
      faults.push({ path, message: 'no desk of this name under "desks": add it or name another' });
    }
    if (chainFrom(desk.otherwise, desks).includes(name)) {
      faults.push({ path, message: 'these "otherwise" desks go in a circle: end the chain' });
    }
  }
  return faults;
}

/** No line may lead a call, by whatever fallback, to a desk that requires more than it has proved. */
function doorFaults({ lines, desks }: Outline, i: number): ConfigFault[] {
  const line = lines[i];
  if (line === undefined) return [];
  const proved = line.steps.flatMap(({ step }) =>
    Object.hasOwn(AMR_OF_STEP, step) ? [...AMR_OF_STEP[step as StepName]] : [],
  );
  const shut = (key: 'desk' | 'operator', has: readonly string[], because: string) =>
    chainFrom(line[key], desks).flatMap((name) => {
      const missing = deskNamed(desks, name)?.requires.filter((word) => !has.includes(word)) ?? [];
      if (missing.length === 0) return [];
      return {
        path: ['lines', i, key],
        message: `leads to desk "${name}", which requires ${missing.join(', ')}: ${because}`,
      };
    });
  return [
    ...shut('desk', proved, 'add a step that proves it, or choose another desk'),
    ...shut('operator', [], 'callers come to the operator without any proof; choose another desk'),
  ];
}

/** Names come from a file: one like "constructor" must not find what every object has. */
function deskNamed(desks: Outline['desks'], name: string): Outline['desks'][string] | undefined {
  return Object.hasOwn(desks, name) ? desks[name] : undefined;
}

/** The desks a call may come to from `first`, in order, each once. */
function chainFrom(first: string | undefined, desks: Outline['desks']): string[] {
  const chain: string[] = [];
  for (let name = first; name !== undefined && !chain.includes(name); ) {
    chain.push(name);
    name = deskNamed(desks, name)?.otherwise;
  }
  return chain;
}
