// `tonegate calls`: prints the call records, oldest first, as they come out of the store.

import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { readEnvironment } from '../config/environment.ts';
import type { RecordStore } from '../ivr/ports.ts';
import { asCsv } from '../records/csv.ts';
import { asJsonLines } from '../records/json-lines.ts';
import type { StoredRecord } from '../records/record-schema.ts';
import { asTable } from '../records/table.ts';
import { openStore } from '../store/open-store.ts';

/** How often the store is asked for new records. */
const POLL_MS = 500;

const WRITERS = { table: asTable, json: asJsonLines, csv: asCsv };

interface ListCalls {
  readonly records: Pick<RecordStore, 'list'>;
  readonly format: keyof typeof WRITERS;
  /** Until when to go on with what comes; absent: what is there now. */
  readonly follow?: AbortSignal | undefined;
  /** Stays open. */
  readonly out: Writable;
}

/** Writes the call records of the environment's store to `out`; `follow`: until SIGINT, or nobody reads. */
export async function printCalls(
  options: Pick<ListCalls, 'format' | 'out'> & { readonly follow: boolean },
): Promise<void> {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  // Once: a second one ends a command whose reader stands still.
  if (options.follow) process.once('SIGINT', stop);
  try {
    await using store = await openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
    const follow = options.follow ? stopping.signal : undefined;
    await listCalls({ ...options, records: store.records, follow });
  } finally {
    process.off('SIGINT', stop);
  }
}

/** Writes call records to `out`; done when they are written, nobody reads them any more, or `follow` aborts. */
export async function listCalls({ records, format, follow, out }: ListCalls): Promise<void> {
  const wanted = follow === undefined ? records.list() : following(records, follow);
  try {
    await pipeline(Readable.from(WRITERS[format](wanted)), out, { end: false });
  } catch (error) {
    // `tonegate calls | head`: the reader has seen enough.
    if (!(error instanceof Error && Reflect.get(error, 'code') === 'EPIPE')) throw error;
  }
}

async function* following(
  records: Pick<RecordStore, 'list'>,
  signal: AbortSignal,
): AsyncGenerator<StoredRecord> {
  let last = 0;
  while (!signal.aborted) {
    for await (const record of records.list(last)) {
      last = record.seq;
      yield record;
      // SQLite and files take no turn of the event loop: without one Ctrl-C would wait for the last record.
      if (last % 500 === 0) await turn();
      if (signal.aborted) return;
    }
    // Rejects on abort only.
    await delay(POLL_MS, null, { signal }).catch(() => null);
  }
}
