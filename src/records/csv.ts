// Call records as a telephone system writes them down (SMDR): CSV by RFC 4180, UTF-8, one call a line. Promises
// that a spreadsheet takes no cell for a formula.

import type { StoredRecord } from './record-schema.ts';

type Column = readonly [title: string, cell: (record: StoredRecord) => string | number | null];

const COLUMNS: readonly Column[] = [
  ['start', (r) => seconds(r.startedAt)],
  ['answer', (r) => (r.answeredAt === null ? null : seconds(r.answeredAt))],
  ['end', (r) => seconds(r.endedAt)],
  ['duration', (r) => (r.answeredAt === null ? 0 : between(r.answeredAt, r.endedAt))],
  ['ring', (r) => between(r.startedAt, r.answeredAt ?? r.endedAt)],
  ['direction', () => 'inbound'],
  ['dialled', (r) => r.dialled],
  ['caller', (r) => (r.callerLast2 === null ? null : `…${r.callerLast2}`)],
  ['line', (r) => r.line],
  ['trunk', (r) => r.trunk],
  ['disposition', disposition],
  ['ending', (r) => r.ending.reason],
  ['auth', (r) => r.auth],
  ['desk', (r) => r.desk],
  ['handoff', (r) => r.handoff?.outcome ?? null],
  ['verdict', (r) => r.screening.verdict],
  ['level', (r) => r.screening.level],
  ['id', (r) => r.id],
];

export async function* asCsv(records: AsyncIterable<StoredRecord>): AsyncGenerator<string> {
  yield line(COLUMNS.map(([title]) => title));
  for await (const record of records) yield line(COLUMNS.map(([, cell]) => cell(record)));
}

/** `refused`: while it rang, by us. `unanswered`: gone before anybody had decided. */
function disposition({ answeredAt, ending }: StoredRecord): string {
  if (answeredAt !== null) return 'answered';
  return ending.reason === 'screened-out' || ending.reason === 'no-line' ? 'refused' : 'unanswered';
}

/** What spreadsheets take for a date and time; UTC, without the milliseconds. */
function seconds(isoTime: string): string {
  return isoTime.slice(0, 19).replace('T', ' ');
}

/** Whole seconds; a clock that was set back meanwhile makes no negative ones. */
function between(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
}

function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(value: string | number | null): string {
  if (typeof value === 'number') return String(value);
  const text = harmless(value ?? '');
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * An apostrophe before what a spreadsheet would begin a formula with (OWASP, "CSV Injection"), behind separators
 * too: where they are set otherwise, a cell begins there. A telephone number is none, and stays as it is.
 */
function harmless(text: string): string {
  if (/^\+[0-9]+$/.test(text)) return text;
  const printable = text.replace(/(?![\r\n\t])\p{C}/gu, '\uFFFD');
  return printable.replace(/(^|[,;|\t\r\n"'])(\s*)(?=[=+\-@＝＋－＠])/g, "$1$2'");
}
