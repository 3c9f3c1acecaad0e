// A worker while it runs: SIGHUP at the system that `npm start` runs, and its figures, tried with phones
// over SIP. A bank's own recordings sound here like other prompts of ours, so that an ear can tell them.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Config } from '../../src/config/schema.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { AUDIO_DIR } from '../../src/ivr/recordings.ts';
import { dial, type Phone } from './kit/phone.ts';

const PORTS = {
  livekit: 25800,
  sip: 25860,
  rtp: 25200,
  redis: 25879,
  page: 25870,
  bank: 25871,
  worker: 25881,
};
const BANK = '+15105550100';
const MAIN = join(process.cwd(), 'src/main.ts');
const TAKEN = 'new version taken over: new calls go by it';
const REFUSED = 'new version refused: calls go by the one before';

/** What the bank's own prompts sound like, by version. */
const FIRST = { welcome: 'time-limit', 'enter-account': 'too-short' };
const SECOND = { welcome: 'one-moment', 'enter-account': 'technical-problem' };

let folder: string;
let dev: ReturnType<typeof startDev>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-reload-'));
  await record(FIRST);
  await configure();
  dev = startDev();
  await dev.says('Tonegate answers.');
});
afterAll(async () => {
  dev.child.kill('SIGINT');
  await dev.ended;
  await rm(folder, { recursive: true });
});

function startDev() {
  const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--port-${name}`, String(port)]);
  const child = spawn(process.execPath, [MAIN, 'dev', ...ports], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    child,
    ended,
    /** Has SIGHUP sent; done when the system says these words after it. */
    async reload(words: string): Promise<string> {
      output = '';
      child.kill('SIGHUP');
      return await this.says(words);
    },
    /** The line that holds these words, once it is there. */
    async says(words: string): Promise<string> {
      for (;;) {
        const line = output.split('\n').find((text) => text.includes(words));
        if (line !== undefined) return line;
        if (child.exitCode !== null) throw new Error(`ended without "${words}":\n${output}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}

/** Writes the demo's configuration with the bank's own recordings, and more that is its own. */
async function configure(own: Partial<Config['lines'][number]> = {}): Promise<void> {
  const config = parse(await readFile('tonegate.yaml', 'utf8'));
  Object.assign(config.lines[0], { prompts: 'audio', ...own });
  await writeFile(join(folder, 'tonegate.yaml'), stringify(config));
}

/** Records the bank's own prompts. */
async function record(sounds: Readonly<Record<string, string>>): Promise<void> {
  const dir = join(folder, 'audio', 'en');
  await mkdir(dir, { recursive: true });
  for (const [id, sound] of Object.entries(sounds)) {
    await cp(join(AUDIO_DIR, 'en', `${sound}.wav`), join(dir, `${id}.wav`));
  }
  const words = Object.entries(sounds).map(([id, sound]) => [
    id,
    { text: `Sounds like ${sound}.`, placeholder: false, by: 'the bank' },
  ]);
  await writeFile(join(dir, 'recordings.json'), JSON.stringify(Object.fromEntries(words)));
}

async function call(): Promise<Phone> {
  const sip = { host: '127.0.0.1', port: PORTS.sip };
  const phone = await dial({ to: BANK, from: '+15551239999', sip });
  onTestFinished(() => phone[Symbol.asyncDispose]());
  return phone;
}

/** The record of a call, once it is kept. */
async function recordOf({ callId }: Phone): Promise<CallRecord> {
  for (;;) {
    const options = { cwd: folder };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [MAIN, 'calls', '--json'],
      options,
    );
    const records = stdout.split('\n').filter(Boolean);
    const found = records
      .map((line): CallRecord => JSON.parse(line))
      .find(({ inviteCallId }) => inviteCallId === callId);
    if (found !== undefined) return found;
  }
}

test('a running call keeps the words it began with, the next one hears the new ones', async () => {
  const running = await call();
  await running.hears(FIRST.welcome);
  await running.hears(FIRST['enter-account']);
  await record(SECOND);
  await dev.reload(TAKEN);
  await running.press('*');
  await running.hears(FIRST['enter-account']);

  const next = await call();
  await next.hears(SECOND.welcome);
  await next.hears(SECOND['enter-account']);
  await Promise.all([running.hangUp(), next.hangUp()]);
  const versions = [await recordOf(running), await recordOf(next)].map((r) => r.promptVersion);
  expect(versions[0]).not.toBe(versions[1]);
});

test('a broken version is refused whole: the next call hears what the one before heard', async () => {
  await record(SECOND);
  await dev.reload(TAKEN);
  await record(FIRST);
  await rm(join(folder, 'audio', 'en', 'welcome.wav'));
  const refusal = JSON.parse(await dev.reload(REFUSED));
  expect(refusal.fault.message).toContain('en/welcome.wav');
  const ready = await fetch(`http://127.0.0.1:${PORTS.worker}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    checks: { prompts: { ok: true, why: expect.stringContaining('en/welcome.wav') } },
  });

  const phone = await call();
  await phone.hears(SECOND.welcome);
  await phone.hears(SECOND['enter-account']);
  await phone.hangUp();
});

test('a line that is closed says so and hangs up, until it is opened again', async () => {
  await record(SECOND);
  await configure({ closed: 'closed-for-now' });
  await dev.reload(TAKEN);
  const early = await call();
  await early.hears('closed-for-now');
  expect(await early.ended()).toBe('theyHungUp');

  await configure();
  await dev.reload(TAKEN);
  const late = await call();
  await late.hears(SECOND.welcome);
  await late.hangUp();
});

test('the figures tell of a call how a key silenced a prompt, and how it ended', async () => {
  const phone = await call();
  await phone.hears('operator-hint');
  await phone.press('1');
  await phone.hangUp();
  await recordOf(phone);
  const figures = await (await fetch(`http://127.0.0.1:${PORTS.worker}/metrics`)).text();
  expect(figures).toMatch(/^tonegate_key_to_silence_seconds_count [1-9]/m);
  expect(figures).toMatch(/^tonegate_calls\{line="bank"\} 0$/m);
  expect(figures).toMatch(/^tonegate_calls_total\{line="bank",.*reason="hung-up"\} [1-9]/m);
  expect(figures).toMatch(/^tonegate_step_total\{.*step="account",outcome="hungUp"\} [1-9]/m);
});

test('a worker that lets its last calls finish takes over nothing more', async () => {
  const last = await call();
  await last.hears('operator-hint');
  const { workerId } = JSON.parse(await dev.says('"msg":"call began"'));
  process.kill(Number(/-(\d+)-[^-]*$/.exec(workerId)?.[1]), 'SIGTERM');
  await dev.says('"msg":"draining"');
  await dev.reload('SIGHUP ignored while draining');
  await last.hangUp();
  await dev.says('"msg":"registered with LiveKit"');
});
