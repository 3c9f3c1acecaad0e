// Calls as a caller lives through them: the real call and charts on a simulated line, on virtual time.
// Fails with a transcript of what was heard instead; afterwards fails on a call that has not ended, on
// sound that goes on, and on anything asked of a line that no line may be asked.

import { expect, onTestFinished } from 'vitest';
import {
  createSimulatedLine,
  type DeskArrival,
  type SimulatedPhone,
  type TransferEnd,
} from '../../src/console/simulated-line.ts';
import { type BegunCall, beginCall } from '../../src/ivr/begun-call.ts';
import { startCall } from '../../src/ivr/call.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import type { CallerFacts, CallerLine, Clip } from '../../src/ivr/ports.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { EndingReason } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import { recordSchema } from '../../src/records/record-schema.ts';
import { inviteHeaders } from '../../src/screening/headers.ts';
import { type Ask, type Notes, watchedPort } from './watched-port.ts';
import { type HeardPrompt, openWorld, promptOf, type World } from './world.ts';

/** What records are published to be, before they have their place in the chain. */
const published = recordSchema.omit({ prev: true, hash: true, seq: true });

/** A quick typist. */
const KEY_MS = 150;
/** Longer than any call may last. */
const PATIENCE_MS = 20 * 60_000;

export interface DialOptions {
  readonly number?: string;
  readonly facts?: Partial<CallerFacts>;
  /** Headers of the INVITE, as the bridge tells them. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** What becomes of agents that are sent for; by default they are heard after 0.8 s. */
  readonly desk?: (agent: string) => DeskArrival;
  /** What becomes of those who watch attributes; by default there are none. */
  readonly watcher?: () => DeskArrival;
  /** What becomes of a transfer; by default it succeeds after 3 s. */
  readonly transfer?: (target: string) => TransferEnd;
  /** Changes the line that is dialled. */
  readonly plan?: (plan: LinePlan) => LinePlan;
  /** Replaces methods of the line, for faults that it does not have by itself. */
  readonly line?: (line: CallerLine) => Partial<CallerLine>;
  /** The call that another worker has lost, with which this one goes on. */
  readonly goesOn?: BegunCall;
  /** Replaces parts of the world around this call. */
  readonly world?: Partial<CallWorld> | ((world: World) => Partial<CallWorld>);
}

export interface Caller {
  readonly phone: SimulatedPhone;
  readonly facts: CallerFacts;
  /** Every prompt that has begun so far, and when: `8.46 s enter-account`. */
  readonly transcript: readonly string[];
  readonly heard: readonly HeardPrompt[];
  /** Whether something is being played right now. */
  readonly hearsSomething: boolean;
  /** Waits until these prompts have begun, one after the other; others may come between them. */
  hears(...prompts: readonly HeardPrompt[]): Promise<void>;
  presses(keys: string, everyMs?: number): Promise<void>;
  waits(ms: number): Promise<void>;
  hangsUp(): Promise<void>;
}

export interface Call {
  readonly id: string;
  /** Everything asked of the line, the bank, the stores and the sender of messages, in order. */
  readonly asks: readonly Ask[];
  /** The same without its arguments: `line.play`. */
  readonly asked: readonly string[];
  /** Agents that were sent for, with what their dispatch says. */
  readonly dispatches: readonly { readonly agent: string; readonly metadata: string }[];
  readonly transfers: readonly { readonly target: string; readonly ticket: string }[];
  drain(): void;
  /** Its worker dies: nothing of it happens any more, and nothing is recorded. */
  dies(): void;
  /** Waits until a chart is in a state, or in a state inside of it; parallel parts are joined by `+`. */
  reaches(machine: string, state: string): Promise<void>;
  /** Waits for the call's record, which must say so. */
  ends(reason: EndingReason): Promise<CallRecord>;
}

