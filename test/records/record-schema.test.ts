import { readFile } from 'node:fs/promises';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { GENESIS } from '../../src/ivr/record-chain.ts';
import {
  recordSchema,
  recordSchemaText,
  type StoredRecord,
} from '../../src/records/record-schema.ts';
import { callRecord } from '../store/records.ts';
import { link } from './memory-chain.ts';

const record = link(callRecord(), 1, GENESIS);

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

// `tsc` compares them.
test('schema and type say the same', () => {
  type Published = Frozen<z.infer<typeof recordSchema>>;
  expectTypeOf<StoredRecord>().toExtend<Published>();
  expectTypeOf<Published>().toExtend<StoredRecord>();
});

test('a record is by the schema', () => {
  expect(recordSchema.parse(record)).toEqual(record);
});

test.each<[string, object]>([
  ['more in it', { ...record, account: '31415926' }],
  ['more in one of its parts', { ...record, screening: { ...record.screening, number: '1' } }],
  ['an ending that there is not', { ...record, ending: { result: 'caller', reason: 'bored' } }],
  ['a full calling number', { ...record, callerLast2: '+15105550123' }],
  ['a time of its own kind', { ...record, startedAt: '2026-11-20 10:00' }],
])('a record with %s is not', (_, other) => {
  expect(recordSchema.safeParse(other).success).toBe(false);
});

test('the published schema is what the code says', async () => {
  expect(await readFile('docs/call-record.schema.json', 'utf8')).toBe(recordSchemaText());
});

test('every field is explained to auditors', async () => {
  const page = await readFile('docs/records.md', 'utf8');
  const missing = Object.keys(recordSchema.shape).filter((field) => !page.includes(`\`${field}\``));
  expect(missing).toEqual([]);
});
