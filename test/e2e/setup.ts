// The system under test, started once for all e2e files, of whatever project: exactly what `npm start` runs, on ports of its
// own and in a folder of its own, with a few lines and customers more than the demo has.

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { parse, stringify } from 'yaml';
import { startDemoBank } from '../../src/demo/bank.ts';
import { Secret } from '../../src/machines/secret.ts';
import { CUSTOMERS } from './customers.ts';
import { HAND_OVERS } from './hand-overs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    system: {
      readonly sipPort: number;
      readonly bankUrl: string;
      readonly workerUrl: string;
      readonly livekitUrl: string;
      /** The QA phone's page. */
      readonly pageUrl: string;
      /** Where `.tonegate` lies. */
      readonly folder: string;
      /** Process id of `tonegate dev`, the parent of all others. */
      readonly pid: number;
      /** File that takes all that the system prints, the worker's log included. */
      readonly log: string;
      /** File that takes the call records, a line each, as `tonegate calls --json --follow` prints them. */
      readonly records: string;
      /** What the PBX before the line `pbx` signs by: Ed25519, PKCS#8 PEM. */
      readonly upstreamKey: string;
    };
  }
}

const PORTS = {
  livekit: 28880,
  sip: 28060,
  rtp: 28200,
  redis: 28379,
  page: 28070,
  bank: 28071,
  worker: 28081,
};

