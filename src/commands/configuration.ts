// `tonegate config check` and `config schema`: what is wrong with a configuration and with what its lines
// say, and what a right one looks like.

import { z } from 'zod';
import { memoryWarnings } from '../config/memory.ts';
import { probingWarnings } from '../config/probing.ts';
import { configSchema } from '../config/schema.ts';
import { loadEdition } from './edition.ts';
import { type Publishing, publish } from './published-schema.ts';

/**
 * Says that a worker would start with a configuration, and what whoever answers for it should know; throws
 * what the worker would otherwise.
 */
export async function checkConfig(file: string): Promise<number> {
  const { config } = await loadEdition(file);
  const { lines, desks } = config;
  console.info(`${file}: good (${lines.length} lines, ${Object.keys(desks).length} desks)`);
  for (const warning of [...probingWarnings(config), ...memoryWarnings(config)]) {
    console.info(`warning: ${warning}`);
  }
  return 0;
}

/** The JSON Schema of tonegate.yaml, for editors, and its published copy. */
export async function publishConfigSchema(mode: Publishing): Promise<0 | 1> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' });
  const text = `${JSON.stringify({ title: 'tonegate.yaml', ...schema }, null, 2)}\n`;
  return await publish({ file: 'tonegate.schema.json', text }, mode);
}
