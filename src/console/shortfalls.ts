// Where a call record is not what a scenario says of it. Names each place; what is not asked for may be anything.

import type { CallRecord } from '../ivr/call-record.ts';
import type { RecordWanted } from './scenario.ts';

interface Shortfall {
  /** `record auth: verified`. */
  readonly wanted: string;
  readonly found: string;
}

/** Every difference, in the order of the file; none where the record is as wanted. */
export function shortfalls(wanted: RecordWanted, record: CallRecord): readonly Shortfall[] {
  const seen = { ...record, answered: record.answeredAt !== null };
  return differences(wanted, seen, 'record').map(({ path, is, was }) => ({
    wanted: `${path}: ${text(is)}`,
    found: `${path}: ${text(was)}`,
  }));
}

interface Difference {
  readonly path: string;
  readonly is: unknown;
  readonly was: unknown;
}

function differences(is: unknown, was: unknown, path: string): Difference[] {
  if (Array.isArray(is)) {
    if (!Array.isArray(was) || was.length !== is.length) return [{ path, is, was }];
    return is.flatMap((item, i) => differences(item, was[i], `${path} ${i + 1}`));
  }
  if (!isObject(is)) return Object.is(is, was) ? [] : [{ path, is, was }];
  if (!isObject(was)) return [{ path, is, was }];
  return Object.entries(is).flatMap(([key, value]) =>
    differences(value, was[key], `${path} ${key}`),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Steps and words as a person writes them. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(text).join(', ');
  if (!isObject(value)) return String(value);
  if ('outcome' in value && 'step' in value) return `${value.step} ${value.outcome}`;
  return Object.entries(value)
    .map(([key, item]) => `${key} ${text(item)}`)
    .join(' ');
}
