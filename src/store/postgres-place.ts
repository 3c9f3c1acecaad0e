// A worker's place at the PostgreSQL server: a session lock on a connection that does nothing else. A process
// that is killed lets go of it within milliseconds. Promises a new lock for each connection, so that one that is
// only half dead keeps nobody out, and none at all behind a pooler, which would lend it to others.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { PlaceEvents } from './database.ts';
import type { StoreSchema } from './schema.ts';

const RETRY_MS = 500;
/** A server that is gone does not say goodbye. */
const LEAVE_MS = 1000;

export function holdPlace(
  connect: () => pg.Client,
  db: Kysely<StoreSchema>,
  workerId: string,
  { onLost, onHeld, onPooled }: PlaceEvents,
): AsyncDisposable {
  const leaving = new AbortController();

  /** Done when the connection is lost, or we leave. Answers whether there is any use in another one. */
  async function holdOnce(): Promise<boolean> {
    const client = connect();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    client.on('error', () => end());
    client.on('end', () => end());
    try {
      await client.connect();
      if (await isPooled(client)) {
        onPooled();
        return false;
      }
      const key = randomBytes(6).readUIntBE(0, 6);
      await client.query('select pg_advisory_lock($1)', [key]);
      await noteLock(db, workerId, key);
      onHeld();
      await Promise.race([ended, aborted(leaving.signal)]);
      if (!leaving.signal.aborted) onLost();
    } catch {
      // As when it is lost later: the store says so at the next beat.
    } finally {
      await Promise.race([client.end(), sleep(LEAVE_MS, undefined, { ref: false })]).catch(
        () => undefined,
      );
    }
    return true;
  }

  async function hold(): Promise<void> {
    while (!leaving.signal.aborted && (await holdOnce())) {
      await sleep(RETRY_MS, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  }

  const held = hold();
  return {
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await held;
    },
  };
}

/** Told at connecting which process serves us; a pooler tells something of its own. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return rows[0].pid !== (client as unknown as { processID: number }).processID;
}

/** From now on this worker is looked for by this lock; like one that was away it speaks for nobody at first. */
async function noteLock(db: Kysely<StoreSchema>, workerId: string, key: number): Promise<void> {
  const now = sql<number>`cast(floor(extract(epoch from statement_timestamp()) * 1000) as bigint)`;
  await db
    .insertInto('workers')
    .values({ id: workerId, alive_since: now, lease_until: now, lock_key: key })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ lock_key: key, alive_since: now }),
    )
    .execute();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
