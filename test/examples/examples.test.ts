// The examples do what they say, run as a reader would run them. The desk agent is in test/e2e/examples.test.ts.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

const LONGEST = 60;
/** Calls go at the pace of their recordings, barged in on. */
const CALL_MS = 60_000;

function run(example: string) {
  const child: ChildProcess = spawn(process.execPath, [`examples/${example}.ts`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const printed = createInterface({ input: child.stdout! });
  printed.on('line', (line) => lines.push(line));
  const closed = once(child, 'close').then(([code]) => code as number);
  return {
    lines,
    types: (keys: string) => void child.stdin?.write(keys),
    ended: closed,
    async reads(pattern: RegExp): Promise<RegExpMatchArray> {
      for (;;) {
        const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
        if (found) return found;
        if (child.exitCode !== null)
          throw new Error(`ended without ${pattern}:\n${lines.join('\n')}`);
        await Promise.race([once(printed, 'line'), closed]);
      }
    },
  };
}

/** RFC 6238, with the key of the example. */
function appShows(): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', '12345678901234567890').update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

test(`no example has more than ${LONGEST} lines`, () => {
  const examples = globSync('examples/**/*.ts');
  expect(examples.length).toBeGreaterThanOrEqual(5);
  for (const file of examples) {
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').length, file).toBeLessThanOrEqual(
      LONGEST,
    );
  }
});

test('a step of its own: who keys what the app shows is verified', {
  timeout: CALL_MS,
}, async () => {
  const call = run('own-step');
  call.types('31415926');
  await call.reads(/^> Please enter the six digits that your app shows now\./);
  call.types(appShows());
  expect(await call.ended).toBe(0);
  expect(call.lines.at(-1)).toBe('Call ended: handed-off, auth verified.');
});

test('a step of its own: who keys something else is not', { timeout: CALL_MS }, async () => {
  const call = run('own-step');
  const wrong = appShows() === '000000' ? '000001' : '000000';
  call.types(`31415926\n${wrong}\n${wrong}`);
  expect(await call.ended).toBe(0);
  expect(call.lines.at(-1)).toBe('Call ended: too-many-tries, auth failed.');
});

test('a backend of its own: its customer is verified by its code', {
  timeout: CALL_MS,
}, async () => {
  const call = run('own-backend');
  call.types('24681357\n05171990\n');
  const [, code = ''] = await call.reads(/^SMS to …07: Your code is (\d{6})/);
  await call.reads(/^> We have sent a code/);
  call.types(code);
  expect(await call.ended).toBe(0);
  expect(call.lines.at(-1)).toBe('Call ended: handed-off, auth verified.');
});

test.each([
  ['31415926', 'operator-desk'],
  ['27182818', 'general'],
])('a chart of its own: %s comes to the desk %s', { timeout: CALL_MS }, async (keys, desk) => {
  const call = run('own-chart');
  call.types(keys);
  expect(await call.ended).toBe(0);
  expect(call.lines.at(-1)).toBe(`Handed over: ${desk}.`);
  expect(call.lines.join('\n')).not.toContain(keys);
});
