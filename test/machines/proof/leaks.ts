// Looks through everything that an inspector, a log or a record could show for keys in clear. Promises to
// look at each object once, so that whole storms can be watched.

import { Secret } from '../../../src/machines/secret.ts';

/** Two digits in a row: no prompt of the catalogue says them but a read-out. */
const isReadOut = (text: string) => /digit-\d digit-\d|(month|day)-\d+ /.test(text);

/** Looks for `keyed` and for what these begin with; what was `seen` elsewhere is left out. */
export function createLeakWatch(keyed: readonly string[], seen?: WeakSet<object>) {
  const entries = new Set(keyed.flatMap((keys) => beginnings(keys.replace(/\D/g, ''))));
  const leaks = new Set<string>();
  const looked = new WeakSet<object>();

  function look(thing: unknown, where: string): void {
    // A number below a million is a time, not an entry.
    if (typeof thing === 'string' || (typeof thing === 'number' && thing >= 1_000_000)) {
      const text = String(thing);
      if (entries.has(text) || isReadOut(text)) leaks.add(where);
    }
    if (typeof thing !== 'object' || thing === null || thing instanceof Secret) return;
    if (seen?.has(thing) || looked.has(thing)) return;
    looked.add(thing);
    if (Array.isArray(thing))
      look(thing.filter((word) => typeof word === 'string').join(' '), where);
    for (const [name, value] of Object.entries(thing)) {
      look(name, where);
      look(value, `${where}.${name}`);
    }
  }
  return { look, leaks, looked };
}

/** An entry as it grows, key by key. */
function beginnings(keys: string): string[] {
  return [...keys].map((_, i) => keys.slice(0, i + 1)).filter(({ length }) => length >= 3);
}
