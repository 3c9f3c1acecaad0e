// The phone in the terminal, called as a user would call it, against what `npm start` runs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { customersOf, keyedBirthDate } from './customers.ts';
import { lastCode } from './system.ts';

const system = inject('system');

function dial(...args: string[]) {
  const main = join(process.cwd(), 'src/main.ts');
  const config = join(system.folder, 'tonegate.yaml');
  const child = spawn(process.execPath, [main, 'dial', '--config', config, ...args], {
    cwd: system.folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = once(child, 'exit').then(([code]) => code as number);
  return {
    output: () => output,
    exited,
    types: (keys: string) => child.stdin.write(keys),
    hangsUp: () => child.stdin.end('h'),
    async reads(words: string): Promise<void> {
      while (!output.includes(words)) {
        if (child.exitCode !== null) throw new Error(`ended without "${words}":\n${output}`);
        await Promise.race([once(child.stdout, 'data'), exited]);
      }
    },
  };
}

test('a caller at the terminal reads what is said, and is verified by keys that nobody sees', async () => {
  const customer = customersOf('dial')();
  const terminal = dial();
  await terminal.reads('Please enter your account number.');
  terminal.types(customer.number);
  await terminal.reads('Please enter your date of birth');
  terminal.types(keyedBirthDate(customer));
  await terminal.reads('Please enter that code.');
  const code = await lastCode(customer);
  terminal.types(code);
  await terminal.reads('Call ended: handed-off, auth verified.');
  terminal.hangsUp();
  expect(await terminal.exited).toBe(0);
  for (const keyed of [customer.number, keyedBirthDate(customer), code]) {
    expect(terminal.output()).not.toContain(keyed);
  }
  expect(terminal.output()).toContain('••••••••');
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
