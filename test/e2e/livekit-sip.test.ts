// The caller's line over the real SIP bridge: what a phone sees and hears of it.

import { SipClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CallerLine } from '../../src/ivr/ports.ts';
import { AUDIO_DIR, loadRecordings, type Recordings } from '../../src/ivr/recordings.ts';
import { type AgentServer, connectAgentServer } from '../../src/livekit/agent-server.ts';
import type { Job } from '../../src/livekit/job.ts';
import { routingNames } from '../../src/livekit/provisioning.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import { catalogue, LOCALES } from '../../src/prompts/catalogue.ts';
import { Guest, routed, startTestStack, type TestStack, until } from '../livekit/room-kit.ts';
import { type Dialling, dial, type Phone } from './kit/phone.ts';

const never = new AbortController().signal;
const ports = { livekit: 25600, sip: 25660, rtp: 22800, redis: 25679 };
const trunk = { name: 'bank-trunk', numbers: ['+15105550100'], profile: 'twilio' };

let livekit: TestStack;
let worker: AgentServer;
let recordings: Recordings;
let onJob: (job: Job) => void;

beforeAll(async () => {
  recordings = await loadRecordings(AUDIO_DIR, catalogue, LOCALES);
  livekit = await startTestStack(ports);
  await routed(livekit.api, trunk);
  worker = connectAgentServer({
    api: livekit.api,
    agentName: 'tonegate',
    version: '0',
    load: () => 0,
    offer: () => true,
    onJob: (job) => onJob(job),
  });
  await until(() => worker.state.phase === 'registered');
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await livekit[Symbol.asyncDispose]();
  await closeMedia();
});

/** A phone that calls us, and our line to it. */
async function call(dialling: Partial<Dialling> = {}): Promise<{ phone: Phone; line: CallerLine }> {
  const job = Promise.withResolvers<Job>();
  onJob = job.resolve;
  const phone = await dial({
    to: '+15105550100',
    from: '+15551230001',
    sip: { host: '127.0.0.1', port: ports.sip },
    ...dialling,
  });
  onTestFinished(() => phone[Symbol.asyncDispose]());
  const line = await joinCallerLine(await job.promise, livekit.api);
  onTestFinished(() => line.leave());
  return { phone, line };
}

describe('a call over SIP', () => {
  test('says which number, trunk and call it is', async () => {
    const { phone, line } = await call();
    expect(line.caller).toMatchObject({ dialled: '+15105550100', inviteCallId: phone.callId });
    expect(line.caller.sipCallId).toMatch(/^SCL_/);
    expect(line.caller.number?.reveal()).toBe('+15551230001');
    const { trunks } = await routingNames(livekit.api);
    expect(trunks.get(line.caller.trunkId ?? '')).toBe('bank-trunk');
  });

  test('tells what its INVITE carried, both values of a header that came twice', async () => {
    const verdicts = ['TN-Validation-Passed-A', 'TN-Validation-Failed', 'No-TN-Validation'];
    const headers = [...verdicts.map((word) => `X-Twilio-VerStat: ${word}`), 'X-Other: 1'];
    const { line } = await call({ headers });
    const told = await line.headers(['X-Twilio-VerStat', 'x-other', 'From'], never);
    // The first by the trunk's mapping, the last by the bridge; nobody tells the one between.
    expect(told.get('x-twilio-verstat')).toEqual(['TN-Validation-Passed-A', 'No-TN-Validation']);
    expect(told.get('x-other')).toEqual(['1']);
    expect(told.get('from')?.[0]).toContain('+15551230001');
  });

  test('rings until it is answered, is heard from the first sound to the last, and ends with our BYE', async () => {
    const { phone, line } = await call();
    await phone.ringing();
    expect(phone.status).toBeNull();
    await line.answer(never);
    await phone.answered();
    await line.play(recordings.clips(['welcome', 'goodbye'], 'en'), never);
    await line.hangUp(never);
    await phone.hears('welcome');
    await phone.hears('goodbye');
    expect(await phone.ended()).toBe('theyHungUp');
    expect(await line.ended).toBe('hungUp');
  });

  test('refused while it rings: 486 with our reason, never answered', async () => {
    const { phone, line } = await call();
    await phone.ringing();
    await line.refuse('SIP;cause=608;text="Rejected"', never);
    expect(await phone.ended()).toBe('refused');
    expect(phone).toMatchObject({ status: 486, reason: 'SIP;cause=608;text="Rejected"' });
  });

  test('brings the keys pressed, and a key stops what plays', async () => {
    const { phone, line } = await call();
    const keys: string[] = [];
    const bargeIn = new AbortController();
    line.onKey((key) => {
      keys.push(key.reveal());
      bargeIn.abort(new Error('barged in'));
    });
    await line.answer(never);
    const playing = line.play(recordings.clips(['enter-birth-date-mdy'], 'en'), bargeIn.signal);
    const stopped = expect(playing).rejects.toThrow('barged in');
    await phone.answered();
    await phone.press('31*#');
    await stopped;
    expect(keys.join('')).toBe('31*#');
    await line.play(recordings.clips(['goodbye'], 'en'), never);
    await phone.hears('goodbye');
  });

  test('ends when the caller hangs up, ringing or answered', async () => {
    const ringing = await call();
    await ringing.phone.hangUp();
    expect(await ringing.line.ended).toBe('hungUp');

    const answered = await call();
    await answered.line.answer(never);
    await answered.phone.hangUp();
    expect(await answered.line.ended).toBe('hungUp');
    await answered.line.hangUp(never);
  });
});

