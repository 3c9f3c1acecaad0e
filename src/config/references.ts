// What in a configuration refers to what, and whether it holds: names, numbers, chains of desks. Works on
// half-right input too.

import { doorFaults } from './doors.ts';
import {
  type ConfigFault,
  chainFrom,
  type Outline,
  outlineOf,
  type Way,
  waysOf,
} from './outline.ts';
import { ruleFaults, trunkFaults } from './trunk-references.ts';

const UNKNOWN_DESK = 'no desk of this name under "desks": add it there or name another';

/** All faults in what refers to what. Empty: everything that is named is there. */
export function referenceFaults(raw: unknown): ConfigFault[] {
  const config = outlineOf(raw);
  return [
    ...trunkFaults(config),
    ...ruleFaults(config),
    ...rejectFaults(config),
    ...lineFaults(config),
    ...deskFaults(config),
    ...config.lines.flatMap((_, i) => doorFaults(config, i)),
  ];
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
    line.trunks?.forEach((trunk, j) => {
      if (trunks.length > 0 && trunk !== undefined && !trunks.some(({ name }) => name === trunk)) {
        fault(['trunks', j], 'no trunk of this name under "trunks": add it there or name another');
      }
    });
    line.locales.forEach((locale, j) => {
      if (line.locales.indexOf(locale) !== j) {
        fault(['locales', j], 'this line speaks that language already: leave one out');
      }
    });
    if (line.menu === undefined) {
      for (const key of ['steps', 'desk'] as const) {
        if (line[key] === undefined)
          fault([key], 'is missing: give "steps" and "desk", or a "menu"');
      }
    } else {
      for (const key of ['steps', 'desk'] as const) {
        if (line[key] !== undefined)
          fault([key], 'the menu says that for each choice: leave it out');
      }
    }
    const unknownDesk = (path: PropertyKey[], target: string | undefined) => {
      if (target !== undefined && !Object.hasOwn(desks, target)) {
        fault(path, UNKNOWN_DESK);
      }
    };
    unknownDesk(['operator'], line.operator);
    for (const { path, steps, desk } of waysOf(line)) {
      unknownDesk([...path, 'desk'], desk);
      stepFaults(steps, (at, message) => fault([...path, 'steps', ...at], message));
    }
  });
  return faults;
}

function stepFaults(
  steps: Way['steps'],
  fault: (path: PropertyKey[], message: string) => void,
): void {
  steps.forEach((step, j) => {
    if (j === 0 && step.step !== 'account') {
      fault([j], 'the first step must be "account": all others ask about an account');
    }
    if (steps.findIndex((other) => other.step === step.step) !== j) {
      fault([j], 'that step is there already: leave one out');
    }
    const [min, max] = [step.minLength, step.maxLength];
    if ((min === undefined) !== (max === undefined)) {
      fault([j], 'give both minLength and maxLength, or only length');
    } else if (min !== undefined && step.length !== undefined) {
      fault([j, 'length'], 'minLength and maxLength are given: leave this out');
    } else if (min !== undefined && max !== undefined && min > max) {
      fault([j, 'minLength'], 'must not be more than maxLength');
    }
  });
}

function deskFaults({ desks }: Outline): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [name, desk] of Object.entries(desks)) {
    const path = ['desks', name, 'otherwise'];
    if (desk.otherwise !== undefined && !Object.hasOwn(desks, desk.otherwise)) {
      faults.push({ path, message: UNKNOWN_DESK });
    }
    if (chainFrom(desk.otherwise, desks).includes(name)) {
      faults.push({ path, message: 'these "otherwise" desks go in a circle: end the chain' });
    }
  }
  return faults;
}

/** Where calls go that a policy does not take. */
function rejectFaults({ screening, lines, desks }: Outline): ConfigFault[] {
  const policies = [
    { path: ['screening'], policy: screening },
    ...lines.map((line, i) => ({ path: ['lines', i, 'screening'], policy: line.screening })),
  ];
  return policies.flatMap(({ path, policy: { onReject } }) =>
    typeof onReject !== 'object' ||
    onReject.desk === undefined ||
    Object.hasOwn(desks, onReject.desk)
      ? []
      : [{ path: [...path, 'onReject', 'desk'], message: UNKNOWN_DESK }],
  );
}
