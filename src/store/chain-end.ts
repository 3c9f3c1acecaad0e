// The end of the chain of call records: one more link, one at a time, and one record for a call.

import type { Transaction } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import { linkAfter } from './chain-link.ts';
import type { Dialect } from './database.ts';
import type { ChainHeadTable, StoreSchema } from './schema.ts';

/** The end of the chain: nobody else appends until the transaction ends. */
export function lockHead(transaction: Transaction<StoreSchema>, { locked }: Dialect) {
  return transaction
    .selectFrom('chain_head')
    .select(['id', 'seq', 'hash'])
    .where('id', '=', 1)
    .modifyEnd(locked)
    .executeTakeFirstOrThrow();
}

export async function isPlaceTaken(
  transaction: Transaction<StoreSchema>,
  seq: number,
): Promise<boolean> {
  const there = await transaction
    .selectFrom('call_records')
    .select('seq')
    .where('seq', '=', seq)
    .executeTakeFirst();
  return there !== undefined;
}

/** Whether the record that a call has already is this one. */
export async function isKept(
  transaction: Transaction<StoreSchema>,
  record: CallRecord,
): Promise<boolean> {
  const there = await transaction
    .selectFrom('call_records')
    .select('record')
    .where('id', '=', record.id)
    .executeTakeFirst();
  return there?.record === JSON.stringify(record);
}

/** Answers the new end of the chain; `head` itself where the call has its record already. */
export async function appendAfter(
  transaction: Transaction<StoreSchema>,
  head: ChainHeadTable,
  record: CallRecord,
): Promise<ChainHeadTable> {
  const link = linkAfter(head, record);
  // Another statement after the head was locked, so that it sees what was appended while waiting.
  const kept = await transaction
    .insertInto('call_records')
    .values(link)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('seq')
    .executeTakeFirst();
  await transaction.deleteFrom('open_calls').where('id', '=', record.id).execute();
  if (kept === undefined) return head;
  const { seq, hash } = link;
  await transaction.updateTable('chain_head').set({ seq, hash }).where('id', '=', 1).execute();
  return { ...head, seq, hash };
}
