// What the tests of the gate share: the lines, what happens to a call before it is answered, and many
// records in one look.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { TicketClaims } from '../../src/ticket/claims.ts';
import { verifyTicket } from '../../src/ticket/verify.ts';
import type { Dialling, Phone } from './kit/phone.ts';
import { call, roomOf } from './system.ts';

/** Numbers of the lines (tonegate.yaml, setup.ts). All but the last come over a trunk of profile `twilio`. */
export const LINES = {
  lenient: '+15105550100',
  account: '+15105550101',
  strict: '+15105550102',
  observed: '+15105550115',
  routed: '+15105550116',
  sparing: '+15105550117',
  pbx: '+15105550118',
  unlisted: '+15105550119',
  unlistedStrict: '+15105550120',
  reasoned: '+15105550121',
  vouched: '+15105550130',
};

export const REASON = 'SIP;cause=608;text="Rejected"';

const system = inject('system');
const run = promisify(execFile);
const main = join(process.cwd(), 'src/main.ts');
const LOOK_AGAIN_MS = 100;
/** Calls that are known by their signalling, not by their sound. */
const AT_ONCE = 4;

/** On a starved machine keys that were pressed fast arrive together, and are rightly doubted. */
export const UNHURRIED = { gapMs: 400 };

/** Headers that bring a carrier's verdict, as Twilio does. */
export function verstat(...words: readonly string[]): string[] {
  return words.map((word) => `X-Twilio-VerStat: TN-Validation-${word}`);
}

/** Calls a line, hangs up at the first sound if it answers, and gives the phone of the call that is over. */
export async function ring(to: string, dialling: Partial<Dialling> = {}): Promise<Phone> {
  await using phone = await call(to, dialling);
  const isAnswered = await Promise.race([
    phone.answered().then(() => true),
    phone.ended().then(() => false),
  ]).catch(() => phone.status === 200);
  if (isAnswered) {
    // Who hangs up before that may leave unseen (livekit-server v1.13.5), until the answer is given up.
    await phone.hearsSound();
    await phone.hangUp();
  }
  await phone.ended();
  return phone;
}

/** The same for many calls, a few at a time; the phones come in the order of the calls. */
export async function ringAll(
  calls: readonly (readonly [to: string, dialling: Partial<Dialling>])[],
): Promise<Phone[]> {
  const phones: Phone[] = [];
  const waiting = [...calls.entries()];
  const caller = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [nth, [to, dialling]] = next;
      phones[nth] = await ring(to, dialling);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return phones;
}

/** What was said about the INVITE on the wire, in its order and without repeats. */
export function dialogue({ messages }: Phone): string[] {
  const said = messages
    .filter(({ method }) => method === 'INVITE' || method === 'ACK')
    .map(({ method, status }) => String(status ?? method));
  return [...new Set(said)];
}

/** A call that was refused while it rang: 486, and never a 200. */
export const REFUSED = ['INVITE', '100', '180', '486', 'ACK'];
export const ANSWERED = ['INVITE', '100', '180', '200', 'ACK'];

/** Every record there is, oldest first, as `tonegate calls --json` prints them. */
export async function allRecords(): Promise<CallRecord[]> {
  const { stdout } = await run(process.execPath, [main, 'calls', '--json'], {
    cwd: system.folder,
    maxBuffer: 2 ** 26,
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/**
 * The one record of each phone's call, in their order, once all are there. Phones with the same Call-ID come in
 * the order in which they called.
 */
export async function recordsOf(phones: readonly Phone[]): Promise<CallRecord[]> {
  for (;;) {
    const all = Map.groupBy(await allRecords(), ({ inviteCallId }) => inviteCallId);
    const wanted = Map.groupBy(phones, ({ callId }) => callId);
    const missing = [...wanted].map(
      ([callId, { length }]) => length - (all.get(callId)?.length ?? 0),
    );
    if (missing.some((count) => count < 0)) throw new Error('more than one record of one call');
    if (missing.every((count) => count === 0)) {
      return phones.map(({ callId }) => all.get(callId)?.shift() as CallRecord);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** All that the system has printed so far, the worker's log included, and all records. */
export async function leftBehind(): Promise<string> {
  const log = await readFile(system.log, 'utf8');
  if (!log.includes('"msg":"call ended"')) throw new Error('this is not the log of any call');
  return log + JSON.stringify(await allRecords());
}

/** The claims of the ticket that a desk's agent was dispatched with, verified as that desk would. */
export async function ticketOf(phone: Phone, agent: string, desk: string): Promise<TicketClaims> {
  const { name, caller, dispatched } = await roomOf(phone);
  return await verifyTicket(JSON.parse(dispatched[agent] ?? '').ticket, {
    jwks: `${system.workerUrl}/.well-known/jwks.json`,
    issuer: 'tonegate',
    audience: desk,
    room: name,
    caller: caller.identity,
  });
}