/** One call in a world of its own, or one more in the world given. */
export async function dial(options: DialOptions = {}, inWorld?: World) {
  const world = inWorld ?? (await openWorld());
  const { clock, bank } = world;
  const notes: Notes = { asks: [], misuses: [] };
  const heard: { readonly prompt: HeardPrompt; readonly at: number }[] = [];
  const dispatches: { agent: string; metadata: string }[] = [];
  const transfers: { target: string; ticket: string }[] = [];
  const entered: { machine: string; state: string }[] = [];
  let playing = 0;
  let isOver = false;

  const facts: CallerFacts = {
    room: 'call_+15105550100_x7',
    identity: 'sip_+15551237788',
    sipCallId: 'SCL_1',
    inviteCallId: 'invite-1@carrier.example',
    dialled: options.number ?? '+15105550100',
    number: Secret.of('+15551237788'),
    trunkId: 'ST_1',
    ruleId: 'SDR_1',
    ...options.facts,
  };
  const simulated = createSimulatedLine({
    clock,
    caller: facts,
    headers: inviteHeaders(options.headers ?? []),
    desk(agent, metadata) {
      dispatches.push({ agent, metadata });
      return options.desk?.(agent) ?? 800;
    },
    watcher: () => options.watcher?.() ?? 'never',
    transfer(target, headers) {
      transfers.push({ target, ticket: headers['X-Ivr-Ticket'] ?? '' });
      return options.transfer?.(target) ?? { outcome: 'succeeded', afterMs: 3000 };
    },
  });

  /** Each prompt counts as heard when its own recording begins. */
  async function play(clips: readonly Clip[], signal: AbortSignal): Promise<void> {
    const timers: number[] = [];
    let offset = 0;
    for (const clip of clips) {
      const prompt = promptOf.get(clip);
      const hear = () => prompt && heard.push({ prompt, at: clock.now() });
      timers.push(clock.setTimeout(hear, offset));
      offset += clip.samples.length / 16;
    }
    playing += 1;
    try {
      await simulated.play(clips, signal);
    } finally {
      playing -= 1;
      for (const timer of timers) clock.clearTimeout(timer);
    }
  }

  const line: CallerLine = { ...simulated, play };
  const changes = typeof options.world === 'function' ? options.world(world) : options.world;
  const around: CallWorld = { ...world, ...changes };
  const joined = watchedPort('line', { ...line, ...options.line?.(line) }, notes);
  const watched: CallWorld = {
    ...around,
    backend: watchedPort('bank', around.backend, notes),
    records: watchedPort('records', around.records, notes),
    tries: watchedPort('tries', around.tries, notes),
    codes: watchedPort('codes', around.codes, notes),
    sms: around.sms && watchedPort('sms', around.sms, notes),
    edition() {
      const edition = around.edition();
      return {
        ...edition,
        planFor(dialled) {
          const plan = edition.planFor(dialled);
          return plan && (options.plan?.(plan) ?? plan);
        },
      };
    },
    observe(observation) {
      if (observation.type === 'state.entered') entered.push(observation);
      around.observe(observation);
    },
  };
  const running = startCall(joined, watched, options.goesOn ?? beginCall(watched));
  const over = () => {
    isOver = true;
  };
  running.record.then(over, over);

  const transcript = () => heard.map(({ prompt, at }) => `${(at / 1000).toFixed(2)} s ${prompt}`);

  onTestFinished(() => {
    const story = transcript().join(', ');
    expect(isOver, `the call was still running; heard so far: ${story}`).toBe(true);
    expect(playing, 'something was still being played').toBe(0);
    expect(notes.misuses).toEqual([]);
  });

  async function until(what: string, isSo: () => boolean): Promise<void> {
    if (await clock.passUntil(isSo, clock.now() + PATIENCE_MS)) return;
    const last = entered.slice(-6).map(({ machine, state }) => `${machine}: ${state}`);
    throw new Error(
      [`never came: ${what}. The caller heard`, ...transcript(), 'Last states', ...last].join(
        '\n  ',
      ),
    );
  }

  let listenedTo = 0;
  const caller: Caller = {
    phone: simulated.phone,
    facts,
    get transcript() {
      return transcript();
    },
    get heard() {
      return heard.map(({ prompt }) => prompt);
    },
    get hearsSomething() {
      return playing > 0;
    },
    async hears(...prompts) {
      for (const wanted of prompts) {
        const found = () =>
          heard.findIndex(({ prompt }, i) => i >= listenedTo && prompt === wanted);
        await until(`"${wanted}"`, () => found() >= 0);
        listenedTo = found() + 1;
      }
    },
    async presses(keys, everyMs = KEY_MS) {
      for (const key of keys) {
        simulated.phone.press(key);
        await clock.pass(everyMs);
      }
    },
    waits: (ms) => clock.pass(ms),
    async hangsUp() {
      simulated.phone.hangUp();
      await clock.settle();
    },
  };

  const call: Call = {
    id: running.id,
    asks: notes.asks,
    get asked() {
      return notes.asks.map(({ what }) => what);
    },
    dispatches,
    transfers,
    drain: () => running.drain(),
    dies: () => running.giveUp(),
    async reaches(machine, state) {
      const now = () => entered.findLast((was) => was.machine === machine)?.state ?? '';
      await until(`${machine} in ${state}`, () => {
        const left = now().startsWith(state) ? now().slice(state.length) : null;
        return left === '' || left?.startsWith('.') === true || left?.startsWith('+') === true;
      });
    },
    async ends(reason) {
      await until(`the end ${reason}`, () => isOver);
      const record = await running.record;
      published.parse(record);
      expect(record.ending.reason, `heard: ${transcript().join(', ')}`).toBe(reason);
      return record;
    },
  };
  await clock.settle();
  return { caller, call, bank, world };
}
