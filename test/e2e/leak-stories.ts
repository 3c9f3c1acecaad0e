// What is lived through while leaks are looked for: every way through a call that people take.

import { keyedBirthDate, newCustomer, WRONG_CODE } from '../kit/canary-customers.ts';
import { announced } from './leak-announced.ts';
import { broken } from './leak-broken.ts';
import type { Story } from './leak-callers.ts';
import { keysAccountAndBirthDate, keysUntilCode, story, VERIFIED } from './leak-story.ts';

/** What is lived through, one story after the other, by callers with the same account. */
export type Saga = readonly Story[];

const HUNG_UP = { ending: 'hung-up', lastStep: 'hungUp' } as const;
const REFUSED = { live: null, lastStep: null } as const;

function served(): Story[] {
  return [
    story({ told: 'is verified by a code of the bank', ...VERIFIED }),
    story({
      told: 'is verified by a code of ours',
      customer: newCustomer({ code: null }),
      ...VERIFIED,
    }),
    story({
      told: 'is verified by a passcode',
      line: 'passcode',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(caller.customer.account + caller.customer.passcode);
        await caller.isServed();
      },
      ending: 'handed-off',
      lastStep: 'accepted',
    }),
    story({
      told: 'confirms what is read back',
      line: 'careful',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(caller.customer.account);
        await caller.hears('confirm-entry');
        await caller.presses('1');
        await caller.hears('enter-birth-date-mdy');
        await caller.presses(keyedBirthDate(caller.customer));
        await caller.hears('confirm-entry');
        await caller.presses('1');
        await caller.isServed();
      },
      ending: 'handed-off',
      lastStep: 'accepted',
    }),
  ];
}

function lockedOut(): Saga {
  const customer = newCustomer();
  return [
    story({
      told: 'keys wrong codes until none is left, and is transferred',
      customer,
      dialling: { transfers: 'accepted' },
      async live(caller) {
        await keysUntilCode(caller);
        await caller.presses(WRONG_CODE);
        await caller.hears('enter-code-again');
        await caller.presses(WRONG_CODE);
        await caller.hears('enter-code-again');
        await caller.presses(WRONG_CODE);
        await caller.isServed();
        await caller.isLetGo();
      },
      ending: 'handed-off',
      // A yes that is told later than the leg's end, a second after it, is none: docs/hand-over.md.
      orElse: 'transfer-unknown',
      lastStep: 'tooManyTries',
    }),
    story({
      told: 'calls again for an account that is locked',
      customer,
      async live(caller) {
        await keysAccountAndBirthDate(caller);
        await caller.isServed();
      },
      ending: 'handed-off',
      lastStep: 'lockedOut',
    }),
  ];
}

function turnedAway(): Story[] {
  return [
    story({
      told: 'keys an account that nobody has',
      line: 'alone',
      customer: newCustomer({ isKnown: false }),
      async live(caller) {
        await keysAccountAndBirthDate(caller);
        for (let wrong = 0; wrong < 2; wrong += 1) {
          await caller.hears('enter-birth-date-mdy-again');
          await caller.presses(keyedBirthDate(caller.customer));
        }
        await caller.hears('cannot-verify');
      },
      ending: 'too-many-tries',
      lastStep: 'tooManyTries',
    }),
    story({
      told: 'has no phone on file',
      line: 'alone',
      customer: newCustomer({ phone: null }),
      async live(caller) {
        await keysAccountAndBirthDate(caller);
        await caller.hears('cannot-verify');
      },
      ending: 'backend-unavailable',
      lastStep: 'notPossible',
    }),
    story({
      told: 'has a new SIM',
      line: 'alone',
      customer: newCustomer({ simChangedWithinHours: 5 }),
      async live(caller) {
        await keysAccountAndBirthDate(caller);
        await caller.hears('cannot-verify');
      },
      ending: 'backend-unavailable',
      lastStep: 'notPossible',
    }),
    story({
      told: 'asks for the operator, who takes no transfer',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(caller.customer.account);
        await caller.hears('enter-birth-date-mdy');
        await caller.presses('0#');
        await caller.isServed();
      },
      ending: 'handed-off',
      lastStep: 'operator',
    }),
    story({
      told: 'calls a number that no line answers',
      line: 'nobody',
      ending: 'no-line',
      ...REFUSED,
    }),
    story({
      told: 'shows a number that its carrier does not vouch for',
      line: 'strict',
      dialling: { headers: ['X-Twilio-VerStat: TN-Validation-Failed-A'] },
      ending: 'screened-out',
      ...REFUSED,
    }),
  ];
}

/** What is keyed of an entry before they hang up. */
export const PARTS = { account: 9, birthDate: 7, passcode: 9, code: 7 };

function hangingUp(): Story[] {
  const part = (keys: string, of: keyof typeof PARTS) => keys.slice(0, PARTS[of]);
  return [
    story({
      told: 'hangs up within the account number',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(part(caller.customer.account, 'account'));
      },
      ...HUNG_UP,
    }),
    story({
      told: 'hangs up within the birth date',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(caller.customer.account);
        await caller.hears('enter-birth-date-mdy');
        await caller.presses(part(keyedBirthDate(caller.customer), 'birthDate'));
      },
      ...HUNG_UP,
    }),
    story({
      told: 'hangs up within the passcode',
      line: 'passcode',
      async live(caller) {
        await caller.hears('welcome');
        await caller.presses(caller.customer.account);
        await caller.hears('enter-passcode');
        await caller.presses(part(caller.customer.passcode, 'passcode'));
      },
      ...HUNG_UP,
    }),
    story({
      told: 'hangs up within the code',
      async live(caller) {
        await keysUntilCode(caller);
        await caller.presses(part(caller.code(), 'code'));
      },
      ...HUNG_UP,
    }),
  ];
}

/** All of them, those that take longest first; `pbxKey`: what the PBX signs with. */
export async function allSagas(pbxKey: string): Promise<{ sagas: Saga[]; tokens: string[] }> {
  const { stories, tokens } = await announced(pbxKey);
  const single = [...turnedAway(), ...served(), ...stories, ...broken(), ...hangingUp()];
  return { sagas: [lockedOut(), ...single.map((one) => [one])], tokens };
}
