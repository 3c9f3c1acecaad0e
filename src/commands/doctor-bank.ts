// `tonegate doctor --backend`: whether the customer's server keeps its contract. Needs no LiveKit.

import { type CodeWish, tryAccount } from '../backend/account-conformance.ts';
import { tryBackend } from '../backend/conformance.ts';
import { readTestAccount } from '../backend/test-account.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { accountFindings, conformanceFindings, isUnreached } from '../doctor/bank.ts';
import type { Finding } from '../doctor/finding.ts';
import { IvrFault } from '../ivr/fault.ts';
import { backendUrl } from './demo-bank.ts';

export interface BankVisit {
  readonly config: string;
  /** A file with a test account; without one nothing is asked about any account. */
  readonly accountFile?: string | undefined;
  /** Whether a code may be sent to the phone of that account. */
  readonly sendCode?: boolean | undefined;
}

const ACCOUNT_LENGTH = 8;
const CODE_WISH: CodeWish = { purpose: 'tonegate-doctor', digits: 6 };

/** Asks the server of a configuration. Throws what is wrong with the configuration or the account file. */
export async function lookAtBackend(visit: BankVisit): Promise<Finding[]> {
  const { accountFile, sendCode = false } = visit;
  if (sendCode && accountFile === undefined) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      '--send-code needs --account-file FILE: the account that the code is for',
    );
  }
  const config = await loadConfig(visit.config);
  const secrets = readEnvironment(['TONEGATE_BACKEND_TOKEN', 'TONEGATE_BACKEND_URL']);
  const test = accountFile === undefined ? null : await readTestAccount(accountFile);
  const options = {
    url: backendUrl(config.backend.url, secrets.TONEGATE_BACKEND_URL.reveal()),
    token: secrets.TONEGATE_BACKEND_TOKEN,
    timeoutSeconds: config.backend.timeoutSeconds,
    accountLength: accountLength(config),
  };
  const exchanges = await tryBackend(options);
  if (test === null || isUnreached(exchanges)) return conformanceFindings(exchanges);
  const wish = sendCode ? codeWish(config) : null;
  const more = await tryAccount(options, test.account, wish);
  return [
    ...conformanceFindings([...exchanges, ...more.exchanges]),
    ...accountFindings({ isFileOpen: test.isOpen, ...more.seen }),
  ];
}

/** As the first line that asks for an account has it. */
function accountLength({ lines }: Config): number {
  const [step] = lines.flatMap(stepsOf).flatMap((one) => (one.step === 'account' ? [one] : []));
  return step?.minLength ?? step?.length ?? ACCOUNT_LENGTH;
}

/** As the first line that asks for a code has it. */
function codeWish({ lines }: Config): CodeWish {
  for (const line of lines) {
    for (const step of stepsOf(line)) {
      if (step.step === 'oneTimeCode') return { purpose: line.name, digits: step.length };
    }
  }
  return CODE_WISH;
}

/** Of all ways through a line. */
function stepsOf({ steps = [], menu = {} }: Config['lines'][number]) {
  return [steps, ...Object.values(menu).map((way) => way.steps)].flat();
}
