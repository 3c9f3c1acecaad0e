// What there is at LiveKit against what is wanted: what is to change, and what stands in the way. Pure.

import { type Change, ruleSteps, type Step, trunkSteps } from './difference.ts';
import { isOurs, readRule, readTrunk } from './infos.ts';
import { overlap, ruleKeys, trunkKeys } from './keys.ts';
import type { SipState } from './sip-admin.ts';
import type { Routing, RoutingConfig, Rule, Trunk } from './wanted.ts';
import { byHand, warningsOf } from './warnings.ts';

/** What applying a configuration would do, or has done. Holds nothing that may not be printed. */
export interface RoutingPlan {
  readonly changes: readonly Change[];
  /** Who takes calls that are wanted here, and is not ours; empty: it can be applied. */
  readonly conflicts: readonly string[];
  readonly warnings: readonly string[];
  /** What remains to be done elsewhere. */
  readonly byHand: readonly string[];
}

export interface Steps {
  readonly trunks: readonly Step<Trunk>[];
  readonly rules: readonly Step<Rule>[];
}

/** What is to happen to each trunk and rule of ours. */
export function stepsFrom(there: SipState, wanted: Routing): Steps {
  const trunks = trunkSteps(wanted.trunks, there.trunks.filter(isOurs).map(readTrunk));
  const names = namesOf(trunks);
  const rules = there.rules.filter(isOurs).map((info) => readRule(info, names));
  return { trunks, rules: ruleSteps(wanted.rules, rules) };
}

/** What to call a trunk: by our name if it is one that stays, else by its id. */
function namesOf(trunks: readonly Step<Trunk>[]): (id: string) => string {
  const names = new Map(
    trunks.flatMap(({ wanted, there }) => (wanted && there ? [[there.id, wanted.name]] : [])),
  );
  return (id) => names.get(id) ?? id;
}

/** The same for people to read, with what else they should know. `host` is where LiveKit is. */
export function planFrom(
  there: SipState,
  wanted: Routing,
  config: RoutingConfig,
  host: string,
): RoutingPlan {
  const { trunks, rules } = stepsFrom(there, wanted);
  const ids = new Map(
    rules.flatMap(({ change: { name, id } }) => (id === null ? [] : [[name, id]])),
  );
  return {
    changes: [...trunks, ...rules].map(({ change }) => change),
    conflicts: conflictsOf(there, wanted, namesOf(trunks)),
    warnings: warningsOf(config, host),
    byHand: byHand(wanted, ids),
  };
}

/**
 * Who takes calls that we want, and is not ours. LiveKit looks at this only when something is created (server
 * v1.13.5): a number that two trunks have by a change leaves its callers with a 503.
 */
function conflictsOf(
  { trunks, rules }: SipState,
  wanted: Routing,
  nameOf: (id: string) => string,
): string[] {
  const strangers = {
    trunks: trunks.filter((info) => !isOurs(info)).map(readTrunk),
    rules: rules.filter((info) => !isOurs(info)).map((info) => readRule(info, nameOf)),
  };
  return [
    ...wanted.trunks.flatMap((trunk) =>
      strangers.trunks
        .filter(({ thing }) => overlap(trunkKeys(thing), trunkKeys(trunk)))
        .map(
          ({ id }) =>
            `trunk "${trunk.name}": another trunk (${shown(id)}) has one of its numbers and is not ours: take the number out of that trunk, or out of "numbers"`,
        ),
    ),
    ...wanted.rules.flatMap((rule) =>
      strangers.rules
        .filter(({ thing }) => overlap(ruleKeys(thing), ruleKeys(rule)))
        .map(
          ({ id }) =>
            `rule "${rule.name}": another dispatch rule (${shown(id)}) takes the same calls and is not ours: remove that rule, or limit it to other numbers`,
        ),
    ),
  ];
}

function shown(id: string): string {
  return /^[A-Z]{1,4}_\w{1,40}$/.test(id) ? id : 'of no readable id';
}
