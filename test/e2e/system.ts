// What the e2e tests ask the system under test, as its users would: the bank's outbox, the call records,
// LiveKit's server.

import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { inject } from 'vitest';
import { followCall } from '../../src/console/follow.ts';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import type { BankRoute } from '../../src/demo/bank-faults.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import type { PromptId } from '../../src/prompts/catalogue.ts';
import { Guest } from '../livekit/room-kit.ts';
import { keyedBirthDate } from './customers.ts';
import { type Dialling, dial, type Phone } from './kit/phone.ts';

const system = inject('system');
const main = join(process.cwd(), 'src/main.ts');
const LOOK_AGAIN_MS = 100;

/** A phone that calls the system: one of its own, since failures slow down whoever calls from the same. */
export async function call(to: string, dialling: Partial<Dialling> = {}): Promise<Phone> {
  const sip = { host: '127.0.0.1', port: system.sipPort };
  const from = `+15551${String(randomInt(10_000)).padStart(4, '0')}99`;
  return await dial({ to, from, sip, ...dialling });
}

/** A text message, as the bank's outbox shows it. */
export interface TextMessage {
  readonly to: string;
  readonly text: string;
  readonly code: string;
}

/** The messages that were sent to a customer's phone, oldest first. */
export async function messagesTo({ phone }: DemoAccount): Promise<TextMessage[]> {
  const outbox = (await (await fetch(`${system.bankUrl}/outbox`)).json()) as TextMessage[];
  return outbox.filter(({ to }) => to === phone);
}

/** The code the bank sent to a customer last. */
export async function lastCode(customer: DemoAccount): Promise<string> {
  const message = (await messagesTo(customer)).at(-1);
  if (message === undefined) throw new Error('no message was sent to this customer');
  return message.code;
}

/** Says who makes, sends and checks one-time codes from now on. */
export async function codesBy(by: 'bank' | 'us'): Promise<void> {
  await told('/codes', { by });
}

/** Has a route of the bank misbehave whenever it is asked about this customer. */
export async function faultAt(
  route: BankRoute,
  mode: string,
  customer: DemoAccount,
): Promise<void> {
  await told('/faults', { route, mode, account: customer.number });
}

