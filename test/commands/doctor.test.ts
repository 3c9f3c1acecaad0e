// `tonegate doctor` where no LiveKit is: what it prints, and how it ends. With one: test/e2e/doctor.test.ts.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type DoctorOptions, runDoctor } from '../../src/commands/doctor.ts';
import { exitCodeOf } from '../../src/commands/exit-code.ts';
import type { Config } from '../../src/config/schema.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import { Secret } from '../../src/machines/secret.ts';
import { sendJson, startStub } from '../backend/stub-server.ts';

const home = process.cwd();
const demo = await readFile('tonegate.yaml', 'utf8');
const TOKEN = 'token-that-nobody-may-see';
/** Where somebody was a moment ago. */
const gone = await startStub(() => undefined);
await gone[Symbol.asyncDispose]();
const NOBODY = gone.url;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-doctor-'));
  // Away from what `npm start` may have left in `.tonegate/env`.
  process.chdir(folder);
  const { privateKey } = generateKeyPairSync('ed25519');
  const environment = {
    LIVEKIT_URL: NOBODY,
    LIVEKIT_API_KEY: 'devkey',
    LIVEKIT_API_SECRET: 'secret-that-nobody-may-see-either-in-any-line',
    TONEGATE_STORE: `sqlite:${join(folder, 'store.db')}`,
    TONEGATE_PEPPER: 'pepper-that-nobody-may-see-in-any-line',
    TONEGATE_SIGNING_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    TONEGATE_BACKEND_TOKEN: TOKEN,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  process.chdir(home);
  await rm(folder, { recursive: true });
});

/** The demo's configuration as a file, its backend elsewhere. */
async function configured(url: string, change: (config: Config) => void = () => undefined) {
  const config = parse(demo);
  config.backend.url = url;
  change(config);
  const file = join(folder, 'tonegate.yaml');
  await writeFile(file, stringify(config));
  return file;
}

async function doctor(config: string, options: Partial<DoctorOptions> = {}) {
  const lines: string[] = [];
  const code = await runDoctor({ config, ...options }, (line) => void lines.push(line));
  expect(lines.join('\n')).not.toMatch(/nobody-may-see|PRIVATE KEY|\+1\d{10}/);
  return { code, lines, codes: lines.slice(0, -1).map((line) => line.split(/\s+/)[1]) };
}

test("a customer's server that keeps the contract is good, and nothing else is asked for", async () => {
  await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of(TOKEN) });
  vi.stubEnv('LIVEKIT_URL', undefined);
  const { code, lines } = await doctor(await configured(bank.url), { backend: true });
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe('doctor: 0 errors, 0 warnings, 7 ok');
});

test("a customer's server with another token is an error, once for each question", async () => {
  await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of('other') });
  const { code, lines } = await doctor(await configured(bank.url), { backend: true });
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(3);
  expect(lines[1]).toContain('is answered with status 401');
});

test('a program gets each finding as one object, and no summary', async () => {
  await using server = await startStub((response) => sendJson(response, { ref: null }));
  const config = await configured(server.url);
  const lines: string[] = [];
  const options = { config, backend: true, json: true };
  expect(await runDoctor(options, (line) => void lines.push(line))).toBe(1);
  const findings = lines.map((line) => JSON.parse(line));
  expect(findings[0]).toMatchObject({ severity: 'error', code: 'backend-token-any' });
  expect(findings.every(({ what }) => typeof what === 'string')).toBe(true);
});

test("a customer's server that is not there, asked for by itself, is out of reach", async () => {
  const { code, lines } = await doctor(await configured(NOBODY), { backend: true });
  expect(code).toBe(3);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^error {4}backend-unreachable .*ECONNREFUSED/);
});

test('without LiveKit all else is looked at all the same', async () => {
  await using bank = await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of(TOKEN) });
  const { code, codes } = await doctor(await configured(bank.url), { desks: true });
  expect(code).toBe(3);
  expect(codes).toEqual([
    'configuration',
    'environment',
    'store',
    'livekit-unreachable',
    'backend',
    'clock',
  ]);
});

test("with a customer's server that is not there, it is LiveKit that everything needs", async () => {
  const { code, codes } = await doctor(await configured(NOBODY));
  expect(code).toBe(3);
  expect(codes).toContain('backend-unreachable');
});

test('a store that cannot be used is an error', async () => {
  await writeFile(join(folder, 'store.db'), 'this is no store, whatever its name says');
  const { lines } = await doctor(await configured(NOBODY));
  expect(lines.find((line) => line.includes('store-unusable'))).toMatch(/^error/);
});

