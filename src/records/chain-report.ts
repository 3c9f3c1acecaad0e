// What became of checking the chain of call records, as data and in plain words.

import type { ChainEnd } from './seal.ts';

export interface Issuer {
  readonly iss: string;
  /** Place of its first seal. */
  readonly seq: number;
}

/** Everything fits. */
export interface IntactChain {
  readonly intact: true;
  readonly records: number;
  /** When the first call began and the last one ended; null where there are none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Records that were purged: all up to this place. */
  readonly purged: number;
  /** Of these, all up to this place were purged though the chain was broken; 0: none were. */
  readonly unverified: number;
  readonly seals: number;
  /** Who signed the seals (`ticket.issuer`), in the order of their first ones. */
  readonly issuers: readonly Issuer[];
  /** Records after the newest seal. */
  readonly unsealed: number;
}

/**
 * The first link that does not hold. `changed`: a record is not what it was. `missing`: places are empty.
 * `put-in`: a record was not there. `reordered`: a record stands where another one did. `cut-off`: the end is
 * missing. `rewritten`: the chain holds, but is not the one that was sealed. `bad-seal`: a seal cannot be
 * believed.
 */
export type BreakKind =
  | 'changed'
  | 'missing'
  | 'put-in'
  | 'reordered'
  | 'cut-off'
  | 'rewritten'
  | 'bad-seal';

export interface BrokenChain {
  readonly intact: false;
  readonly kind: BreakKind;
  /** Place of the first record that does not fit; of a seal the place it is for. */
  readonly seq: number;
  /** Its id; null where no record is there. */
  readonly id: string | null;
  /** A sentence. */
  readonly why: string;
}

export type ChainReport = IntactChain | BrokenChain;

/** A record as the report names it. */
export interface Link extends ChainEnd {
  /** Null for the beginning: `GENESIS`, or the last purged record. */
  readonly id: string | null;
}

export function broken(
  kind: BreakKind,
  { seq, id }: Pick<Link, 'seq' | 'id'>,
  why: string,
): BrokenChain {
  return { intact: false, kind, seq, id, why };
}

/** How a sentence calls a record. Who changes a record may have written anything into its id. */
export function named({ seq, id }: Pick<Link, 'seq' | 'id'>): string {
  if (id === null) return `the purged record at place ${seq}`;
  return `record ${printable(String(id))} at place ${seq}`;
}

/** The report for people, one line each. */
export function reportText(report: ChainReport): string {
  if (!report.intact) return `not intact, ${report.kind}: ${report.why}\n`;
  const { records, from, to, purged, unverified, seals, issuers, unsealed } = report;
  const range = from === null ? '' : `, from ${from} to ${to}`;
  return [
    `intact: ${count(records, 'record')}${range}`,
    ...(purged > 0 ? [`${count(purged, 'record')} before them purged, under seal`] : []),
    ...(unverified > 0
      ? [
          `the chain was broken when records up to place ${unverified} were purged (--even-if-broken)`,
        ]
      : []),
    `${count(seals, 'seal')} good, ${count(unsealed, 'record')} not sealed yet`,
    ...(issuers.length > 1
      ? [`the seals name more than one issuer: ${issuers.map(issuerText).join(', ')}`]
      : []),
    '',
  ].join('\n');
}

function issuerText({ iss, seq }: Issuer): string {
  return `${printable(iss)} first at place ${seq}`;
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
