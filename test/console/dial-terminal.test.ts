// The phone on a real terminal: a pseudo-terminal of `script`, which every Debian has.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

const BEFORE = 'stty cols 100';
const DIAL = 'node src/main.ts dial --simulate +15105550101';
const AFTER = 'echo "exit code $?"; stty -a';

/** A caller at a terminal that is 100 columns wide; what it is set to is printed when the call is over. */
function sitDown(environment: NodeJS.ProcessEnv = {}) {
  // Each of them says something of colours.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env;
  const child: ChildProcess = spawn(
    'script',
    ['-qec', `${BEFORE}; ${DIAL}; ${AFTER}`, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...env, TERM: 'xterm-256color', ...environment },
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close').catch(() => {
    throw new Error('This needs script and stty. On Debian: apt-get install bsdutils coreutils');
  });
  return {
    types: (keys: string) => void child.stdin?.write(keys),
    async reads(words: RegExp): Promise<void> {
      while (!words.test(output)) {
        if (child.exitCode !== null) throw new Error(`ended without ${words}:\n${output}`);
        await Promise.race([once(child.stdout!, 'data'), ended]);
      }
    },
    async leaves(): Promise<string> {
      await ended;
      return output;
    },
  };
}

test('a caller at a terminal sees words and timers, keys as dots, and gets the terminal back after Ctrl-C', async () => {
  const terminal = sitDown();
  await terminal.reads(/> Thank you for calling/);
  terminal.types('77');
  await terminal.reads(/account, 3 tries left · keying · entry \d+ s · next key \d s/);
  terminal.types('\u0003');
  const output = await terminal.leaves();
  expect(output).toContain('\x1b[36m••\x1b[39m');
  expect(output).toContain('\x1b[32mCall ended: hung-up, auth none.');
  expect(output).toContain('exit code 0');
  expect(output).toMatch(/(?<!-)icanon/);
  expect(output).toMatch(/(?<!-)echo\b/);
  expect(output.slice(0, output.indexOf('exit code'))).not.toContain('77');
});

test('NO_COLOR leaves colours out, and nothing else', async () => {
  const terminal = sitDown({ NO_COLOR: '1' });
  await terminal.reads(/> Thank you for calling/);
  await terminal.reads(/account, 3 tries left · listen/);
  terminal.types('h');
  const output = await terminal.leaves();
  expect(output).toContain('Call ended: hung-up, auth none.');
  for (const style of ['1', '2', '32', '36']) expect(output).not.toContain(`\x1b[${style}m`);
});

test('on a terminal that understands no escape sequences none is sent: plain lines, and no bottom line', async () => {
  const terminal = sitDown({ TERM: 'dumb' });
  await terminal.reads(/> Thank you for calling/);
  terminal.types('77');
  await terminal.reads(/••/);
  terminal.types('h');
  const output = await terminal.leaves();
  const shown = output.slice(0, output.indexOf('exit code'));
  expect(shown).toMatch(/Call ended: hung-up, auth none\.\r\n$/);
  expect(shown).not.toContain('\x1b');
  expect(shown).not.toContain('tries left');
  expect(shown).not.toMatch(/\r(?!\n)/);
  expect(shown).not.toContain('77');
  expect(output).toMatch(/(?<!-)icanon/);
});