describe('with a LiveKit that answers', () => {
  const refuse = (response: ServerResponse) =>
    response
      .writeHead(500, { 'content-type': 'application/json' })
      .end(JSON.stringify({ code: 'internal', msg: 'words that nobody-may-see' }));
  const nothing = () => false;
  const pinned = (config: Config) => {
    const screening = { mode: 'off' };
    const rule = { trunk: 'bank-trunk', pin: true };
    const rules = [rule, { ...rule, inboundNumbers: ['+15551230001'] }];
    const lines = config.lines.map((line) => ({ ...line, screening }));
    Object.assign(config, { rules, lines });
  };

  /** The doctor's round; LiveKit refuses what it is told to, at the turns (from 1 on) that it is told. */
  async function round(
    isRefused: (method: string, turn: number) => boolean,
    change?: (config: Config) => void,
    options: Partial<DoctorOptions> = {},
  ) {
    const turns = new Map<string, number>();
    await using livekit = await startStub((response, { path }) => {
      const method = path.split('/').at(-1) ?? '';
      const turn = (turns.get(method) ?? 0) + 1;
      turns.set(method, turn);
      return isRefused(method, turn) ? refuse(response) : sendJson(response, {});
    });
    vi.stubEnv('LIVEKIT_URL', livekit.url);
    const { code, lines } = await doctor(await configured(NOBODY, change), options);
    expect(lines.at(-1)).toMatch(/^doctor: \d+ errors/);
    return { code, told: (code: string) => lines.filter((line) => line.includes(` ${code} `)) };
  }

  test('a PIN that nobody can key is an error, and the round goes on', async () => {
    vi.stubEnv('TONEGATE_TRUNK_BANK_TRUNK_PIN', 'nobody-may-see');
    const { code, told } = await round(nothing, pinned);
    expect(code).toBe(1);
    expect(told('routing-invalid')).toEqual([
      expect.stringMatching(/^error .* the PIN of trunk "bank-trunk" cannot be keyed/),
    ]);
    expect(told('backend-unreachable')).toHaveLength(1);
  });

  test('a PIN that is not there is told once, whatever number of rules ask for it', async () => {
    const { told } = await round(nothing, pinned);
    expect(told('trunk-password')).toEqual([
      expect.stringContaining('TONEGATE_TRUNK_BANK_TRUNK_PIN is not set'),
    ]);
  });

  test('a PIN whose file cannot be read is an error, and the round goes on', async () => {
    vi.stubEnv('TONEGATE_TRUNK_BANK_TRUNK_PIN_FILE', join(folder, 'nowhere'));
    const { told } = await round(nothing, pinned);
    expect(told('trunk-password')).toEqual([
      expect.stringContaining(
        'TONEGATE_TRUNK_BANK_TRUNK_PIN_FILE: the file cannot be read (ENOENT)',
      ),
    ]);
    expect(told('backend-unreachable')).toHaveLength(1);
  });

  test('trunks that cannot be listed the second time are an error, and the round goes on', async () => {
    const { told } = await round((method, turn) => method === 'ListSIPInboundTrunk' && turn === 2);
    expect(told('livekit-sip')).toEqual([
      expect.stringMatching(/^error .*LiveKit answered internal/),
    ]);
    expect(told('backend-unreachable')).toHaveLength(1);
  });

  test('agents that may not be called are errors, each one, and the round goes on', async () => {
    const { code, told } = await round((method) => method === 'CreateRoom', undefined, {
      desks: true,
    });
    expect(code).toBe(1);
    const untried = told('desk-untried');
    expect(untried).toHaveLength(3);
    expect(untried[0]).toMatch(
      /^error .* agent "sensitive-desk" .* could not be called: .*internal/,
    );
    expect(told('backend-unreachable')).toHaveLength(1);
  });

  test('a line that takes no call is a warning', async () => {
    const { told } = await round(nothing, ({ trunks }) => {
      Object.assign(trunks[0] ?? {}, { profile: 'none' });
    });
    expect(told('line-no-verdict')).toEqual([expect.stringMatching(/^warning .* line "strict"/)]);
  });
});

test('passwords and PINs that the environment does not have are errors, by their names', async () => {
  const file = await configured(NOBODY, ({ trunks, ...config }) => {
    Object.assign(trunks[0] ?? {}, { authUser: 'carrier' });
    const screening = { mode: 'observe' };
    const rules = [{ trunk: 'bank-trunk', pin: true }];
    Object.assign(config, { rules, screening });
  });
  const { lines } = await doctor(file);
  const told = lines.filter((line) => line.includes('trunk-password'));
  expect(told[0]).toContain('TONEGATE_TRUNK_BANK_TRUNK_PASSWORD is not set');
});

test('faults of configuration and environment are told together, and end it as usage does', async () => {
  vi.stubEnv('TONEGATE_PEPPER', undefined);
  const file = await configured('ftp://bank.example');
  const fault = await doctor(file).catch((error: unknown) => error);
  expect(exitCodeOf(fault)).toBe(2);
  expect((fault as Error).message).toMatch(/backend\.url: .*TONEGATE_PEPPER .* is not set/s);
});

test.each(['TONEGATE_SIGNING_KEY', 'TONEGATE_SIGNING_KEYS_PREVIOUS'])(
  'a key in %s that a worker would not start with is a fault of the environment',
  async (variable) => {
    vi.stubEnv(variable, 'no key that nobody-may-see');
    const fault = await doctor(await configured(NOBODY)).catch((error: unknown) => error);
    expect(exitCodeOf(fault)).toBe(2);
    expect((fault as Error).message).toMatch(new RegExp(`^${variable}: `));
    expect((fault as Error).message).not.toContain('nobody-may-see');
  },
);

test.each<[string, Partial<DoctorOptions>]>([
  ['the round', {}],
  ['listening', { listen: true }],
])(
  '%s ends as usage does where LIVEKIT_URL is no address, without repeating it',
  async (_, options) => {
    vi.stubEnv('LIVEKIT_URL', 'nobody-may-see');
    const fault = await doctor(await configured(NOBODY), options).catch((error: unknown) => error);
    expect(exitCodeOf(fault)).toBe(2);
    expect((fault as Error).message).toBe(
      'the environment is not complete:\n  LIVEKIT_URL is no address of a server: use a ws, wss, http or https URL',
    );
  },
);
