// From the configuration to what the charts work with: one plan per line, found by the dialled number.

import { createHash } from 'node:crypto';
import type { EntryRules } from '../machines/collect-digits.machine.ts';
import type { DeskPlan, LinePlan, StepPlan } from '../machines/line-plan.ts';
import type { Config, DeskConfig, LineConfig, StepConfig } from './schema.ts';

/** The plan of the line that answers a dialled number; null where none does. */
export type PlanBook = (dialled: string | null) => LinePlan | null;

export function linePlans(config: Config): PlanBook {
  const desks = Object.fromEntries(
    Object.entries(config.desks).map(([name, desk]) => [name, deskPlan(desk)]),
  );
  const plans = new Map(
    config.lines.flatMap((line) => {
      const plan = linePlan(line, desks, config);
      return line.numbers.map((number) => [number, plan] as const);
    }),
  );
  // A carrier may leave out the plus; LiveKit's trunks take the number all the same.
  return (dialled) => plans.get(dialled ?? '') ?? plans.get(`+${dialled}`) ?? null;
}

/** Changes with the program's version and with anything that changes a line's flow. */
export function flowVersion(programVersion: string, plan: LinePlan | null): string {
  if (plan === null) return programVersion;
  const hash = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 8);
  return `${programVersion}+${hash}`;
}

function linePlan(line: LineConfig, desks: LinePlan['desks'], config: Config): LinePlan {
  return {
    name: line.name,
    steps: line.steps.map(stepPlan),
    desk: line.desk,
    operator: line.operator ?? null,
    desks,
    backendMs: config.backend.timeoutSeconds * 1000,
    maxCallMs: config.maxCallSeconds * 1000,
  };
}

function stepPlan(step: StepConfig): StepPlan {
  const { tries } = step;
  switch (step.step) {
    case 'account': {
      const lengths = [step.minLength ?? step.length, step.maxLength ?? step.length] as const;
      return { step: 'account', tries, rules: entryRules(step, ...lengths) };
    }
    case 'passcode':
      return { step: 'passcode', tries, rules: entryRules(step, step.length, step.length) };
    case 'birthDate':
      return { step: 'birthDate', tries, order: step.order, rules: entryRules(step, 8, 8) };
    case 'oneTimeCode':
      return {
        step: 'oneTimeCode',
        tries,
        rules: entryRules(step, step.length, step.length),
        sends: step.sends,
        resendMs: step.resendSeconds * 1000,
        simChangeHours: step.simChangeHours,
      };
  }
}

function entryRules(step: StepConfig, minLength: number, maxLength: number): EntryRules {
  return {
    minLength,
    maxLength,
    terminator: step.terminator,
    bargeIn: step.bargeIn,
    typeAhead: step.typeAhead,
    firstKeyMs: step.firstKeySeconds * 1000,
    nextKeyMs: step.nextKeySeconds * 1000,
    entryMs: step.entrySeconds * 1000,
  };
}

function deskPlan(desk: DeskConfig): DeskPlan {
  const door = { requires: desk.requires, otherwise: desk.otherwise ?? null };
  return 'agent' in desk
    ? { kind: 'agent', agent: desk.agent, joinWithinMs: desk.joinWithinSeconds * 1000, ...door }
    : { kind: 'transfer', target: desk.transfer, ringMs: desk.ringSeconds * 1000, ...door };
}
