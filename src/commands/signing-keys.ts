// The keys behind tickets and seals, from the environment: the one that signs, and those that are published.

import { readEnvironment } from '../config/environment.ts';
import { IvrFault } from '../ivr/fault.ts';
import {
  loadPublishedKeys,
  loadSigningKey,
  type PublicJwk,
  type SigningKey,
  TicketKeyError,
} from '../ticket/keys.ts';

/** The key that signs. Throws `IVR_CONFIG_INVALID` where there is none. */
export async function sealingKey(): Promise<SigningKey> {
  const { TONEGATE_SIGNING_KEY } = readEnvironment(['TONEGATE_SIGNING_KEY']);
  return keysOf('TONEGATE_SIGNING_KEY', loadSigningKey(TONEGATE_SIGNING_KEY));
}

/** The public halves of the key that signs and of those before it; whoever only checks needs no private key. */
export async function sealKeys(): Promise<readonly PublicJwk[]> {
  const variables = ['TONEGATE_SIGNING_KEY', 'TONEGATE_SIGNING_KEYS_PREVIOUS'] as const;
  const pems = readEnvironment(variables);
  const keys = variables.map((variable) => keysOf(variable, loadPublishedKeys(pems[variable])));
  return (await Promise.all(keys)).flat();
}

/** What a key loader refuses is a fault of the variable. */
export async function keysOf<Keys>(variable: string, loading: Promise<Keys>): Promise<Keys> {
  try {
    return await loading;
  } catch (error) {
    if (!(error instanceof TicketKeyError)) throw error;
    throw new IvrFault('IVR_CONFIG_INVALID', `${variable}: ${error.message}`);
  }
}
