// `tonegate calls schema`: the JSON Schema of a call record, and its published copy.

import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordSchemaText } from '../records/record-schema.ts';

const SCHEMA_FILE = fileURLToPath(new URL('../../docs/call-record.schema.json', import.meta.url));

/** Prints the schema, writes its published copy, or says whether that has drifted. Exit code 0 or 1. */
export async function publishRecordSchema(mode: 'print' | 'write' | 'check'): Promise<0 | 1> {
  const text = recordSchemaText();
  if (mode === 'print') process.stdout.write(text);
  if (mode === 'write') await writeFile(SCHEMA_FILE, text);
  if (mode !== 'check') return 0;
  const published = await readFile(SCHEMA_FILE, 'utf8').catch(() => '');
  if (published === text) return 0;
  console.error(
    `${relative('.', SCHEMA_FILE)} is not what the code says: run "tonegate calls schema --write"`,
  );
  return 1;
}
