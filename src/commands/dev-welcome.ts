// What `npm start` says when everything runs: where to call, and as whom.

import type { Config, LineConfig } from '../config/schema.ts';
import { DEMO_ACCOUNTS } from '../demo/bank-accounts.ts';

interface Addresses {
  /** Port. */
  readonly sip: number;
  /** URLs. */
  readonly bank: string;
  readonly worker: string;
  /** Absent where there is no page. */
  readonly page: string | undefined;
}

export function welcome(config: Config, { page, sip, bank, worker }: Addresses): string {
  const lines = config.lines.map(
    (line) => `  sip:${line.numbers[0]}@127.0.0.1:${sip}   ${line.name}: ${pathOf(line)}`,
  );
  const accounts = DEMO_ACCOUNTS.map(({ number, birthDate, phone, simChangedWithinHours }) => {
    const [year, month, day] = birthDate.split('-');
    const code = phone === null ? 'no phone on file' : `phone ends in ${phone.slice(-2)}`;
    const sim = simChangedWithinHours === null ? '' : ', SIM changed yesterday';
    return `  ${number}   born ${month}${day}${year} (MMDDYYYY)   ${code}${sim}`;
  });
  return `
Tonegate answers.
${page === undefined ? '' : `\nCall from your browser, and see what happens:\n  ${page}\n`}
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

/** What a caller goes through on a line: `language, account, oneTimeCode → sensitive`. */
function pathOf({ locales, closed, menu, screening, ...way }: LineConfig): string {
  if (closed !== undefined) return 'closed';
  const gate = screening?.accept === 'validated' ? 'validated numbers only, ' : '';
  const path = menu
    ? Object.entries(menu)
        .map(([key, choice]) => `[${key}] ${wayOf(choice)}`)
        .join('  ')
    : wayOf(way);
  return `${gate}${locales.length > 1 ? 'language, ' : ''}${path}`;
}

function wayOf({ steps = [], desk }: Pick<LineConfig, 'steps' | 'desk'>): string {
  return `${steps.map(({ step }) => step).join(', ')} → ${desk}`.trimStart();
}
