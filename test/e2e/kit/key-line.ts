// Calls whose packets are given, over a real SIP bridge to our own line: which keys arrive, and when. The
// time between keys is measured by the product's own keypad. Knows nothing of entries.

import { randomUUID } from 'node:crypto';
import type { StackPorts } from '../../../src/demo/stack-config.ts';
import { createKeypad } from '../../../src/ivr/keypad.ts';
import { type AgentServer, connectAgentServer } from '../../../src/livekit/agent-server.ts';
import type { Job } from '../../../src/livekit/job.ts';
import { closeMedia, joinCallerLine, type RoomLine } from '../../../src/livekit/room-line.ts';
import type { KeyEvent } from '../../../src/machines/collect-digits.machine.ts';
import { routed, startTestStack, until } from '../../livekit/room-kit.ts';
import { EVENT_TYPE, type TimedPacket } from './key-stream.ts';
import { pcapFile } from './pcap.ts';
import { playPcap } from './pcap-call.ts';
import { encodeRtp } from './rtp.ts';

const NUMBER = '+15105550100';
const never = new AbortController().signal;

/** A key as our side was given it. */
export interface ReceivedKey {
  readonly key: string;
  /** As the keypad tells a chart: Infinity for the first key of a call. */
  readonly sinceLastMs: number;
  /** In ms of `performance.now()`. */
  readonly atMs: number;
}

/** A stack with a line that answers every call. Disposing of it stops the stack. */
export interface KeyLine extends AsyncDisposable {
  /** Makes a call that sends these packets from the answer on; done when the caller has hung up. */
  keysOf(packets: readonly TimedPacket[]): Promise<ReceivedKey[]>;
}

export async function openKeyLine(ports: StackPorts): Promise<KeyLine> {
  const stack = await startTestStack(ports);
  await routed(stack.api, { name: 'keys', numbers: [NUMBER] });
  const calls = new Map<string, PromiseWithResolvers<RoomLine>>();
  const worker: AgentServer = connectAgentServer({
    api: stack.api,
    agentName: 'tonegate',
    version: '0',
    load: () => 0,
    offer: () => true,
    onJob: (job) => void take(job),
  });
  await until(() => worker.state.phase === 'registered');

  /** Joins the caller's room; which call that is only the caller's participant tells. */
  async function take(job: Job): Promise<void> {
    try {
      const line = await joinCallerLine(job, stack.api);
      calls.get(line.caller.inviteCallId ?? '')?.resolve(line);
    } catch (error) {
      for (const call of calls.values()) call.reject(error);
    }
  }

  return {
    async keysOf(packets) {
      const callId = `${randomUUID()}@127.0.0.1`;
      const line = Promise.withResolvers<RoomLine>();
      calls.set(callId, line);
      const giveUp = new AbortController();
      const playing = playPcap({
        to: NUMBER,
        from: '+15551230001',
        sip: { host: '127.0.0.1', port: ports.sip },
        callId,
        eventType: EVENT_TYPE,
        pcap: pcapFile(packets.map(({ atMs, packet }) => ({ atMs, payload: encodeRtp(packet) }))),
        lengthMs: packets.at(-1)?.atMs ?? 0,
        signal: giveUp.signal,
      });
      try {
        const answering = line.promise.then(listen);
        const [call] = await Promise.all([answering, playing]);
        await call.line.leave();
        return call.keys;
      } finally {
        giveUp.abort();
        calls.delete(callId);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
      await closeMedia();
    },
  };
}

/** Notes the keys from before the answer on. */
async function listen(line: RoomLine): Promise<{ line: RoomLine; keys: ReceivedKey[] }> {
  const keys: ReceivedKey[] = [];
  const keypad = createKeypad({
    now: () => performance.now(),
    onDropped: () => undefined,
  });
  keypad.open((event) => keys.push(received(event)));
  line.onKey((key) => keypad.press(key));
  await line.answer(never);
  return { line, keys };
}

function received(event: KeyEvent): ReceivedKey {
  const atMs = performance.now();
  switch (event.type) {
    case 'digit.pressed':
      return { key: event.digit.reveal(), sinceLastMs: event.sinceLastMs, atMs };
    case 'star.pressed':
      return { key: '*', sinceLastMs: event.sinceLastMs, atMs };
    case 'pound.pressed':
      return { key: '#', sinceLastMs: event.sinceLastMs, atMs };
    case 'keys.missed':
      throw new Error('the line was away while keys were pressed');
  }
}
