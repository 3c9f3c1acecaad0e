// From the configuration to what the charts work with: one plan per line, found by the dialled number.

import { createHash } from 'node:crypto';
import { IvrFault } from '../ivr/fault.ts';
import type { LockOutPolicy } from '../ivr/ports.ts';
import type { CheckDigits } from '../machines/check-digits.ts';
import type { EntryRules } from '../machines/collect-digits.machine.ts';
import type {
  DeskPlan,
  LinePlan,
  MenuChoice,
  Route,
  StepPlan,
  TrunkPlan,
} from '../machines/line-plan.ts';
import { isPromptId, type OwnPrompt, type PromptId } from '../prompts/catalogue.ts';
import type { Policy } from '../screening/policy.ts';
import type { Config, DeskConfig, LineConfig, StepConfig } from './schema.ts';

/** The plan of the line that answers a dialled number; null where none does. */
export type PlanBook = (dialled: string | null) => LinePlan | null;

/** Ids of the prompts that are recorded for a line beside those of the catalogue, in all its languages. */
export type OwnPrompts = (line: string) => ReadonlySet<string>;

/** The public key (SPKI PEM) of a line's upstream; null where it has none. */
export type UpstreamKeys = (line: string) => string | null;

/**
 * The plans of a configuration. Throws `IVR_CONFIG_INVALID` with all faults of what lines say: what is
 * neither in the catalogue nor recorded for them, and choices that sound alike.
 */
export function linePlans(
  config: Config,
  ownPrompts: OwnPrompts,
  upstreamKeys: UpstreamKeys,
): PlanBook {
  const desks = Object.fromEntries(
    Object.entries(config.desks).map(([name, desk]) => [name, deskPlan(desk)]),
  );
  const faults = config.lines.flatMap((line) => spokenFaults(line, ownPrompts(line.name)));
  if (faults.length > 0) throw new IvrFault('IVR_CONFIG_INVALID', faults.join('\n'));
  const plans = new Map(
    config.lines.flatMap((line) => {
      const plan = linePlan(line, desks, config, ownPrompts(line.name), upstreamKeys(line.name));
      return line.numbers.map((number) => [number, plan] as const);
    }),
  );
  // A carrier may leave out the plus; LiveKit's trunks take the number all the same.
  return (dialled) => plans.get(dialled ?? '') ?? plans.get(`+${dialled}`) ?? null;
}

/** When accounts are locked, in the measures of the core. */
export function lockOutPolicy({ lockout }: Config): LockOutPolicy {
  const [first, longest] = lockout.softSeconds;
  return {
    softAfter: lockout.softAfter,
    softMs: first * 1000,
    softLongestMs: longest * 1000,
    hardAfter: lockout.hardAfter,
    hardMs: lockout.hardHours * 3_600_000,
  };
}

/** Changes with the program's version and with anything that changes a line's flow. */
export function flowVersion(programVersion: string, plan: LinePlan | null): string {
  if (plan === null) return programVersion;
  const hash = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 8);
  return `${programVersion}+${hash}`;
}

function linePlan(
  line: LineConfig,
  desks: LinePlan['desks'],
  config: Config,
  own: ReadonlySet<string>,
  publicKey: string | null,
): LinePlan {
  const [first = 'en', ...others] = line.locales;
  return {
    name: line.name,
    screening: policyOf(config.screening, line.screening ?? {}),
    trunks: trunksOf(line, config),
    upstream:
      line.upstream && publicKey
        ? { issuer: line.upstream.issuer, audience: line.upstream.audience, publicKey }
        : null,
    locales: [first, ...others],
    notice: promptNamed(line.notice),
    closed: promptNamed(line.closed),
    route: line.menu === undefined ? routePlan(line) : menuPlan(line, own),
    operator: line.operator ?? null,
    desks,
    ...patience(config),
    maxCallMs: config.maxCallSeconds * 1000,
  };
}

/**
 * Who does not answer in time is a fault of the adapter that asked, which knows what it is of; the charts stop
 * waiting only where that does not come.
 */
const BACKSTOP_MS = 1000;

function patience({ backend, sms }: Config): Pick<LinePlan, 'backendMs' | 'sendingMs'> {
  const backendMs = backend.timeoutSeconds * 1000 + BACKSTOP_MS;
  return { backendMs, sendingMs: backendMs + (sms?.timeoutSeconds ?? 0) * 1000 };
}

/** The system's policy, with whatever the line wants otherwise. */
function policyOf(system: Config['screening'], own: NonNullable<LineConfig['screening']>): Policy {
  const wanted = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...system, ...Object.fromEntries(wanted) };
}

/** The trunks whose headers count: those the line lists, or all that carry one of its numbers. */
function trunksOf({ trunks: listed, numbers }: LineConfig, config: Config): readonly TrunkPlan[] {
  return config.trunks
    .filter((trunk) =>
      listed === undefined
        ? trunk.numbers.some((number) => numbers.includes(number))
        : listed.includes(trunk.name),
    )
    .map(({ name, profile }) => ({ name, profile }));
}

