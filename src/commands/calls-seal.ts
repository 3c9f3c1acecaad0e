// `tonegate calls seal`: signs how long the chain of call records is and how it ends. What goes to stdout are
// seals alone, to be kept elsewhere.

import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Seal } from '../ivr/ports.ts';
import { sealHead } from '../records/seal-head.ts';
import { openStore } from '../store/open-store.ts';
import { sealingKey } from './signing-keys.ts';

export interface SealCalls {
  readonly config: string;
  readonly json?: boolean;
}

/** Prints all seals in the store, by place. Exit code 0. */
export async function listSeals({ json = false }: Pick<SealCalls, 'json'>): Promise<0> {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  await using store = await openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
  for await (const seal of store.chain.seals()) print(seal, json);
  return 0;
}

/**
 * Signs how the chain ends, and prints the seal. Exit code: 0, also where there is nothing to seal; 1 where the
 * newest seal says otherwise than the chain.
 */
export async function sealCalls({ config, json = false }: SealCalls): Promise<0 | 1> {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  const key = await sealingKey();
  const { issuer } = (await loadConfig(config)).ticket;
  await using store = await openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
  const sealing = await sealHead(store.chain, { issuer, key, now: Date.now });
  if (sealing.kind === 'empty') {
    console.error('there are no call records yet: nothing to seal');
    return 0;
  }
  const { kind, seal } = sealing;
  if (kind === 'contradicted') {
    console.error(
      `not sealed: the seal of ${seal.at} says that the chain was longer, or ended otherwise. Run "tonegate calls verify"`,
    );
    return 1;
  }
  const since = kind === 'covered' ? `nothing new since ${seal.at}: ` : '';
  console.error(
    `${since}the records up to place ${seal.seq} are under this seal; keep it elsewhere`,
  );
  print(seal, json);
  return 0;
}

function print(seal: Seal, json: boolean): void {
  console.info(json ? JSON.stringify(seal) : seal.jws);
}
