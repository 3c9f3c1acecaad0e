// Finds out what was done to a chain at the place where it breaks: reads all records once more, in constant
// memory, for the one that is chained to the end before, and the one that the next is chained to.

import type { RecordStore } from '../ivr/ports.ts';
import { type BrokenChain, broken, type Link, named } from './chain-report.ts';
import { hasItsHash, legible } from './one-record.ts';
import type { StoredRecord } from './record-schema.ts';

/** `last` is the end of what fits, from `start` on; `next` is the record that does not follow it. */
export async function diagnose(
  start: Link,
  last: Link,
  next: StoredRecord,
  records: Pick<RecordStore, 'list'>,
): Promise<BrokenChain> {
  if (next.seq <= start.seq) {
    return broken(
      'put-in',
      next,
      `${named(next)} was put in: all up to place ${start.seq} were purged`,
    );
  }
  if (next.seq > last.seq + 1) {
    return next.prev === last.hash ? misplaced(last.seq + 1, next) : empty(last.seq + 1, next);
  }
  if (next.prev === last.hash) return changed(next);

  const { before, successor, intruder } = await relatives(start, last, next, records);
  if (before !== null && before > next.seq) {
    return broken(
      'reordered',
      next,
      `${named(next)} belongs after the record at place ${before}: records were exchanged`,
    );
  }
  if (successor !== null) {
    return broken(
      'put-in',
      next,
      `${named(next)} was put in: the record before it is followed by ${named(successor)}`,
    );
  }
  if (before !== null && intruder !== null) {
    return broken(
      'put-in',
      intruder,
      `${named(intruder)} was put in: ${named(next)} follows the record at place ${before}`,
    );
  }
  if (!hasItsHash(next)) return changed(next);
  if (last.seq === start.seq) {
    return broken('missing', next, `the records before ${named(next)} were taken out`);
  }
  return broken(
    'changed',
    last,
    `${named(last)} is not the one that ${named(next)} was chained to: it was changed and given a new hash, or what came after it was taken out and the places counted anew`,
  );
}

interface Relatives {
  /** Place of the record that `next` is chained to; null where there is none. */
  readonly before: number | null;
  /** The record right after that one. */
  readonly intruder: StoredRecord | null;
  /** A later record that is chained to `last`. */
  readonly successor: StoredRecord | null;
}

async function relatives(
  start: Link,
  last: Link,
  next: StoredRecord,
  records: Pick<RecordStore, 'list'>,
): Promise<Relatives> {
  let before = next.prev === start.hash ? start.seq : null;
  let intruder: StoredRecord | null = null;
  let successor: StoredRecord | null = null;
  for await (const record of legible(records)) {
    if (record === null) break;
    if (before !== null && record.seq === before + 1) intruder = record;
    if (record.hash === next.prev) before = record.seq;
    if (record.seq > next.seq && record.prev === last.hash) successor ??= record;
  }
  return { before, intruder, successor };
}

function empty(first: number, next: StoredRecord): BrokenChain {
  const end = next.seq - 1;
  const places = first === end ? `place ${first} is` : `places ${first} to ${end} are`;
  const why = `${places} empty: what was there before ${named(next)} was taken out`;
  return broken('missing', { seq: first, id: null }, why);
}

function misplaced(place: number, next: StoredRecord): BrokenChain {
  return broken('reordered', next, `${named(next)} belongs at place ${place}: places were changed`);
}

function changed(record: StoredRecord): BrokenChain {
  return broken(
    'changed',
    record,
    `${named(record)} was changed: it does not have its hash any more`,
  );
}
