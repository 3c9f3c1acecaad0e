// What the QA phone offers, read from the configuration: the numbers that can be called, what each of them asks,
// and what the carrier of each trunk can say of a calling number.

import type { Config, LineConfig, TrunkConfig } from '../config/schema.ts';
import { DEMO_ACCOUNTS } from '../demo/bank-accounts.ts';
import { faultSchema } from '../demo/bank-faults.ts';
import { headersTelling, tellable } from '../screening/told.ts';
import type { CallableNumber, CallableTrunk, DemoCustomer, PhoneSetup } from '../web/page-wire.ts';
import { trunkFor } from './trunk-of.ts';

/** The number that callers seem to have, unless they say another. */
const CALLING = '+15551230000';

export function phoneSetup(
  config: Config,
  bank: { readonly hasFaults: boolean; readonly isDemoBank: boolean },
): PhoneSetup {
  const { route, mode } = faultSchema.shape;
  // As enumerated, `500` would come first.
  const modes = ['ok', ...mode.options.filter((one) => one !== 'ok')];
  return {
    numbers: numbersOf(config),
    trunks: config.trunks.map(trunkOf),
    agent: config.agentName,
    calling: CALLING,
    faults: bank.hasFaults ? { routes: route.options, modes } : null,
    accounts: bank.isDemoBank ? DEMO_ACCOUNTS.map(customerOf) : [],
  };
}

/** Those of lines first, then those that a trunk takes and no line answers. */
function numbersOf(config: Config): readonly CallableNumber[] {
  const lines = new Map(
    config.lines.flatMap((line) => line.numbers.map((number) => [number, line] as const)),
  );
  const taken = config.trunks.flatMap(({ numbers }) => numbers);
  const all = [...new Set([...lines.keys(), ...taken])];
  return all.flatMap((number) => {
    const trunk = trunkFor(number, config);
    return trunk === null ? [] : [callable(number, lines.get(number), trunk.name)];
  });
}

function callable(number: string, line: LineConfig | undefined, trunk: string): CallableNumber {
  return {
    number,
    line: line?.name ?? null,
    steps: line === undefined || line.menu ? null : (line.steps ?? []).map(({ step }) => step),
    desk: line?.desk ?? null,
    trunk,
  };
}

function trunkOf({ name, profile }: TrunkConfig): CallableTrunk {
  return {
    name,
    profile: typeof profile === 'string' ? profile : profile.header,
    verdicts: tellable(profile).map((verdict) => ({
      verdict,
      headers: headersTelling(verdict, profile, CALLING) ?? {},
    })),
  };
}

function customerOf(account: (typeof DEMO_ACCOUNTS)[number]): DemoCustomer {
  const [year, month, day] = account.birthDate.split('-');
  const phone = account.phone === null ? 'no phone on file' : `phone …${account.phone.slice(-2)}`;
  const sim = account.simChangedWithinHours === null ? '' : ', SIM changed yesterday';
  return {
    account: account.number,
    birthDate: `${month}${day}${year}`,
    note: `${phone}${sim}`,
  };
}
