// `tonegate calls schema`: the JSON Schema of a call record, and its published copy.

import { recordSchemaText } from '../records/record-schema.ts';
import { type Publishing, publish } from './published-schema.ts';

export async function publishRecordSchema(mode: Publishing): Promise<0 | 1> {
  return await publish({ file: 'call-record.schema.json', text: recordSchemaText() }, mode);
}
