// Asks a bank's server what can only be asked about an account that it has, and compares its answers with
// docs/backend.openapi.yaml. Nothing of the account and no answer is kept.

import { randomInt, randomUUID } from 'node:crypto';
import type { AccountFacts, Exchange, Flaw } from '../doctor/facts.ts';
import type { Secret } from '../machines/secret.ts';
import { lookupAnswer, otpAnswer, simAnswer } from './answers.ts';
import type { ConformanceOptions } from './conformance.ts';
import {
  accepted,
  answered,
  createQuestioner,
  declined,
  type Judge,
  notAccepted,
  type Questioner,
  read,
  refusedOutright,
  sameAs,
} from './questioning.ts';
import type { TestAccount } from './test-account.ts';

export interface CodeWish {
  /** What the code is for: a line's name. */
  readonly purpose: string;
  /** How long codes of that line are. */
  readonly digits: number;
}

const LOOKUP = '/accounts/lookup';
const LOOKUPS_TIMED = 5;
/** A number that short may be in a random reference by chance. */
const TELLING_DIGITS = 6;
/** These look like dates, and are nobody's birthday. */
const OTHER_DATES = ['1901-01-01', '1902-02-02'];
const IMPOSSIBLE_DATE = '1980-02-30';

/** Asks everything, one after the other. `wish` null: no code is sent. Throws as `tryBackend` does. */
export async function tryAccount(
  options: ConformanceOptions,
  account: TestAccount,
  wish: CodeWish | null,
): Promise<{
  readonly exchanges: readonly Exchange[];
  readonly seen: Omit<AccountFacts, 'isFileOpen'>;
}> {
  const questioner = createQuestioner(options);
  const { probe, exchanges } = questioner;
  const call = `tonegate-doctor-${randomUUID()}`;
  const number = account.account.reveal();
  const lookup = { path: LOOKUP, body: { call, account: number } };

  const found = await probe('account', lookup, known(number, null));
  const ref = read(found, lookupAnswer)?.ref ?? null;
  if (ref === null) return { exchanges, seen: { lookupMs: null, code: 'unanswered' } };
  await probe('account-again', lookup, known(number, ref));
  if (account.customer !== null) {
    const customer = account.customer.reveal();
    const body = { call, customer };
    await probe('account-customer', { path: LOOKUP, body }, known(customer, ref));
  }
  const nobody = `/accounts/${randomUUID()}/knowledge`;
  const [value = ''] = OTHER_DATES;
  await probe(
    'unknown-ref',
    { path: nobody, body: { call, factor: 'birthDate', value } },
    refusedOutright,
  );
  await tryKnowledge(questioner, call, ref, account);
  await probe('sim', { path: `/accounts/${ref}/sim`, body: { call } }, answered(simAnswer));
  const lookupMs = await timeLookups(questioner, call, number);
  const hasPhone = read(found, lookupAnswer)?.otp.available === true;
  if (wish === null) return { exchanges, seen: { lookupMs, code: 'unasked' } };
  const code = hasPhone ? await tryCode(questioner, call, ref, wish) : 'noPhone';
  return { exchanges, seen: { lookupMs, code } };
}

/** A lookup's answer for `asked`; `ref`: the one it had before. */
function known(asked: string, ref: string | null): Judge {
  return answered(lookupAnswer, (answer): Flaw | null => {
    if (answer.ref === null) return { kind: 'unknown' };
    const isTelling = asked.length >= TELLING_DIGITS && answer.ref.includes(asked);
    if (isTelling || answer.ref === asked) return { kind: 'tells' };
    return ref !== null && answer.ref !== ref ? { kind: 'differs' } : null;
  });
}

/** The right value comes last, so that wrong ones are forgiven where they are counted. */
async function tryKnowledge(
  { probe }: Questioner,
  call: string,
  ref: string,
  { birthDate, passcode }: TestAccount,
): Promise<void> {
  const about = (factor: string, value: string) => ({
    path: `/accounts/${ref}/knowledge`,
    body: { call, factor, value },
  });
  if (birthDate !== null) {
    const right = birthDate.reveal();
    const wrong = OTHER_DATES.find((date) => date !== right) ?? '';
    await probe('wrong-birth-date', about('birthDate', wrong), declined);
    await probe('impossible-date', about('birthDate', IMPOSSIBLE_DATE), declined);
    await probe('right-birth-date', about('birthDate', right), accepted);
  }
  if (passcode !== null) {
    await probe('wrong-passcode', about('passcode', anotherThan(passcode)), declined);
    await probe('right-passcode', about('passcode', passcode.reveal()), accepted);
  }
}

/** As long, and with another last digit. */
function anotherThan(passcode: Secret): string {
  return passcode.reveal().replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

async function tryCode(
  { probe }: Questioner,
  call: string,
  ref: string,
  { purpose, digits }: CodeWish,
): Promise<AccountFacts['code']> {
  const wish = {
    path: `/accounts/${ref}/otp`,
    body: { call, purpose },
    key: randomUUID(),
  };
  const reply = await probe('code', wish, answered(otpAnswer));
  const sent = read(reply, otpAnswer);
  if (sent === null) return 'unanswered';
  await probe('code-again', wish, sameAs(reply));
  if ('destination' in sent) return 'leftToUs';
  const code = String(randomInt(10 ** digits)).padStart(digits, '0');
  const path = `/otp/${sent.challenge}`;
  await probe('wrong-code', { path, body: { call, code } }, declined);
  await probe('other-call', { path, body: { call: `${call}-other`, code } }, notAccepted);
  return 'sent';
}

/** Known and unknown accounts by turns, so that a busy moment meets both; null where one is not answered. */
async function timeLookups(
  { ask }: Questioner,
  call: string,
  number: string,
): Promise<AccountFacts['lookupMs']> {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let n = 0; n < LOOKUPS_TIMED; n += 1) {
    for (const [times, account] of [
      [known, number],
      [unknown, '0'.repeat(number.length)],
    ] as const) {
      const begun = performance.now();
      const reply = await ask({ path: LOOKUP, body: { call, account } });
      if (read(reply, lookupAnswer) === null) return null;
      times.push(performance.now() - begun);
    }
  }
  return { known: median(known), unknown: median(unknown) };
}

/** Of an odd number of values. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? 0;
}