export async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (vitest.getProvidedContext().system !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-e2e-'));
  const token = 'token-of-the-e2e-bank';
  const smsToken = 'token-of-the-e2e-webhook';
  const bank = await startDemoBank({
    host: '127.0.0.1',
    port: 0,
    token: Secret.of(token),
    smsToken: Secret.of(smsToken),
    accounts: CUSTOMERS,
  });
  const config = join(folder, 'tonegate.yaml');
  const pbx = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(folder, 'pbx.pem'), pbx.publicKey);
  await writeFile(config, await configuration(bank.url, folder));

  const args = Object.entries(PORTS).flatMap(([name, port]) => [`--port-${name}`, String(port)]);
  const main = join(process.cwd(), 'src/main.ts');
  const dev = spawn(process.execPath, [main, 'dev', '--config', config, ...args], {
    cwd: folder,
    env: { ...process.env, TONEGATE_BACKEND_TOKEN: token, TONEGATE_SMS_TOKEN: smsToken },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(dev, 'exit');
  const log = join(folder, 'log');
  const written = createWriteStream(log);
  dev.stdout.pipe(written, { end: false });
  dev.stderr.pipe(written, { end: false });
  dev.stderr.pipe(process.stderr, { end: false });
  const output = createInterface(dev.stdout);
  const ready = new Promise<void>((resolve) => {
    output.on('line', (line) => line === 'Tonegate answers.' && resolve());
  });
  const failed = ended.then(([code]) => {
    throw new Error(`the system under test did not start (exit code ${code}), see above`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);

  // One program for the whole run: each look as a program of its own takes processor from the callers' sound.
  const records = join(folder, 'records.jsonl');
  const kept = createWriteStream(records);
  await once(kept, 'open');
  const following = spawn(process.execPath, [main, 'calls', '--json', '--follow'], {
    cwd: folder,
    stdio: ['ignore', kept, 'inherit'],
  });
  const followed = once(following, 'exit');

  vitest.provide('system', {
    sipPort: PORTS.sip,
    bankUrl: bank.url,
    workerUrl: `http://127.0.0.1:${PORTS.worker}`,
    livekitUrl: `ws://127.0.0.1:${PORTS.livekit}`,
    pageUrl: `http://127.0.0.1:${PORTS.page}`,
    folder,
    pid: dev.pid ?? 0,
    log,
    records,
    upstreamKey: pbx.privateKey,
  });
  return async () => {
    following.kill('SIGINT');
    await followed;
    dev.kill('SIGINT');
    await ended;
    await bank[Symbol.asyncDispose]();
    written.end();
    await rm(folder, { recursive: true });
  };
}

/** The demo's configuration with a few lines more. */
async function configuration(bankUrl: string, folder: string): Promise<string> {
  const config = parse(await readFile('tonegate.yaml', 'utf8'));
  const [bank, , , bilingual] = config.lines;
  const { operator: _, ...alone } = bank;
  config.backend.url = bankUrl;
  config.sms.webhook = `${bankUrl}/sms`;
  // A locked account still is when the next call to it has come so far, also on a busy machine.
  config.lockout.softSeconds = [120, 3600];
  const lines = [
    { ...alone, name: 'alone', numbers: ['+15105550110'] },
    {
      name: 'menu',
      numbers: ['+15105550112'],
      prompts: await ownRecordings(folder),
      notice: 'our-notice',
      menu: {
        1: { steps: ['account', 'passcode'], desk: 'vault' },
        2: { desk: 'general' },
      },
      operator: 'operator',
    },
    {
      name: 'careful',
      numbers: ['+15105550113'],
      steps: [
        { step: 'account', readBack: true, check: { pattern: '555[0-9]{5}' } },
        { step: 'birthDate', readBack: true },
      ],
      desk: 'general',
      operator: 'operator',
    },
    { ...bilingual, name: 'closed', numbers: ['+15105550114'], closed: 'closed-for-now' },
    { ...bank, name: 'resending', numbers: ['+15105550122'], steps: soonAnotherCode(bank.steps) },
    ...gateLines(bank),
    ...HAND_OVERS.map(({ desk, number }) => ({
      ...bank,
      name: `hand-over-${desk}`,
      numbers: [number],
      operator: desk,
    })),
  ];
  config.trunks[0].numbers.push(...lines.flatMap(({ numbers }) => numbers));
  config.lines.push(...lines);
  // A carrier that tells its verdict in the From header, and a line that hears nobody but those it vouches for.
  config.trunks.push({ name: 'other-trunk', numbers: ['+15105550130'], profile: 'from' });
  config.lines.push({ ...bank, name: 'vouched', numbers: ['+15105550130'], screening: ONLY_A });
  for (const { desk, number: _, ...kind } of HAND_OVERS) {
    config.desks[desk] = { ...kind, otherwise: 'operator-desk' };
  }
  config.desks.vault = { agent: 'general-desk', requires: ['pin'] };
  return stringify(config);
}

/** The same steps; who asks for another code waits no longer than the prompts are. */
function soonAnotherCode(steps: readonly { readonly step: string }[]) {
  return steps.map((step) => ({
    ...step,
    ...(step.step === 'oneTimeCode' && { resendSeconds: 10 }),
  }));
}

const ONLY_A = { accept: 'validated', minLevel: 'A' };

/** Lines that differ in whom they let through, and in what they take over. All come over the demo's trunk. */
function gateLines(bank: { readonly steps: readonly { readonly step: string }[] }) {
  const routing = { ...ONLY_A, onReject: { desk: 'general' } };
  const reasoned = { ...ONLY_A, reason: 'Q.850;cause=21;text="Call Rejected"' };
  const spared = { when: { screeningNot: ['passed-A'] } };
  const steps = bank.steps.map((step) => ({ ...step, ...(step.step === 'birthDate' && spared) }));
  const upstream = { issuer: 'pbx', audience: 'tonegate', publicKeyFile: 'pbx.pem' };
  const trunks = ['other-trunk'];
  return [
    { name: 'observed', numbers: ['+15105550115'], screening: { ...ONLY_A, mode: 'observe' } },
    { name: 'routed', numbers: ['+15105550116'], screening: routing },
    { name: 'sparing', numbers: ['+15105550117'], steps },
    { name: 'pbx', numbers: ['+15105550118'], upstream },
    { name: 'unlisted', numbers: ['+15105550119'], trunks, steps, upstream },
    { name: 'unlisted-strict', numbers: ['+15105550120'], trunks, screening: ONLY_A },
    { name: 'reasoned', numbers: ['+15105550121'], screening: reasoned },
  ].map((line) => ({ ...bank, ...line }));
}

/**
 * A line's own recordings: prompts of ours under other names, so that an ear can tell them. Answers the
 * folder as the configuration names it.
 */
async function ownRecordings(folder: string): Promise<string> {
  const own = { welcome: 'time-limit', 'our-notice': 'recording-notice', 'menu-2': 'no-match' };
  const dir = join(folder, 'audio', 'menu', 'en');
  await mkdir(dir, { recursive: true });
  const words = JSON.parse(await readFile('audio/en/recordings.json', 'utf8'));
  for (const [id, sound] of Object.entries(own)) {
    await copyFile(`audio/en/${sound}.wav`, join(dir, `${id}.wav`));
  }
  const manifest = Object.fromEntries(
    Object.entries(own).map(([id, sound]) => [id, { ...words[sound], placeholder: false }]),
  );
  await writeFile(join(dir, 'recordings.json'), JSON.stringify(manifest));
  return 'audio/menu';
}
