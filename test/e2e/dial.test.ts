// The phone in the terminal, called as a user would call it, against what `npm start` runs.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { customersOf, keyedBirthDate } from './customers.ts';
import { secondsOfSound } from './kit/heard-in.ts';
import { lastCode } from './system.ts';
import { dial } from './terminal.ts';

const system = inject('system');
/** Of 16 kHz and 16 bit: longer than the greeting. */
const SIX_SECONDS = 6 * 32_000;

test('a caller at the terminal reads what is said, and is verified by keys that nobody sees', async () => {
  const customer = customersOf('dial')();
  const terminal = dial();
  let code = '';
  await terminal.answers(
    [
      [/enter your account number/, () => customer.number],
      [/enter your date of birth/, () => keyedBirthDate(customer)],
      [
        /enter (that|the) code/,
        async () => {
          code = await lastCode(customer);
          return code;
        },
      ],
    ],
    'Call ended: handed-off, auth verified.',
  );
  terminal.hangsUp();
  expect(await terminal.exited).toBe(0);
  for (const keyed of [customer.number, keyedBirthDate(customer), code]) {
    expect(terminal.output()).not.toContain(keyed);
  }
  expect(terminal.output()).toContain('••••••••');
  expect(terminal.output()).toContain('· birth date: accepted');
});

test('a caller at the terminal has what was heard in a file, though the call broke off', async () => {
  const file = join(system.folder, 'call.wav');
  const terminal = dial('--record', file);
  await terminal.reads('Please enter your account number.');
  await expect.poll(() => statSync(file).size, { timeout: 20_000 }).toBeGreaterThan(SIX_SECONDS);
  terminal.interrupts();
  expect(await terminal.exited).toBe(0);
  expect(secondsOfSound(file)).toBeGreaterThan(2);
});

test('a caller at the terminal who dials a number without a line is told that it was refused', async () => {
  const terminal = dial('+15105550109');
  expect(await terminal.exited).toBe(1);
  expect(terminal.output()).toContain('Call ended: no-line');
});

test('a caller at the terminal gets through to a strict line with the verdict in a header, and not without', async () => {
  const verdict = 'X-Twilio-VerStat: TN-Validation-Passed-A';
  const taken = dial('+15105550102', '--header', verdict);
  await taken.reads('Please enter your account number.');
  taken.hangsUp();
  expect(await taken.exited).toBe(0);
  const refused = dial('+15105550102');
  expect(await refused.exited).toBe(0);
  expect(refused.output()).toContain('Call ended: screened-out');
});
