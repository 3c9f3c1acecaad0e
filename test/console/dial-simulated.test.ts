import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { parseWav } from '../../src/prompts/wav.ts';

function dial(...args: readonly string[]) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['src/main.ts', 'dial', '--simulate', ...args],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const printed = createInterface({ input: child.stdout! });
  printed.on('line', (line) => lines.push(line));
  return {
    lines,
    types: (keys: string) => void child.stdin?.write(keys),
    interrupted: () => void child.kill('SIGINT'),
    inputEnds: () => void child.stdin?.end(),
    async reads(pattern: RegExp): Promise<RegExpMatchArray> {
      for (;;) {
        const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
        if (found) return found;
        await once(printed, 'line');
      }
    },
    async exits(): Promise<number> {
      const [code] = await once(child, 'close');
      return code;
    },
  };
}

test('a simulated call runs from the first prompt to the desk, in one terminal and without a server', async () => {
  const terminal = dial();
  terminal.types('31415926\n03141979\n');
  const [, code] = await terminal.reads(/^SMS to …01: Your code is (\d{6})/);
  terminal.types(code!);
  expect(await terminal.exits()).toBe(0);
  expect(terminal.lines.at(-1)).toBe('Call ended: handed-off, auth verified.');
  const all = terminal.lines.filter((line) => !line.startsWith('SMS')).join('\n');
  for (const keyed of ['31415926', '03141979', code!]) expect(all).not.toContain(keyed);
  expect(all).toContain('••••••••');
});

test('a number without a line is refused, and the exit code says so', async () => {
  const terminal = dial('+15105550109');
  expect(await terminal.exits()).toBe(1);
  expect(terminal.lines.at(-1)).toBe('Call ended: no-line, auth none.');
});

test('headers of the INVITE decide who gets through to a strict line', async () => {
  const verdict = (level: string) => `X-Twilio-VerStat: TN-Validation-Passed-${level}`;
  const refused = dial('+15105550102', '--header', verdict('B'));
  expect(await refused.exits()).toBe(0);
  expect(refused.lines.at(-1)).toBe('Call ended: screened-out, auth none.');
  const taken = dial('+15105550102', '--header', verdict('A'));
  await taken.reads(/enter your account number/);
});

test('a header that is none is refused', async () => {
  expect(await dial('--header', 'nonsense').exits()).toBe(2);
});

test('the end of the input hangs up when the call has gone quiet', async () => {
  const terminal = dial('+15105550101');
  terminal.types('#\n');
  terminal.inputEnds();
  expect(await terminal.exits()).toBe(0);
  expect(terminal.lines.at(-1)).toBe('Call ended: hung-up, auth none.');
  expect(terminal.lines.join()).toContain('once more');
});

test('each step, and each try that was used, has a line of its own', async () => {
  const terminal = dial('+15105550101');
  terminal.types('1#\n31415926\n');
  await terminal.exits();
  const told = terminal.lines.filter((line) => line.startsWith('·'));
  expect(told).toEqual(['· 2 of 3 tries left', '· account: accepted']);
});

test('what the caller has heard can be kept, also of a call that broke off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tonegate-dial-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'call.wav');
  const terminal = dial('+15105550101', '--record', file);
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  await expect.poll(size, { timeout: 15_000 }).toBeGreaterThan(20_000);
  terminal.interrupted();
  expect(await terminal.exits()).toBe(0);
  const heard = parseWav(readFileSync(file));
  const welcome = parseWav(readFileSync('audio/en/welcome.wav'));
  if (typeof heard === 'string' || typeof welcome === 'string') throw new Error('no sound');
  const [first, asRecorded] = [heard, welcome].map(({ data }) =>
    Buffer.from(data.subarray(0, 16_000)),
  );
  expect(first).toEqual(asRecorded);
});
