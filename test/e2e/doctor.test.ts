// `tonegate doctor` beside a running system: a good one, one that somebody else has spoiled, and a call that
// is listened to. Its lines hold no number, no header's value and no key.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SipClient } from 'livekit-server-sdk';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { call } from './system.ts';

const system = inject('system');
const main = join(process.cwd(), 'src/main.ts');
const config = join(system.folder, 'tonegate.yaml');
const BANK = '+15105550100';

/** A doctor at work, and what it has said so far. */
class Doctor {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #look: () => void = () => undefined;

  constructor(...args: string[]) {
    const all = [main, 'doctor', '--config', config, ...args];
    this.#process = spawn(process.execPath, all, {
      cwd: system.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#process, 'close');
    if (this.#process.stdout === null) throw new Error('no output');
    createInterface(this.#process.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#look();
    });
  }

  /** Done when it has said something of this. */
  async says(code: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((one) => one.split(/\s+/)[1] === code);
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }

  interrupt(): void {
    this.#process.kill('SIGINT');
  }

  /** Its exit code, once it is done. */
  async done(): Promise<unknown> {
    const [code] = await this.#ended;
    expect(this.lines.join('\n')).not.toMatch(/\+?1(510|555)\d{7}|secretsecret/);
    return code;
  }

  /** `error trunk-missing`, and what of it. */
  faults(): string[] {
    return this.lines.filter((line) => /^(error|warning)/.test(line));
  }
}

test('a system that `npm start` runs has no error', async () => {
  const doctor = new Doctor();
  expect(await doctor.done()).toBe(0);
  const codes = doctor.lines.map((line) => line.split(/\s+/)[1]);
  expect(codes).toEqual(
    expect.arrayContaining(['store', 'livekit-version', 'grants', 'routing', 'backend', 'clock']),
  );
  // The demo's trunks can be called by any phone.
  expect(codes).toContain('trunk-open');
  expect(doctor.lines.at(-1)).toMatch(/^doctor: 0 errors, /);
});

test('an agent that comes to its desks is told, and one that does not', async () => {
  const doctor = new Doctor('--desks');
  expect(await doctor.done()).toBe(1);
  // The other desks have agents only while hand-overs are tried.
  const known = / agent "(sensitive-desk|general-desk|operator-desk|no-such-agent)" /;
  const desks = doctor.lines.filter((line) => known.test(line));
  expect(desks.map((line) => line.split('. Why')[0])).toEqual([
    expect.stringMatching(/^ok .* agent "sensitive-desk" \(desk "sensitive"\) came within \d+ ms$/),
    expect.stringMatching(/^ok .* agent "general-desk" \(desk "general" and desk "vault"\) came/),
    expect.stringMatching(/^ok .* agent "operator-desk" \(desk "operator-desk"\) came within/),
    expect.stringMatching(
      /^error .* agent "no-such-agent" \(desk "missing"\) did not come within 2 s/,
    ),
  ]);
});