describe('a transfer', () => {
  test.for([
    ['accepted', 'succeeded'],
    ['failing', 'failed'],
    ['refused', 'failed'],
  ] as const)('that the phone finds %s has %s', async ([transfers, outcome]) => {
    const { phone, line } = await call({ transfers });
    await line.answer(never);
    await phone.answered();
    const transfer = line.transfer('tel:+15105550199', { 'X-Ivr-Ticket': 'a.b.c' }, 25, never);
    const refer = await phone.referred();
    expect(refer.header('Refer-To')).toContain('tel:+15105550199');
    expect(refer.header('X-Ivr-Ticket')).toBe('a.b.c');
    expect(await transfer).toBe(outcome);
  });

  test('before the answer has failed, and nothing was sent', async () => {
    const { phone, line } = await call();
    await phone.ringing();
    expect(await line.transfer('tel:+15105550199', {}, 25, never)).toBe('failed');
    expect(phone.messages.some(({ method }) => method === 'REFER')).toBe(false);
  });
});

describe('routing', () => {
  test('calls ring and last only so long, and go to our agent', async () => {
    const [made] = await sip().listSipInboundTrunk();
    expect(made?.toJson()).toMatchObject({
      name: 'tonegate/bank-trunk',
      numbers: trunk.numbers,
      ringingTimeout: '25s',
      maxCallDuration: '14400s',
    });
    const [rule] = await sip().listSipDispatchRule();
    expect(rule?.toJson()).toMatchObject({
      name: 'tonegate/bank-trunk',
      trunkIds: [made?.sipTrunkId],
      rule: { dispatchRuleCallee: { roomPrefix: 'call', randomize: true } },
      roomConfig: { maxParticipants: 1, agents: [{ agentName: 'tonegate' }] },
    });
  });

  test('nobody but agents gets into the room of a call', async () => {
    const { line } = await call();
    const { room } = line.caller;
    await expect(Guest.join(livekit.api, { room })).rejects.toThrow();
    await using agent = await Guest.join(livekit.api, { room, kind: 'agent' });
    expect(agent.room.isConnected).toBe(true);
  });

  test('made again changes nothing, mends what is ours, and leaves alone what is not', async () => {
    await sip().createSipInboundTrunk('somebody else', ['+15105550111']);
    const before = await everything();
    await routed(livekit.api, trunk);
    expect(await everything()).toEqual(before);

    const more = { ...trunk, numbers: ['+15105550100', '+15105550102'] };
    await routed(livekit.api, more);
    const after = await everything();
    expect(after['tonegate/bank-trunk']).toMatchObject({
      numbers: more.numbers,
      maxCallDuration: '14400s',
    });
    expect(after['somebody else']).toEqual(before['somebody else']);
    const { trunks } = await routingNames(livekit.api);
    expect([...trunks.values()]).toEqual(['bank-trunk']);
  });
});

function sip(): SipClient {
  return new SipClient(livekit.api.host, livekit.api.key, livekit.api.secret);
}

/** All trunks and rules, by name. */
async function everything(): Promise<Record<string, unknown>> {
  const trunks = (await sip().listSipInboundTrunk()).map((made) => [made.name, made.toJson()]);
  const rules = (await sip().listSipDispatchRule()).map((made) => [made.name, made.toJson()]);
  return { ...Object.fromEntries(trunks), rules: Object.fromEntries(rules) };
}
