// `tonegate doctor --backend`: whether the customer's server keeps its contract. Needs no LiveKit.

import { tryBackend } from '../backend/conformance.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { conformanceFindings } from '../doctor/bank.ts';
import type { Finding } from '../doctor/finding.ts';
import { backendUrl } from './demo-bank.ts';

const ACCOUNT_LENGTH = 8;

/** Asks the server of a configuration. Throws what is wrong with the configuration. */
export async function lookAtBackend(file: string): Promise<Finding[]> {
  const config = await loadConfig(file);
  const secrets = readEnvironment(['TONEGATE_BACKEND_TOKEN', 'TONEGATE_BACKEND_URL']);
  const exchanges = await tryBackend({
    url: backendUrl(config.backend.url, secrets.TONEGATE_BACKEND_URL.reveal()),
    token: secrets.TONEGATE_BACKEND_TOKEN,
    timeoutSeconds: config.backend.timeoutSeconds,
    accountLength: accountLength(config),
  });
  return conformanceFindings(exchanges);
}

/** As the first line that asks for an account has it. */
function accountLength({ lines }: Config): number {
  const [step] = lines
    .flatMap(({ steps = [] }) => steps)
    .flatMap((one) => (one.step === 'account' ? [one] : []));
  return step?.minLength ?? step?.length ?? ACCOUNT_LENGTH;
}
