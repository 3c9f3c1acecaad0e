// What `npm start` says when everything runs: where to call, and as whom.

import type { Config } from '../config/schema.ts';
import { DEMO_ACCOUNTS } from '../demo/bank-accounts.ts';

interface Addresses {
  /** Port. */
  readonly sip: number;
  /** URLs. */
  readonly bank: string;
  readonly worker: string;
}

export function welcome(config: Config, { sip, bank, worker }: Addresses): string {
  const lines = config.lines.map(({ name, numbers, steps, desk }) => {
    const asked = steps.map(({ step }) => step).join(', ');
    return `  sip:${numbers[0]}@127.0.0.1:${sip}   ${name}: ${asked} → ${desk}`;
  });
  const accounts = DEMO_ACCOUNTS.map(({ number, birthDate, phone, simChangedWithinHours }) => {
    const [year, month, day] = birthDate.split('-');
    const code = phone === null ? 'no phone on file' : `phone ends in ${phone.slice(-2)}`;
    const sim = simChangedWithinHours === null ? '' : ', SIM changed yesterday';
    return `  ${number}   born ${month}${day}${year} (MMDDYYYY)   ${code}${sim}`;
  });
  return `
Tonegate answers.

Call with any soft-phone, no account or password needed:
${lines.join('\n')}
or from this folder, in another window:
  npx tonegate dial

Demo accounts, as keyed:
${accounts.join('\n')}

  text messages  ${bank}/outbox
  worker         ${worker}/readyz
  call records   npx tonegate calls

Ctrl-C stops everything.
`;
}
