import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadEdition } from '../../src/commands/edition.ts';
import type { Config } from '../../src/config/schema.ts';
import { AUDIO_DIR } from '../../src/ivr/recordings.ts';

const BANK = '+15105550100';
const FRONTDESK = '+15105550101';
const demo = await readFile('tonegate.yaml', 'utf8');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-edition-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The demo's configuration, changed, as a file. */
async function configured(change: (config: Config) => void = () => undefined): Promise<string> {
  const config = parse(demo);
  change(config);
  const file = join(folder, 'tonegate.yaml');
  await writeFile(file, stringify(config));
  return file;
}

/** Gives a line a folder of its own, with the words of each recording; its sound is that of `goodbye`. */
async function recorded(name: string, words: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(folder, name, 'en');
  await mkdir(dir, { recursive: true });
  const sound = await readFile(join(AUDIO_DIR, 'en', 'goodbye.wav'));
  for (const id of Object.keys(words)) await writeFile(join(dir, `${id}.wav`), sound);
  const entries = Object.entries(words).map(([id, text]) => [
    id,
    { text, placeholder: false, by: 'a talent' },
  ]);
  await writeFile(join(dir, 'recordings.json'), JSON.stringify(Object.fromEntries(entries)));
  return name;
}

function line(config: Config, name: string) {
  const found = config.lines.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the demo has no line ${name}`);
  return found;
}

test("every line speaks with the common recordings, and a line's own go before them", async () => {
  const prompts = await recorded('audio', {
    welcome: 'This is the bank.',
    notice: 'Mind the gap.',
  });
  const file = await configured((config) => {
    Object.assign(line(config, 'bank'), { prompts, notice: 'notice' });
  });
  const { planFor, recordingsFor, promptVersions } = await loadEdition(file);
  const [bank, frontdesk] = [planFor(BANK), planFor(FRONTDESK)];
  expect(bank?.notice).toBe('own/notice');
  expect(recordingsFor(bank).text(['welcome', 'own/notice'], 'en')).toBe(
    'This is the bank. Mind the gap.',
  );
  expect(recordingsFor(frontdesk).text(['welcome'], 'en')).toBe(
    recordingsFor(null).text(['welcome'], 'en'),
  );
  expect(promptVersions.bank).not.toBe(promptVersions.frontdesk);
  expect(recordingsFor(bank).version).toBe(promptVersions.bank);
  expect(recordingsFor(frontdesk).version).toBe(promptVersions.frontdesk);
});

test('a flow version changes with its line and with nothing else', async () => {
  const before = await loadEdition(await configured());
  const after = await loadEdition(
    await configured((config) => {
      line(config, 'bank').closed = 'closed-for-now';
    }),
  );
  const versions = ({ planFor, flowVersion }: typeof before) =>
    [BANK, FRONTDESK, 'nobody'].map((number) => flowVersion(planFor(number)));
  const [bank, frontdesk, none] = versions(before);
  expect(versions(after)).toEqual([expect.not.stringMatching(`^${bank}$`), frontdesk, none]);
});

test('what is wrong with the recordings of all lines is told together', async () => {
  const [one, other] = [await recorded('one', {}), await recorded('other', {})];
  const file = await configured((config) => {
    Object.assign(line(config, 'bank'), { prompts: one, notice: 'first' });
    Object.assign(line(config, 'frontdesk'), { prompts: other, closed: 'second' });
  });
  await expect(loadEdition(file)).rejects.toMatchObject({
    code: 'IVR_PROMPT_INVALID',
    message: expect.stringMatching(/one.*en\/first\.wav.*other.*en\/second\.wav/s),
  });
});

test.each([
  [undefined, 4000],
  [{ webhook: 'http://127.0.0.1:7071/sms', timeoutSeconds: 2 }, 6000],
])(
  'a line waits a second longer than the bank may take, and the sender of messages: %j',
  async (sms, sendingMs) => {
    const file = await configured((config) => {
      Object.assign(config, { sms });
      Object.assign(config.backend, { timeoutSeconds: 3 });
    });
    const { planFor } = await loadEdition(file);
    expect(planFor(FRONTDESK)).toMatchObject({ backendMs: 4000, sendingMs });
  },
);

test('a running worker keeps all but its lines and desks, and says what waits for a restart', async () => {
  const running = await loadEdition(await configured());
  expect(running.leftForRestart).toEqual([]);
  const file = await configured((config) => {
    Object.assign(config, { capacity: 7, agentName: 'other', maxCallSeconds: 100 });
    Object.assign(config.backend, { timeoutSeconds: 3 });
    config.desks.general = { ...config.desks.general, otherwise: 'operator-desk' } as never;
  });
  const next = await loadEdition(file, running.config);
  expect(next.leftForRestart.toSorted()).toEqual(['agentName', 'backend', 'capacity']);
  expect(next.config).toMatchObject({ agentName: 'tonegate', capacity: 60 });
  const plan = next.planFor(FRONTDESK);
  // The charts' deadlines must stay longer than those of who is asked.
  expect(plan).toMatchObject({ backendMs: 9000, sendingMs: 17_000 });
  expect(plan?.maxCallMs).toBe(100_000);
  expect(plan?.desks.general).toMatchObject({ otherwise: 'operator-desk' });
  // Asked again, they still wait.
  const again = await loadEdition(file, next.config);
  expect(again.leftForRestart).toHaveLength(3);
});

test('a running worker takes over who is let through, and over which trunks', async () => {
  const { config: running } = await loadEdition(await configured());
  const changed = await configured((config) => {
    Object.assign(config.screening, { accept: 'all', reason: 'SIP;cause=603' });
    Object.assign(config.trunks[0] ?? {}, { profile: 'telnyx' });
  });
  const { planFor, refusalReason, leftForRestart } = await loadEdition(changed, running);
  expect(planFor(BANK)).toMatchObject({
    screening: { accept: 'all' },
    trunks: [{ name: 'bank-trunk', profile: 'telnyx' }],
  });
  expect(refusalReason).toBe('SIP;cause=603');
  expect(leftForRestart).toEqual([]);
});

test('the keys of upstream systems are read, and all that are none are told together', async () => {
  const upstream = (publicKeyFile: string) => ({ issuer: 'a', audience: 'b', publicKeyFile });
  await writeFile(join(folder, 'odd.pem'), 'no key');
  const file = await configured((config) => {
    Object.assign(line(config, 'bank'), { upstream: upstream('nowhere.pem') });
    Object.assign(line(config, 'strict'), { upstream: upstream('odd.pem') });
  });
  await expect(loadEdition(file)).rejects.toThrow(
    /line "bank": its upstream\.publicKeyFile: cannot be read \(ENOENT\)\nline "strict": its upstream/,
  );
});
