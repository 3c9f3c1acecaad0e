// What is not as wanted, in words that may be printed. Pure. Promises: passwords and PINs are told as set,
// changed or removed, calling numbers by their last two digits; what LiveKit says is made printable.

import type { Secret } from '../../machines/secret.ts';
import type { Found } from './infos.ts';
import type { Rule, Trunk } from './wanted.ts';

/** One field of a trunk or rule that is to change. An empty text means "not set". */
export type FieldChange =
  | { readonly field: string; readonly from: string; readonly to: string }
  | {
      readonly field: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly field: string; readonly secret: 'set' | 'changed' | 'removed' };

/** What is to happen to one trunk or rule. Holds nothing that may not be printed. */
export interface Change {
  readonly action: 'create' | 'change' | 'remove' | 'unchanged';
  readonly what: 'trunk' | 'rule';
  readonly name: string;
  /** LiveKit's; null before it is created. */
  readonly id: string | null;
  readonly fields: readonly FieldChange[];
}

/** A change, and the things themselves: `there` is null before it is created, `wanted` if it is to go. */
export interface Step<Thing> {
  readonly change: Change;
  readonly wanted: Thing | null;
  readonly there: Found<Thing> | null;
}

type Field<Thing> = (one: Thing | null, other: Thing) => FieldChange | null;

const TRUNK_FIELDS: readonly Field<Trunk>[] = [
  list('numbers', ({ numbers }) => numbers),
  text('digest user', ({ digestUser }) => digestUser),
  secret('password', ({ password }) => password),
  list('allowed numbers', ({ allowedNumbers }) => allowedNumbers, lastTwo),
  list('allowed addresses', ({ allowedAddresses }) => allowedAddresses),
  text('encryption', ({ encryption }) => encryption),
  text('rings for', ({ ringingSeconds }) => limit(ringingSeconds)),
  text('longest call', ({ maxCallSeconds }) => limit(maxCallSeconds)),
  list('headers to attributes', ({ headers }) =>
    Object.entries(headers).map(([header, attribute]) => `${header} as ${attribute}`),
  ),
  list('set by hand', ({ others }) => others),
];

const RULE_FIELDS: readonly Field<Rule>[] = [
  list('trunk', ({ trunks }) => trunks),
  list('numbers', ({ numbers }) => numbers),
  list('calling numbers', ({ inboundNumbers }) => inboundNumbers, lastTwo),
  text('rooms', ({ rooms }) => rooms),
  text('room prefix', ({ prefix }) => prefix),
  secret('PIN', ({ pin }) => pin),
  list('agent', ({ agents }) => agents),
  text('callers in a room', ({ callers }) => (callers === 0 ? '' : String(callers))),
  list('set by hand', ({ others }) => others),
];

/** What becomes of trunks; first what goes, then what is wanted, in its order. */
export function trunkSteps(wanted: readonly Trunk[], there: readonly Found<Trunk>[]) {
  return steps('trunk', TRUNK_FIELDS, wanted, there);
}

/** What becomes of rules, as `trunkSteps`. */
export function ruleSteps(wanted: readonly Rule[], there: readonly Found<Rule>[]) {
  return steps('rule', RULE_FIELDS, wanted, there);
}

function steps<Thing extends { readonly name: string }>(
  what: Change['what'],
  fields: readonly Field<Thing>[],
  wanted: readonly Thing[],
  there: readonly Found<Thing>[],
): Step<Thing>[] {
  const differences = (one: Thing | null, other: Thing) =>
    fields.flatMap((field) => field(one, other) ?? []);
  const kept = wanted.map((thing): Step<Thing> => {
    // Of two with one name the one that needs less stays.
    const found = there
      .filter((other) => other.thing.name === thing.name)
      .map((other) => ({ other, changes: differences(other.thing, thing) }))
      .toSorted((a, b) => a.changes.length - b.changes.length)[0];
    const change = found === undefined ? differences(null, thing) : found.changes;
    const action = found === undefined ? 'create' : change.length > 0 ? 'change' : 'unchanged';
    const id = found?.other.id ?? null;
    return {
      change: { action, what, name: thing.name, id, fields: change },
      wanted: thing,
      there: found?.other ?? null,
    };
  });
  const ids = new Set(kept.map(({ there }) => there?.id));
  const gone = there
    .filter(({ id }) => !ids.has(id))
    .toSorted((a, b) => (a.thing.name < b.thing.name ? -1 : 1))
    .map((found): Step<Thing> => {
      const name = printable(found.thing.name);
      return {
        change: { action: 'remove', what, name, id: found.id, fields: [] },
        wanted: null,
        there: found,
      };
    });
  return [...gone, ...kept];
}

function text<Thing>(field: string, of: (thing: Thing) => string): Field<Thing> {
  return (one, other) => {
    const [from, to] = [one === null ? '' : of(one), of(other)];
    return from === to ? null : { field, from: printable(from), to };
  };
}

function list<Thing>(
  field: string,
  of: (thing: Thing) => readonly string[],
  told: (value: string) => string = printable,
): Field<Thing> {
  return (one, other) => {
    const [from, to] = [one === null ? [] : of(one), of(other)];
    const added = to.filter((value) => !from.includes(value)).map(told);
    const removed = from.filter((value) => !to.includes(value)).map(told);
    return added.length + removed.length === 0 ? null : { field, added, removed };
  };
}

function secret<Thing>(field: string, of: (thing: Thing) => Secret): Field<Thing> {
  return (one, other) => {
    const [from, to] = [one === null ? '' : of(one).reveal(), of(other).reveal()];
    if (from === to) return null;
    return { field, secret: from === '' ? 'set' : to === '' ? 'removed' : 'changed' };
  };
}

function limit(seconds: number): string {
  if (seconds === 0) return '';
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`;
}

function lastTwo(number: string): string {
  return `…${printable(number.slice(-2))}`;
}

/** Anything may stand in a field at LiveKit; only plain characters get into a terminal. */
function printable(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