describe('what somebody else has set up at LiveKit', () => {
  const tidy: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const away of tidy.splice(0)) await away();
  });

  async function livekit() {
    const env = await readFile(join(system.folder, '.tonegate', 'env'), 'utf8');
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(env)?.[1] ?? '';
    const sip = new SipClient(
      system.livekitUrl,
      value('LIVEKIT_API_KEY'),
      value('LIVEKIT_API_SECRET'),
    );
    type Rule = Parameters<typeof sip.createSipDispatchRule>;
    type Trunk = Parameters<typeof sip.createSipInboundTrunk>;
    return {
      async rule(...given: Rule) {
        const { sipDispatchRuleId } = await sip.createSipDispatchRule(...given);
        tidy.push(() => sip.deleteSipDispatchRule(sipDispatchRuleId));
      },
      async trunk(...given: Trunk) {
        const { sipTrunkId } = await sip.createSipInboundTrunk(...given);
        tidy.push(() => sip.deleteSipTrunk(sipTrunkId));
      },
      async bankTrunk() {
        const trunks = await sip.listSipInboundTrunk();
        return trunks.find(({ name }) => name === 'tonegate/bank-trunk')?.sipTrunkId ?? '';
      },
    };
  }

  test('a rule for everything that hides numbers is a warning, while our own are there', async () => {
    const { rule } = await livekit();
    await rule({ type: 'individual', roomPrefix: 'all' }, { name: 'all', hidePhoneNumber: true });
    const doctor = new Doctor();
    expect(await doctor.done()).toBe(0);
    expect(doctor.faults()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^warning +rule-catch-all +rule "all" is for every trunk and number/),
        expect.stringMatching(/^warning +rule-hides-numbers +rule "all" hides numbers/),
      ]),
    );
  });

  test('a rule with a PIN on our trunk takes our calls', async () => {
    const { rule, bankTrunk } = await livekit();
    const pin = '471147114711';
    const trunkIds = [await bankTrunk()];
    await rule({ type: 'callee', roomPrefix: 'pin', pin }, { name: 'meeting', trunkIds });
    const doctor = new Doctor();
    expect(await doctor.done()).toBe(1);
    expect(doctor.lines.join('\n')).not.toContain(pin);
    expect(doctor.faults()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^error +rule-other +rule "meeting" takes calls of ours/),
        expect.stringMatching(/^error +rule-pin +rule "meeting" asks for a PIN, and "bank",/),
      ]),
    );
  });

  test('a mapping onto what tells calls apart is an error, on whatever trunk', async () => {
    const { trunk } = await livekit();
    await trunk('spoiling +15105550177', ['+15105550177'], {
      headersToAttributes: { 'X-Call': 'sip.callID', 'X-Auth-Token': 'token' },
    });
    const doctor = new Doctor();
    expect(await doctor.done()).toBe(1);
    expect(doctor.faults()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^error +mapping-overwrites +trunk "spoiling \+…" maps x-call onto sip\.callID/,
        ),
        expect.stringMatching(/^warning +mapping-secret +trunk "spoiling \+…" maps x-auth-token/),
      ]),
    );
  });

  test('our number on another trunk, for one caller, is an error', async () => {
    const { trunk } = await livekit();
    await trunk('second', [BANK], { allowedNumbers: ['+15551230009'] });
    const doctor = new Doctor();
    expect(await doctor.done()).toBe(1);
    expect(doctor.faults()).toContainEqual(
      expect.stringMatching(/^error +number-twice +number 1 of trunk "bank-trunk" \(line "bank"\)/),
    );
  });
});

describe('a call that is listened to', () => {
  test('is told by names and counts', async () => {
    const doctor = new Doctor('--listen');
    await doctor.says('listening');
    await using phone = await call(BANK, {
      headers: [
        'X-Account: 31415926',
        'X-Twilio-VerStat: TN-Validation-Passed-A',
        'X-5550123-a: 1',
      ],
    });
    await doctor.says('call-abilities');
    await phone.hears('enter-account');
    await phone.press('55501');
    await phone.hangUp();
    expect(await doctor.done()).toBe(0);
    const told = doctor.lines.join('\n');
    expect(await doctor.says('call')).toContain('a call came over trunk "bank-trunk"');
    expect(await doctor.says('call-attributes')).toMatch(/sip\.callID .*sip\.trunkPhoneNumber/);
    expect(await doctor.says('call-headers')).toMatch(/From .*X-Account X-Twilio-VerStat/);
    expect(await doctor.says('call-verdict')).toContain('X-Twilio-VerStat came');
    expect(await doctor.says('call-abilities')).toContain('can refuse with a Reason');
    expect(await doctor.says('call-keys')).toContain('5 keys until the call ended');
    expect(told).not.toMatch(/31415926|Passed|5550123|55501/);
  });

  test('ends at Ctrl-C, and what came by then is told', async () => {
    const doctor = new Doctor('--listen');
    await doctor.says('listening');
    await using phone = await call(BANK);
    await doctor.says('call-abilities');
    await phone.hears('enter-account');
    doctor.interrupt();
    expect(await doctor.done()).toBe(0);
    expect(await doctor.says('call-no-verdict')).toMatch(/^warning/);
    expect(await doctor.says('call-no-keys')).toContain('until listening stopped');
  });

  test('that does not come in time is an error', async () => {
    const doctor = new Doctor('--listen', '--seconds', '1');
    expect(await doctor.done()).toBe(1);
    expect(await doctor.says('call-none')).toContain('no call came within 1 s');
  });
});

describe("the customer's server by itself", () => {
  const fault = async (mode: string) => {
    const body = JSON.stringify({ route: 'lookup', mode });
    await fetch(`${system.bankUrl}/faults`, { method: 'POST', body });
  };
  afterEach(() => fault('ok'));

  test('keeps the contract', async () => {
    const doctor = new Doctor('--backend', '--json');
    expect(await doctor.done()).toBe(0);
    const findings = doctor.lines.map((line) => JSON.parse(line));
    expect(findings.every(({ severity, code }) => severity === 'ok' && /^backend/.test(code))).toBe(
      true,
    );
  });

  test('breaks it', async () => {
    await fault('garbage');
    const doctor = new Doctor('--backend');
    expect(await doctor.done()).toBe(1);
    expect(doctor.faults()[0]).toMatch(
      /^error +backend-answer +the lookup of an unknown account gets an answer that is not JSON/,
    );
  });
});
