// The trunk that a call to a number seems to come over, by its name here and by LiveKit's id.

import type { Config } from '../config/schema.ts';
import { routingNames } from '../livekit/provisioning.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';

/** The trunk that a call to this number comes over; with more than one, the first. */
export function trunkFor(dialled: string, { trunks }: Config): Config['trunks'][number] | null {
  return trunks.find(({ numbers }) => numbers.includes(dialled)) ?? null;
}

/** LiveKit's ids of trunks, by name. */
export async function trunkIds(api: LiveKitApi): Promise<ReadonlyMap<string, string>> {
  const { trunks } = await routingNames(api);
  return new Map([...trunks].map(([id, name]) => [name, id]));
}
