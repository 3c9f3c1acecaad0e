// `tonegate calls`: prints the call records, oldest first, as they come out of the store.

import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readEnvironment } from '../config/environment.ts';
import type { CallRecord } from '../ivr/call-record.ts';
import type { RecordStore } from '../ivr/ports.ts';
import { openStore } from '../store/open-store.ts';

interface ListCalls {
  readonly records: Pick<RecordStore, 'list'>;
  /** One JSON object a line instead of a table. */
  readonly json: boolean;
  /** Stays open. */
  readonly out: Writable;
}

/** Opens the store of the environment and writes its call records to `out`. */
export async function printCalls(options: Omit<ListCalls, 'records'>): Promise<void> {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  await using store = await openStore(TONEGATE_STORE.reveal());
  await listCalls({ records: store.records, ...options });
}

/** Writes all call records to `out`; done when they are written or nobody reads them any more. */
export async function listCalls({ records, json, out }: ListCalls): Promise<void> {
  const lines = json ? asJson(records.list()) : asTable(records.list());
  try {
    await pipeline(Readable.from(lines), out, { end: false });
  } catch (error) {
    // `tonegate calls | head`: the reader has seen enough.
    if (!(error instanceof Error && Reflect.get(error, 'code') === 'EPIPE')) throw error;
  }
}

async function* asJson(records: AsyncIterable<CallRecord>) {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

async function* asTable(records: AsyncIterable<CallRecord>) {
  yield row(({ title }) => title);
  for await (const record of records) yield row(({ cell }) => cell(record));
}

interface Column {
  readonly title: string;
  /** Longer cells push the rest of their row to the right; nothing is cut off. */
  readonly width: number;
  cell(record: CallRecord): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'STARTED (UTC)', width: 19, cell: (r) => r.startedAt.slice(0, 19).replace('T', ' ') },
  { title: 'LINE', width: 12, cell: (r) => r.line ?? '-' },
  { title: 'CALLER', width: 6, cell: (r) => (r.callerLast2 === null ? '-' : `…${r.callerLast2}`) },
  { title: 'AUTH', width: 10, cell: (r) => r.auth },
  { title: 'DESK', width: 14, cell: (r) => r.desk ?? '-' },
  { title: 'ENDING', width: 19, cell: (r) => r.ending.reason },
  {
    title: 'LENGTH',
    width: 6,
    cell: (r) => minutes(Date.parse(r.endedAt) - Date.parse(r.startedAt)),
  },
];

function row(text: (column: Column) => string): string {
  const cells = COLUMNS.map((column) => text(column).padEnd(column.width));
  return `${cells.join('  ').trimEnd()}\n`;
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
