// What LiveKit lets one trunk or rule only have, so that it always knows who takes a call. Pure.

import type { Rule, Trunk } from './wanted.ts';

/** One key for each combination of a dialled and a calling number and the like; held in memory only. */
export type Keys = ReadonlySet<string>;

/** A dialled number, for a calling number or for all that nobody else takes. */
export function trunkKeys({ numbers, allowedNumbers }: Trunk): Keys {
  return keysOf([orAny(numbers), orAny(allowedNumbers)]);
}

/** The same for rules, which a trunk and a PIN tell apart too. */
export function ruleKeys({ trunks, numbers, inboundNumbers, pin }: Rule): Keys {
  const trunk = trunks.length > 0 ? trunks : [''];
  return keysOf([trunk, orAny(numbers), orAny(inboundNumbers), [pin.reveal()]]);
}

/** Whether one takes what the other does. */
export function overlap(one: Keys, other: Keys): boolean {
  return [...one].some((key) => other.has(key));
}

/** The names of all pairs that take the same. */
export function doubled<Thing extends { readonly name: string }>(
  things: readonly Thing[],
  keys: (thing: Thing) => Keys,
): [string, string][] {
  return things.flatMap((thing, i) =>
    things
      .slice(0, i)
      .filter((other) => overlap(keys(other), keys(thing)))
      .map(({ name }): [string, string] => [name, thing.name]),
  );
}

/** LiveKit compares numbers without their punctuation. */
function orAny(numbers: readonly string[]): readonly string[] {
  return numbers.length > 0 ? numbers.map((number) => number.replace(/[+\- ()]/g, '')) : [''];
}

function keysOf(lists: readonly (readonly string[])[]): Keys {
  const combined = lists.reduce<string[]>(
    (keys, list) => keys.flatMap((key) => list.map((value) => `${key} ${value}`)),
    [''],
  );
  return new Set(combined);
}
