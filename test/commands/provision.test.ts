import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { exitCodeOf } from '../../src/commands/exit-code.ts';
import { provisionApply, provisionPlan, routingSecrets } from '../../src/commands/provision.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sendJson, startStub } from '../backend/stub-server.ts';

let folder: string;
let said: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-provision-'));
  said = '';
  vi.spyOn(console, 'info').mockImplementation((text) => {
    said += `${text}\n`;
  });
  for (const name of ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']) {
    vi.stubEnv(name, 'secretsecretsecretsecretsecretsecret');
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** The demo's first line behind these trunks and rules, as a file. */
async function configured(trunks: readonly object[], rules?: readonly object[]): Promise<string> {
  const { lines, ...demo } = parse(await readFile('tonegate.yaml', 'utf8'));
  const [bank] = lines;
  const file = join(folder, 'tonegate.yaml');
  const numbers = trunks.flatMap((trunk) => Reflect.get(trunk, 'numbers'));
  const screened = { ...bank, numbers, screening: { mode: 'off' } };
  await writeFile(file, stringify({ ...demo, trunks, ...(rules && { rules }), lines: [screened] }));
  return file;
}

const carrier = { name: 'first-carrier', numbers: ['+15105550100'], authUser: 'carrier' };
const pinned = { name: 'doors', numbers: ['+15105550101'] };
const rules = [{ trunk: 'first-carrier' }, { trunk: 'doors', pin: true }];

describe('what the environment does not give', () => {
  test('is named, all of it together, and ends with exit code 2', async () => {
    vi.stubEnv('LIVEKIT_URL', '');
    const config = await configured([carrier, pinned], rules);
    // Where `npm start` has run it left an environment.
    const clone = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(clone));
    for (const command of [provisionPlan, provisionApply]) {
      const fault = await command({ config }).catch((error: unknown) => error);
      expect(exitCodeOf(fault)).toBe(2);
      expect((fault as Error).message).toContain(
        '  LIVEKIT_URL (or LIVEKIT_URL_FILE) is not set: ',
      );
      expect((fault as Error).message).toContain(`the trunks are not complete:
  TONEGATE_TRUNK_FIRST_CARRIER_PASSWORD (or TONEGATE_TRUNK_FIRST_CARRIER_PASSWORD_FILE) is not set: the password that goes with "authUser"
  TONEGATE_TRUNK_DOORS_PIN (or TONEGATE_TRUNK_DOORS_PIN_FILE) is not set: the PIN that callers key, 1 to 16 digits`);
    }
    expect(said).toBe('');
  });

  test('is the same fault where LIVEKIT_URL is no address, and not repeated', async () => {
    vi.stubEnv('LIVEKIT_URL', 'canary');
    const config = await configured([{ ...pinned, allowedNumbers: ['+15551230001'] }]);
    for (const command of [provisionPlan, provisionApply]) {
      const fault = await command({ config }).catch((error: unknown) => error);
      expect(exitCodeOf(fault)).toBe(2);
      expect((fault as Error).message).toBe(
        'the environment is not complete:\n  LIVEKIT_URL is no address of a server: use a ws, wss, http or https URL',
      );
    }
  });

  test('may come from files, and is asked for only where it is needed', async () => {
    const file = join(folder, 'password');
    await writeFile(file, 'canary-password\n');
    vi.stubEnv('TONEGATE_TRUNK_FIRST_CARRIER_PASSWORD_FILE', file);
    vi.stubEnv('TONEGATE_TRUNK_DOORS_PIN', '31415926');
    const secretOf = routingSecrets(await loadConfig(await configured([carrier, pinned], rules)));
    expect(secretOf('first-carrier', 'PASSWORD').reveal()).toBe('canary-password');
    expect(secretOf('doors', 'PIN').reveal()).toBe('31415926');
    expect(secretOf('doors', 'PASSWORD').length).toBe(0);
  });
});

describe('a plan', () => {
  /** What is printed where LiveKit has these trunks and no rules. */
  async function plan(file: string, trunks: readonly object[], json = false): Promise<number> {
    const stub = await startStub((response, { path }) =>
      sendJson(response, { items: path.endsWith('Trunk') ? trunks : [] }),
    );
    onTestFinished(() => stub[Symbol.asyncDispose]());
    vi.stubEnv('LIVEKIT_URL', stub.url);
    vi.stubEnv('TONEGATE_TRUNK_FIRST_CARRIER_PASSWORD', 'canary-password');
    return await provisionPlan({ config: file, json });
  }

  const there = {
    sipTrunkId: 'ST_1',
    name: 'tonegate/first-carrier',
    numbers: ['+15105550100', '+15105550109'],
    allowedNumbers: ['+15551230001'],
    authUsername: 'carrier',
    authPassword: 'canary-old',
    ringingTimeout: '25s',
    maxCallDuration: '86400s',
  };

  test('says in words what becomes of each trunk and rule', async () => {
    const old = { sipTrunkId: 'ST_2', name: 'tonegate/old', numbers: ['+15105550108'] };
    const code = await plan(await configured([carrier]), [there, old]);
    expect(code).toBe(0);
    expect(said).toBe(`1 to create, 1 to change, 1 to remove, 0 unchanged
- trunk old (ST_2)
~ trunk first-carrier (ST_1)
    numbers: removed +15105550109
    password: changed
    allowed numbers: removed …01
    longest call: 24 h -> 4 h
+ rule first-carrier
    trunk: first-carrier
    rooms: callee
    room prefix: call
    agent: tonegate
    callers in a room: 1
`);
  });

  test('says what is in the way, what is left to people, and what is dangerous', async () => {
    const theirs = { sipTrunkId: 'ST_3', name: 'theirs', numbers: ['15105550100'] };
    const open = { name: 'open', numbers: ['+15105550100'] };
    const bought = { name: 'bought', numbers: ['+15105550102'], livekitNumber: true };
    expect(await plan(await configured([open, bought]), [theirs])).toBe(1);
    expect(said).toMatch(
      /\nIn the way:\n {2}trunk "open": another trunk \(ST_3\) has one of its numbers and is not ours: .*\nTo be done by hand:\n {2}assign \+15105550102 to rule bought, once: lk number update --number \+15105550102 --sip-dispatch-rule-id <its id, shown by apply>\nWarnings:\n {2}trunk "open": neither digest .*\n {2}trunk "bought": .*\n/,
    );
  });

  test('as JSON says the same', async () => {
    await plan(await configured([carrier]), [there], true);
    expect(JSON.parse(said)).toMatchObject({
      changes: [
        {
          action: 'change',
          what: 'trunk',
          name: 'first-carrier',
          id: 'ST_1',
          fields: [
            { field: 'numbers', added: [], removed: ['+15105550109'] },
            { field: 'password', secret: 'changed' },
            { field: 'allowed numbers', added: [], removed: ['…01'] },
            { field: 'longest call', from: '24 h', to: '4 h' },
          ],
        },
        { action: 'create', what: 'rule', id: null },
      ],
      conflicts: [],
      warnings: [],
      byHand: [],
    });
    expect(said).not.toMatch(/canary|5551230001/);
  });
});
