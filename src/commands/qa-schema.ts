// `tonegate qa schema`: the JSON Schema of a scenario file, and its published copy.

import { z } from 'zod';
import { scenarioSchema } from '../console/scenario.ts';
import { type Publishing, publish } from './published-schema.ts';

export async function publishScenarioSchema(mode: Publishing): Promise<0 | 1> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-2020-12' });
  const text = `${JSON.stringify({ title: 'Scenario', ...schema }, null, 2)}\n`;
  return await publish({ file: 'scenario.schema.json', text }, mode);
}
