// What a single header says of the calling number. Promises that two different values, a word that is not
// known, a verdict in the wrong place and whatever cannot be read are never believed.

import { headerKey, type InviteHeaders } from './headers.ts';
import { type Address, nameAddr, nameAddrs, type Place } from './name-addr.ts';
import { type Meaning, UNBELIEVED, type Words } from './words.ts';

export interface Statement extends Meaning {
  /** The header, in lower case. */
  readonly source: string;
}

/** A header that may speak of the calling number. */
export interface Witness {
  /** As carriers write it. */
  readonly header: string;
  /** What it says; null where there is no such header, or no verdict in it. */
  readonly statement: (headers: InviteHeaders) => Statement | null;
}

/** Longer than any address on a real trunk; what is longer is not looked at. */
const LONGEST = 2048;

/** A header whose whole value is a carrier's word. */
export function wordIn(header: string, words: Words): Witness {
  return witness(header, (value) => meaningOf(value, words));
}

/** P-Asserted-Identity, with `verstat` in one of these places. */
export function assertedIdentity(places: readonly Place[], words: Words): Witness {
  return witness('P-Asserted-Identity', (value) => verstat(nameAddrs(value), places, words));
}

/** From, with `verstat` in one of these places. */
export function fromHeader(places: readonly Place[], words: Words): Witness {
  return witness('From', (value) => {
    const address = nameAddr(value);
    return verstat(address === null ? null : [address], places, words);
  });
}

/** Whether the same is said; only a word that stands alone can tell of a forwarded call. */
export function isSame(a: Meaning, b: Meaning): boolean {
  return a.verdict === b.verdict && a.level === b.level;
}

function witness(header: string, read: (value: string) => Meaning | null): Witness {
  const source = headerKey(header);
  return {
    header,
    statement: (headers) => {
      const [value, other] = headers.get(source) ?? [];
      if (value === undefined) return null;
      const isLegible = other === undefined && value.length <= LONGEST;
      const meaning = isLegible ? read(value) : UNBELIEVED;
      return meaning === null ? null : { ...meaning, source };
    },
  };
}

function verstat(
  addresses: readonly Address[] | null,
  places: readonly Place[],
  words: Words,
): Meaning | null {
  if (addresses === null) return UNBELIEVED;
  const [first, second] = addresses.flatMap((address) => {
    const [verdict, other] = address.parameters.filter(({ name }) => name === 'verstat');
    if (verdict === undefined) return [];
    const isInPlace = other === undefined && places.includes(verdict.place);
    return isInPlace ? meaningOf(verdict.value, words) : UNBELIEVED;
  });
  if (first === undefined) return null;
  return second === undefined || isSame(first, second) ? first : UNBELIEVED;
}

function meaningOf(word: string, words: Words): Meaning {
  return words.get(word.toLowerCase()) ?? UNBELIEVED;
}
