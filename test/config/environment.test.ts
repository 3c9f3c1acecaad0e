import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { given, readEnvironment, trunkSecret } from '../../src/config/environment.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-env-'));
});
afterAll(() => rm(folder, { recursive: true }));

const nowhere = 'no-such-env-file';

test('names every variable that is missing, and what it is', () => {
  const read = () => readEnvironment(['LIVEKIT_URL', 'TONEGATE_STORE'], {}, nowhere);
  expect(read).toThrow(/LIVEKIT_URL \(or LIVEKIT_URL_FILE\) is not set: address/);
  expect(read).toThrow(/TONEGATE_STORE/);
});

test('takes a variable from the file that NAME_FILE names', async () => {
  const file = join(folder, 'token');
  await writeFile(file, 'from-a-file\n');
  const env = { TONEGATE_BACKEND_TOKEN_FILE: file };
  const { TONEGATE_BACKEND_TOKEN } = readEnvironment(['TONEGATE_BACKEND_TOKEN'], env, nowhere);
  expect(TONEGATE_BACKEND_TOKEN.reveal()).toBe('from-a-file');
  const gone = { TONEGATE_BACKEND_TOKEN_FILE: join(folder, 'gone') };
  expect(() => readEnvironment(['TONEGATE_BACKEND_TOKEN'], gone, nowhere)).toThrow(/ENOENT/);
});

test('takes what the local system generated, unless the environment says otherwise', async () => {
  const file = join(folder, 'env');
  await writeFile(file, 'LIVEKIT_URL=ws://file\nTONEGATE_STORE=sqlite:file?a=b\n');
  const read = readEnvironment(
    ['LIVEKIT_URL', 'TONEGATE_STORE'],
    { LIVEKIT_URL: 'ws://env' },
    file,
  );
  expect(read.LIVEKIT_URL.reveal()).toBe('ws://env');
  expect(read.TONEGATE_STORE.reveal()).toBe('sqlite:file?a=b');
});

test('takes nothing for an optional variable that is missing', () => {
  expect(readEnvironment(['TONEGATE_LOG_LEVEL'], {}, nowhere).TONEGATE_LOG_LEVEL.length).toBe(0);
});

test('refuses a short pepper without repeating it', () => {
  const read = () => readEnvironment(['TONEGATE_PEPPER'], { TONEGATE_PEPPER: 'salt' }, nowhere);
  expect(read).toThrow(/too short/);
  expect(read).not.toThrow(/salt/);
});

test('takes the file that the environment names before what the local system generated', async () => {
  const generated = join(folder, 'generated');
  const file = join(folder, 'real-token');
  await writeFile(generated, 'TONEGATE_BACKEND_TOKEN=generated\n');
  await writeFile(file, 'real');
  const env = { TONEGATE_BACKEND_TOKEN: '', TONEGATE_BACKEND_TOKEN_FILE: file };
  const read = readEnvironment(['TONEGATE_BACKEND_TOKEN'], env, generated);
  expect(read.TONEGATE_BACKEND_TOKEN.reveal()).toBe('real');
  expect(given('TONEGATE_BACKEND_TOKEN', env)).toBe('real');
  expect(given('TONEGATE_STORE', env)).toBeUndefined();
});

test('a file that cannot be read hides no other variable that is missing', () => {
  const env = { TONEGATE_SIGNING_KEYS_PREVIOUS_FILE: join(folder, 'gone') };
  const names = ['TONEGATE_SIGNING_KEYS_PREVIOUS', 'TONEGATE_SIGNING_KEY'] as const;
  const read = () => readEnvironment(names, env, nowhere);
  expect(read).toThrow(/TONEGATE_SIGNING_KEYS_PREVIOUS_FILE: the file cannot be read/);
  expect(read).toThrow(/TONEGATE_SIGNING_KEY \(or/);
});

test.each([
  'foo',
  'localhost:7880',
  'ftp://livekit.example',
  'ws://',
  'ws:///',
  'wss://a b',
  'ws:x',
])('refuses a LIVEKIT_URL that is no address of a server, without repeating it: %s', (url) => {
  const read = () => readEnvironment(['LIVEKIT_URL'], { LIVEKIT_URL: url }, nowhere);
  expect(read).toThrow(/ LIVEKIT_URL is no address of a server: use a ws, wss, http or https URL$/);
  expect(read).not.toThrow(url);
});

test.each(['ws://127.0.0.1:7880', 'wss://bank.livekit.cloud', 'http://[::1]:7880', 'HTTPS://lk/'])(
  'takes the LIVEKIT_URL %s',
  (url) => {
    const read = readEnvironment(['LIVEKIT_URL'], { LIVEKIT_URL: url }, nowhere);
    expect(read.LIVEKIT_URL.reveal()).toBe(url);
  },
);

test('takes the secrets of trunks as every other variable: environment, file, what was generated', async () => {
  const generated = join(folder, 'generated-trunks');
  const file = join(folder, 'pin');
  await writeFile(
    generated,
    'TONEGATE_TRUNK_CARRIER_2_PASSWORD=generated\nTONEGATE_TRUNK_CARRIER_2_PIN=1111\n',
  );
  await writeFile(file, '2222\n');
  const secret = (what: 'PASSWORD' | 'PIN', env: NodeJS.ProcessEnv) =>
    trunkSecret('carrier-2', what, env, generated)?.reveal();
  expect(secret('PASSWORD', {})).toBe('generated');
  expect(secret('PASSWORD', { TONEGATE_TRUNK_CARRIER_2_PASSWORD: 'given' })).toBe('given');
  expect(secret('PIN', { TONEGATE_TRUNK_CARRIER_2_PIN_FILE: file })).toBe('2222');
  expect(trunkSecret('other', 'PIN', {}, generated)).toBeNull();
});
