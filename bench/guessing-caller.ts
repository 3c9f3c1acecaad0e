// A caller who keys what is asked for and holds a stopwatch: what is heard after each entry, and how long after
// its last key. Real time, on a line without a server.

import { setTimeout as delay } from 'node:timers/promises';
import { createSimulatedLine, simulatedCaller } from '../src/console/simulated-line.ts';
import { startCall } from '../src/ivr/call.ts';
import type { CallWorld } from '../src/ivr/call-world.ts';
import type { CallerLine } from '../src/ivr/ports.ts';

/** A quick typist. */
const KEY_MS = 100;
/** From the beginning of a prompt to the first key, and as much again at random: calls fall out of step. */
const THINKING_MS = 200;

export interface Guess {
  readonly dialled: string;
  /** The number that the call seems to come from. */
  readonly calling: string;
  /** Keyed one after the other, each at the first prompt that is no filler. */
  readonly entries: readonly [string, string];
}

/** What came after an entry. */
export interface Heard {
  /** Last key to the first sound. */
  readonly soundMs: number;
  /** Last key to the answer: the first prompt that is no filler. */
  readonly answerMs: number;
  /** Ids of the prompts, of the filler too, where one came first. */
  readonly words: string;
}

interface Sound {
  readonly prompts: readonly string[];
  readonly at: number;
}

/** Calls, keys the entries, hangs up. Answers what came after each; fails where the call ends before that. */
export async function guess(
  { dialled, calling, entries }: Guess,
  world: CallWorld,
): Promise<readonly [Heard, Heard]> {
  const line = createSimulatedLine({
    clock: { setTimeout, clearTimeout },
    caller: simulatedCaller(dialled, calling),
    desk: () => 'never',
    transfer: () => ({ outcome: 'failed', afterMs: 0 }),
  });
  let spoken: readonly string[] = [];
  let next = Promise.withResolvers<Sound>();
  const heard: CallerLine = {
    ...line,
    play(clips, signal) {
      next.resolve({ prompts: spoken, at: performance.now() });
      next = Promise.withResolvers();
      return line.play(clips, signal);
    },
  };
  const call = startCall(heard, {
    ...world,
    observe(observation) {
      if (observation.type === 'prompt.began') spoken = observation.prompts;
    },
  });
  const over = call.record.then(({ ending }): never => {
    throw new Error(`the call has ended before all was heard: ${ending.reason}`);
  });
  over.catch(() => undefined);
  const sound = () => Promise.race([next.promise, over]);

  async function key(entry: string): Promise<Heard> {
    await delay(THINKING_MS * (1 + Math.random()));
    for (const digit of entry.slice(0, -1)) {
      line.phone.press(digit);
      await delay(KEY_MS);
    }
    const answer = sound();
    const lastKeyAt = performance.now();
    line.phone.press(entry.slice(-1));
    const first = await answer;
    const prompts = [...first.prompts];
    let last = first;
    while (last.prompts[0] === 'one-moment') {
      last = await sound();
      prompts.push(...last.prompts);
    }
    return {
      soundMs: first.at - lastKeyAt,
      answerMs: last.at - lastKeyAt,
      words: prompts.join(' '),
    };
  }

  try {
    await sound();
    const [first, next] = entries;
    return [await key(first), await key(next)];
  } finally {
    line.phone.hangUp();
    await call.record;
  }
}
