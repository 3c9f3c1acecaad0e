// `tonegate config check` and `config schema`: what is wrong with a configuration and with what its lines
// say, and what a right one looks like.

import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { probingWarnings } from '../config/probing.ts';
import { configSchema } from '../config/schema.ts';
import { loadEdition } from './edition.ts';

const SCHEMA_FILE = fileURLToPath(new URL('../../docs/tonegate.schema.json', import.meta.url));

/**
 * Says that a worker would start with a configuration, and what whoever answers for it should know; throws
 * what the worker would otherwise.
 */
export async function checkConfig(file: string): Promise<number> {
  const { config } = await loadEdition(file);
  const { lines, desks } = config;
  console.info(`${file}: good (${lines.length} lines, ${Object.keys(desks).length} desks)`);
  for (const warning of probingWarnings(config)) console.info(`warning: ${warning}`);
  return 0;
}

/** The JSON Schema of tonegate.yaml, for editors. */
export function schemaText(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'tonegate.yaml', ...schema }, null, 2)}\n`;
}

/** Writes the published copy of the schema, or says whether it has drifted. Exit code 0 or 1. */
export async function publishSchema(mode: 'write' | 'check'): Promise<number> {
  const text = schemaText();
  if (mode === 'write') {
    await writeFile(SCHEMA_FILE, text);
    return 0;
  }
  const published = await readFile(SCHEMA_FILE, 'utf8').catch(() => '');
  if (published === text) return 0;
  console.error(`${relative('.', SCHEMA_FILE)} is not what the code says: run "npm run schema"`);
  return 1;
}