async function told(path: string, body: object): Promise<void> {
  const { ok, status } = await fetch(`${system.bankUrl}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!ok) throw new Error(`the bank answered ${status} to ${path}`);
}

/** What `tonegate` prints and its exit code, run where the system's operator would run it. */
export async function tonegate(...args: readonly string[]) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const options = { cwd: system.folder, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [main, ...args], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });
}

/** A figure of the worker's `/metrics`, by its whole name, labels included; 0 where it has none. */
export async function metric(name: string): Promise<number> {
  const metrics = await (await fetch(`${system.workerUrl}/metrics`)).text();
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

/** The one record of a phone's call, as `tonegate calls --json` prints it, once it is there. */
export async function recordOf(phone: Phone): Promise<CallRecord> {
  const [record] = await recordsOf([phone]);
  return record as CallRecord;
}

/** The same for many phones, in their order. */
export async function recordsOf(phones: readonly Phone[]): Promise<readonly CallRecord[]> {
  for (;;) {
    // The last line may not be whole yet.
    const lines = (await readFile(system.records, 'utf8')).split('\n').slice(0, -1);
    const records = lines.map((line): CallRecord => JSON.parse(line));
    const found = phones.map((phone) =>
      records.filter(({ inviteCallId }) => inviteCallId === phone.callId),
    );
    if (found.some(({ length }) => length > 1)) throw new Error('more than one record of one call');
    if (found.every(({ length }) => length === 1)) return found.flat();
    await sleep(LOOK_AGAIN_MS);
  }
}

/** What was seen of a phone's call, from now on: read off the live view, and not heard. Ends with the call. */
async function* seenOf(phone: Phone): AsyncGenerator<CallObservation> {
  const looking = new AbortController();
  try {
    const { name } = await roomOf(phone);
    for await (const one of await followCall(system.workerUrl, name, looking.signal)) {
      yield one;
      if (one.type === 'call.ended') return;
    }
  } finally {
    looking.abort();
  }
}

/** Done when our side begins to say this to a phone, from now on. */
export async function says(phone: Phone, prompt: PromptId): Promise<void> {
  for await (const one of seenOf(phone)) {
    if (one.type === 'prompt.began' && one.prompts.includes(prompt)) return;
  }
  throw new Error(`the call ended before it said "${prompt}"`);
}

/** A busy machine may have keys that follow closer arrive together, and rightly doubts them. */
const UNHURRIED = { gapMs: 250 };

/** Keys what is asked for, as often as it is asked, until the code was judged. The call has been answered. */
export async function keysWhatIsAsked(phone: Phone, customer: DemoAccount): Promise<void> {
  const answers: Readonly<Record<string, () => string | Promise<string>>> = {
    'enter-account-again': () => customer.number,
    'enter-birth-date-mdy': () => keyedBirthDate(customer),
    'enter-birth-date-mdy-again': () => keyedBirthDate(customer),
    'enter-code': () => lastCode(customer),
    'enter-code-again': () => lastCode(customer),
  };
  const seen = seenOf(phone);
  // From here on what comes is kept: the account number is keyed ahead.
  const first = seen.next();
  await phone.press(customer.number, UNHURRIED);
  for (let next = await first; !next.done; next = await seen.next()) {
    const one = next.value;
    if (one.type === 'step.ended' && one.step === 'oneTimeCode') {
      await seen.return(undefined);
      return;
    }
    if (one.type !== 'prompt.began') continue;
    const answer = one.prompts.map((prompt) => answers[prompt]).find((found) => found);
    if (answer !== undefined) await phone.press(await answer(), UNHURRIED);
  }
  throw new Error('the call ended before its code was judged');
}

export interface Room {
  readonly name: string;
  readonly caller: { readonly identity: string; readonly attributes: Record<string, string> };
  /** Metadata of the dispatches, by agent. */
  readonly dispatched: Readonly<Record<string, string>>;
}

/** The room a phone's call is in, as LiveKit's server sees it. */
export async function roomOf(phone: Phone): Promise<Room> {
  const { key, secret } = await credentials();
  const rooms = new RoomServiceClient(system.livekitUrl, key, secret);
  for (const { name } of await rooms.listRooms()) {
    // Rooms of other calls may be gone by now.
    const caller = (await rooms.listParticipants(name).catch(() => [])).find(
      ({ kind, attributes }) =>
        kind === ParticipantInfo_Kind.SIP && attributes['sip.callIDFull'] === phone.callId,
    );
    if (caller === undefined) continue;
    const dispatches = await new AgentDispatchClient(system.livekitUrl, key, secret).listDispatch(
      name,
    );
    return {
      name,
      caller: { identity: caller.identity, attributes: caller.attributes },
      dispatched: Object.fromEntries(
        dispatches.map(({ agentName, metadata }) => [agentName, metadata]),
      ),
    };
  }
  throw new Error('this call is in no room');
}

/** An agent that nobody sent for comes into a phone's room, silent. */
export async function intrude(phone: Phone): Promise<Guest> {
  const { key, secret } = await credentials();
  const { name } = await roomOf(phone);
  return await Guest.join({ host: system.livekitUrl, key, secret }, { room: name, kind: 'agent' });
}

/** What the system's own commands read. */
export async function credentials(): Promise<{ key: string; secret: string; bankToken: string }> {
  const env = await readFile(join(system.folder, '.tonegate', 'env'), 'utf8');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(env)?.[1] ?? '';
  return {
    key: value('LIVEKIT_API_KEY'),
    secret: value('LIVEKIT_API_SECRET'),
    bankToken: value('TONEGATE_BACKEND_TOKEN'),
  };
}

/** The bank's reference of a customer, under which operators see a lock-out. */
export async function refOf({ number }: DemoAccount): Promise<string> {
  const { bankToken } = await credentials();
  const answer = await fetch(`${system.bankUrl}/accounts/lookup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bankToken}`, 'idempotency-key': randomUUID() },
    body: JSON.stringify({ call: 'an operator', account: number }),
  });
  return ((await answer.json()) as { ref: string }).ref;
}
