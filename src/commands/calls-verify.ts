// `tonegate calls verify`: whether the call records in the store are what was once written and sealed.

import { readEnvironment } from '../config/environment.ts';
import { reportText } from '../records/chain-report.ts';
import { sealJudge } from '../records/seal.ts';
import { verifyChain } from '../records/verify-chain.ts';
import { openStore } from '../store/open-store.ts';
import { sealsIn } from './kept-seals.ts';
import { sealKeys } from './signing-keys.ts';

export interface VerifyCalls {
  readonly json?: boolean;
  /** A file with seals that were kept outside the store. */
  readonly seals?: string | undefined;
}

/** Prints what was found. Exit code: 0 all of it fits, 1 something does not. */
export async function verifyCalls({ json = false, seals }: VerifyCalls): Promise<0 | 1> {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  const judge = sealJudge(await sealKeys());
  const kept = await sealsIn(seals);
  await using store = await openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
  const report = await verifyChain({ records: store.records, chain: store.chain, judge, kept });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.intact ? 0 : 1;
}
