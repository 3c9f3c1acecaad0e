// The chain of call records as auditors deal with it: its end, its seals, and taking away its beginning.

import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import type { RecordChain, Seal } from '../ivr/ports.ts';
import type { Database } from './database.ts';
import type { SealsTable, StoreSchema } from './schema.ts';

/** Records removed in one transaction: SQLite has the whole file locked that long, 0.1 s. */
const BATCH = 5000;
/** Between two of them; who waits for a lock asks again every 10 ms at the latest. */
const PAUSE_MS = 50;
/** Rows read at once. */
const PAGE = 500;

export function recordChain({ db, dialect, attempt }: Database<StoreSchema>): RecordChain {
  return {
    head: () =>
      attempt('The end of the chain could not be read.', async () => {
        const { seq, hash } = await db
          .selectFrom('chain_head')
          .select(['seq', 'hash'])
          .executeTakeFirstOrThrow();
        return seq === 0 ? null : { seq, hash };
      }),

    async *seals() {
      for (let last = { seq: Number.MIN_SAFE_INTEGER, purged: 0 }; ; ) {
        const page = await attempt('The seals could not be read.', () =>
          db
            .selectFrom('seals')
            .select(['seq', 'hash', 'at', 'jws', 'purged'])
            .where((eb) => eb(eb.refTuple('seq', 'purged'), '>', eb.tuple(last.seq, last.purged)))
            .orderBy('seq')
            .orderBy('purged')
            .limit(PAGE)
            .execute(),
        );
        for (const row of page) yield sealOf(row);
        if (page.length < PAGE) return;
        last = page.at(-1) as SealsTable;
      }
    },

    newestSeal: () =>
      attempt('The newest seal could not be read.', async () => {
        const row = await db
          .selectFrom('seals')
          .select(['seq', 'hash', 'at', 'jws', 'purged'])
          .orderBy('seq', 'desc')
          .orderBy('purged', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row === undefined ? null : sealOf(row);
      }),

    async mislabelled(afterSeq, upToSeq) {
      for (let last = afterSeq; ; ) {
        const page = await attempt('The call records could not be read.', () =>
          db
            .selectFrom('call_records')
            .select(['seq', 'id', 'ended_at', 'record'])
            .where('seq', '>', last)
            .where('seq', '<=', upToSeq)
            .orderBy('seq')
            .limit(PAGE)
            .execute(),
        );
        for (const row of page) {
          last = row.seq;
          const record = recordOf(row);
          const isSame = record?.id === row.id && record.endedAt === row.ended_at;
          if (!isSame) return { seq: row.seq, id: record?.id ?? null };
        }
        if (page.length < PAGE) return null;
      }
    },

    keepSeal: (seal) => attempt('The seal could not be kept.', () => keepSeal(db, seal)),

    async purge(before, sign) {
      const failed = 'The old call records could not be removed.';
      const moment = new Date(before).getTime();
      for (let removed = 0; ; ) {
        const page = await attempt(failed, () =>
          db
            .selectFrom('call_records')
            .select(['seq', 'hash', 'record'])
            .orderBy('seq')
            .limit(BATCH)
            .execute(),
        );
        const end = page.findIndex((row) => !(endOf(row) < moment));
        const last = (end === -1 ? page : page.slice(0, end)).at(-1);
        if (last === undefined) return removed;
        // Records do not change, so it need not be signed while others wait. Who else purges them takes none.
        const seal = await sign({ seq: last.seq, hash: last.hash });
        removed += await attempt(failed, () =>
          db.transaction().execute(async (transaction) => {
            await keepSeal(transaction, seal);
            const untyped = transaction as unknown as Kysely<never>;
            return await dialect.whileRemovable(untyped, 'call_records', () =>
              removeUpTo(transaction, last.seq),
            );
          }),
        );
        if (end !== -1 || page.length < BATCH) return removed;
        await delay(PAUSE_MS);
      }
    },
  };
}

/** When the call had ended by the record itself, ms since 1970; not a number where nobody can say. */
function endOf(row: { readonly record: string }): number {
  return Date.parse(recordOf(row)?.endedAt ?? '');
}

/** Null where somebody has made it into no record. */
function recordOf({ record }: { readonly record: string }): CallRecord | null {
  try {
    return JSON.parse(record) as CallRecord | null;
  } catch {
    return null;
  }
}

async function removeUpTo(db: Kysely<StoreSchema>, seq: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('call_records')
    .where('seq', '<=', seq)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function keepSeal(db: Kysely<StoreSchema>, seal: Seal): Promise<void> {
  await db
    .insertInto('seals')
    .values({ ...seal, purged: seal.purged ? 1 : 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function sealOf(row: SealsTable): Seal {
  return { ...row, purged: row.purged === 1 };
}
