// Call records for people: a table, one row a call.

import type { StoredRecord } from './record-schema.ts';

interface Column {
  readonly title: string;
  /** Longer cells push the rest of their row to the right; nothing is cut off. */
  readonly width: number;
  cell(record: StoredRecord): string;
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

export async function* asTable(records: AsyncIterable<StoredRecord>): AsyncGenerator<string> {
  yield row(({ title }) => title);
  for await (const record of records) yield row(({ cell }) => cell(record));
}

function row(text: (column: Column) => string): string {
  const cells = COLUMNS.map((column) => text(column).padEnd(column.width));
  return `${cells.join('  ').trimEnd()}\n`;
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
