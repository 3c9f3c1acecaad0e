// States and events as text, to tell whether two of them are the same. For comparing only: it shows keys.

import { Secret } from '../../../src/machines/secret.ts';

const texts = new WeakMap<object, string>();

/** A state or an event as text, secrets revealed: two that differ in a key are two. */
export function told(thing: object): string {
  const text = texts.get(thing) ?? write(thing);
  texts.set(thing, text);
  return text;
}

function write(thing: object): string {
  const plain = 'value' in thing && 'context' in thing ? [thing.value, thing.context] : thing;
  return JSON.stringify(plain, function (this: Record<string, unknown>, key, text) {
    const value = this[key];
    if (WORDS.has(key) && typeof value === 'object') return '';
    if (value instanceof Secret) return `secret ${value.reveal()}`;
    return GIVEN.has(key) && typeof value === 'object' && value !== null
      ? nameOfGiven(value)
      : text;
  });
}

/** Two states that differ in nothing but the wording of the next prompt are one. */
const WORDS = new Set(['prompt', 'lead', 'told', 'asked']);
/** What a chart is given and never changes: told by its place among all there are. */
const GIVEN = new Set(['plan', 'route', 'desks', 'rules']);
const given = new Map<object, number>();

function nameOfGiven(value: object): string {
  const place = given.get(value) ?? given.size;
  given.set(value, place);
  return `given ${place}`;
}