function menuPlan(line: LineConfig, own: ReadonlySet<string>): readonly MenuChoice[] {
  return Object.entries(line.menu ?? {}).map(([key, choice]) => {
    const recorded = own.has(`menu-${key}`);
    const prompt = recorded ? (`own/menu-${key}` as const) : menuPrompt(choice, line);
    return { key, prompt, ...routePlan(choice) };
  });
}

/** The prompt that a line names, where there is one of that name. */
function promptNamed(id: string | undefined): PromptId | OwnPrompt | null {
  if (id === undefined) return null;
  return isPromptId(id) ? id : `own/${id}`;
}

const FOLDER = 'the folder that "prompts" names, in every language of the line';

function spokenFaults(line: LineConfig, own: ReadonlySet<string>): string[] {
  const unknown = (['notice', 'closed'] as const).filter((key) => {
    const id = line[key];
    return id !== undefined && !isPromptId(id) && !own.has(id);
  });
  const choices = menuPlan(line, own);
  const alike = choices.filter(({ prompt }, i) =>
    choices.some((other, j) => i !== j && other.prompt === prompt),
  );
  const files = alike.map(({ key }) => `menu-${key}`).join(' and ');
  return [
    ...unknown.map(
      (key) =>
        `line "${line.name}": its ${key} is no prompt of the catalogue and not recorded for it: correct the name, or record it in ${FOLDER}`,
    ),
    ...(alike.length > 0
      ? [
          `line "${line.name}": callers could not tell these choices of its menu apart: record ${files} in ${FOLDER}`,
        ]
      : []),
  ];
}

/** What is said of a choice that the line has no recording of its own for. */
function menuPrompt(
  { steps, desk }: Pick<LineConfig, 'steps' | 'desk'>,
  line: LineConfig,
): PromptId {
  if (steps !== undefined && steps.length > 0) return 'menu-account';
  return desk === line.operator ? 'menu-operator' : 'menu-other';
}

function routePlan({ steps, desk }: Pick<LineConfig, 'steps' | 'desk'>): Route {
  return { steps: (steps ?? []).map(stepPlan), desk: desk ?? '' };
}

function stepPlan(step: StepConfig): StepPlan {
  const { tries, readBack } = step;
  const droppedBy = 'when' in step ? (step.when?.screeningNot ?? []) : [];
  const base = { tries, readBack, check: checkDigits(step.check), droppedBy };
  switch (step.step) {
    case 'account':
    case 'passcode': {
      const lengths = [step.minLength ?? step.length, step.maxLength ?? step.length] as const;
      return { step: step.step, ...base, rules: entryRules(step, ...lengths) };
    }
    case 'birthDate':
      return {
        step: 'birthDate',
        ...base,
        order: step.order ?? null,
        rules: entryRules(step, 8, 8),
      };
    case 'oneTimeCode':
      return {
        step: 'oneTimeCode',
        ...base,
        rules: entryRules(step, step.length, step.length),
        sends: step.sends,
        resendMs: step.resendSeconds * 1000,
        ttlMs: step.ttlSeconds * 1000,
        simChangeHours: step.simChangeHours,
      };
  }
}

function checkDigits(check: StepConfig['check']): CheckDigits {
  return typeof check === 'string' ? { kind: check } : { kind: 'pattern', pattern: check.pattern };
}

function entryRules(step: StepConfig, minLength: number, maxLength: number): EntryRules {
  return {
    minLength,
    maxLength,
    terminator: step.terminator,
    bargeIn: step.bargeIn,
    // With nothing keyed ahead, check digits let no wrong entry through (docs/key-presses.md).
    typeAhead: step.typeAhead ?? (step.check !== 'luhn' && step.check !== 'mod97'),
    firstKeyMs: step.firstKeySeconds * 1000,
    nextKeyMs: step.nextKeySeconds * 1000,
    entryMs: step.entrySeconds * 1000,
    latePoundMs: step.latePoundSeconds * 1000,
    lateKeyMs: step.lateKeySeconds * 1000,
    promptRepeats: step.promptRepeats,
    fastestKeyMs: step.fastestKeyMilliseconds,
  };
}

function deskPlan(desk: DeskConfig): DeskPlan {
  const door = { requires: desk.requires, otherwise: desk.otherwise ?? null };
  if ('transfer' in desk) {
    return { kind: 'transfer', target: desk.transfer, ringMs: desk.ringSeconds * 1000, ...door };
  }
  const joinWithinMs = desk.joinWithinSeconds * 1000;
  return 'agent' in desk
    ? { kind: 'agent', agent: desk.agent, joinWithinMs, ...door }
    : { kind: 'attributes', joinWithinMs, ...door };
}
