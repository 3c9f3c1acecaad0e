// Reading a chain of call records the way an auditor would, for the store tests.

import { expect } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { ChainedRecord } from '../../src/ivr/ports.ts';
import { GENESIS, recordHash } from '../../src/ivr/record-chain.ts';
import type { Store } from '../../src/store/open-store.ts';

export type Link = ChainedRecord & { readonly seq: number };

export async function linksIn(store: Store, afterSeq?: number): Promise<Link[]> {
  return await all(store.records.list(afterSeq));
}

export async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const each of given) taken.push(each);
  return taken;
}

/** The records alone. */
export async function recordsIn(store: Store): Promise<CallRecord[]> {
  return (await linksIn(store)).map(({ seq: _, prev: __, hash: ___, ...record }) => record);
}

export async function idsIn(store: Store): Promise<string[]> {
  return (await linksIn(store)).map(({ id }) => id);
}

/** Holds that all records hang together from `start` on, without a gap or a fork, and end at the head. */
export async function expectUnbroken(store: Store, start = { seq: 0, hash: GENESIS }) {
  let last = start;
  for await (const { seq, prev, hash, ...record } of store.records.list()) {
    expect({ seq, prev }).toEqual({ seq: last.seq + 1, prev: last.hash });
    expect(hash).toBe(recordHash(prev, record));
    last = { seq, hash };
  }
  expect(await store.chain.head()).toEqual(last.seq === 0 ? null : last);
}
