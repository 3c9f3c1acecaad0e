// Drives the charts on a virtual clock: every port they ask is answered by the test, at once and in
// order. Promises that nothing happens that the test did not do.

import {
  type ActorLogic,
  type EventObject,
  fromCallback,
  SimulatedClock,
  type Snapshot,
} from 'xstate';
import { callMachine } from '../../src/machines/call.machine.ts';
import { choiceMachine } from '../../src/machines/choice.machine.ts';
import {
  type Collected,
  collectDigitsMachine,
  type KeyEvent,
} from '../../src/machines/collect-digits.machine.ts';
import { handOffMachine } from '../../src/machines/hand-off.machine.ts';
import { oneTimeCodeMachine } from '../../src/machines/one-time-code.machine.ts';
import { type RoomEvent, roomWatchMachine } from '../../src/machines/room-watch.machine.ts';
import { Secret } from '../../src/machines/secret.ts';
import { stepMachine } from '../../src/machines/step.machine.ts';
import { verifyEntryMachine } from '../../src/machines/verify-entry.machine.ts';
import type { Utterance } from '../../src/prompts/catalogue.ts';

/** Something a chart asked of a port. */
export interface Ask {
  readonly port: string;
  readonly input: unknown;
  /** Whether the chart still waits for the answer. */
  readonly isOpen: boolean;
  answer(output?: unknown): void;
  fail(): void;
}

export type Drive = ReturnType<typeof createDrive>;

type Answer = { type: 'answered'; output: unknown } | { type: 'broke' } | { type: 'xstate.stop' };
type Port = ActorLogic<Snapshot<unknown>, Answer, unknown>;

export function createDrive() {
  const clock = new SimulatedClock();
  const asks: Ask[] = [];
  let waiting: KeyEvent[] = [];
  let keypad: ((event: KeyEvent) => void) | null = null;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  /** Times at which somebody looked who is in the room. */
  const looks: number[] = [];
  let isRoomSeen = true;
  let arrive: ((event: RoomEvent) => void) | null = null;

  /** What was pressed early goes to whoever listens now. */
  function handOverKeys() {
    for (let key = waiting[0]; keypad !== null && key !== undefined; key = waiting[0]) {
      waiting.shift();
      keypad(key);
    }
  }

  // Stands where a promise would, but answers at once instead of a microtask later.
  function port<Logic>(name: string): Logic {
    const active = { status: 'active', output: undefined, error: undefined } as const;
    const logic: Port = {
      getInitialSnapshot: (scope, input) => {
        let isOpen = true;
        const tell = (event: Answer) => {
          isOpen = false;
          scope.self.send(event);
          handOverKeys();
        };
        asks.push({
          port: name,
          input,
          get isOpen() {
            return isOpen && scope.self.getSnapshot().status === 'active';
          },
          answer: (output) => tell({ type: 'answered', output }),
          fail: () => tell({ type: 'broke' }),
        });
        return active;
      },
      transition: (_, event) => {
        switch (event.type) {
          case 'answered':
            return { ...active, status: 'done', output: event.output };
          case 'broke':
            return { ...active, status: 'error', error: new Error(`port ${name} broke`) };
          case 'xstate.stop':
            return { ...active, status: 'stopped' };
        }
      },
      getPersistedSnapshot: (snapshot) => snapshot,
    };
    return logic as Logic;
  }

  // Nobody else is in the room, and that is seen at once, unless a test says otherwise.
  const asked: Port = port('findStrangers');
  const findStrangers: Port = {
    ...asked,
    getInitialSnapshot(scope, input) {
      looks.push(clock.now());
      if (!isRoomSeen) return asked.getInitialSnapshot(scope, input);
      return { status: 'done', output: [], error: undefined };
    },
  };
  const roomWatch = roomWatchMachine.provide({
    actors: {
      findStrangers: findStrangers as never,
      arrivals: fromCallback<EventObject, undefined>(({ sendBack }) => {
        arrive = sendBack;
        return () => {
          if (arrive === sendBack) arrive = null;
        };
      }),
    },
  });

  const collectDigits = collectDigitsMachine.provide({
    actors: {
      roomWatch,
      findStrangers: findStrangers as never,
      playPrompt: port('playPrompt'),
      keypad: fromCallback(({ input, sendBack }) => {
        if ((input as { dropWaiting: boolean }).dropWaiting) waiting = [];
        keypad = sendBack;
        return () => {
          if (keypad === sendBack) keypad = null;
        };
      }),
    },
    actions: {
      dropWaitingKeys: () => {
        waiting = [];
      },
    },
  });
  const choice = choiceMachine.provide({ actors: { collectDigits } });
  const verifyEntry = verifyEntryMachine.provide({
    actors: {
      choice,
      roomWatch,
      playPrompt: port('playPrompt'),
      checkEntry: port('checkEntry'),
    },
  });
  const step = stepMachine.provide({ actors: { collectDigits, verifyEntry } });
  const oneTimeCode = oneTimeCodeMachine.provide({
    actors: {
      step,
      playPrompt: port('playPrompt'),
      simChangedWithinHours: port('simChangedWithinHours'),
      sendCode: port('sendCode'),
    },
  });
  const handOff = handOffMachine.provide({
    actors: {
      playPrompt: port('playPrompt'),
      setAttributes: port('setAttributes'),
      bringAgent: port('bringAgent'),
      awaitWatcher: port('awaitWatcher'),
      lookForDesk: port('lookForDesk'),
      lookForCaller: port('lookForCaller'),
      transfer: port('transfer'),
    },
  });
  const call = callMachine.provide({
    actors: {
      choice,
      step,
      oneTimeCode,
      handOff,
      playPrompt: port('playPrompt'),
      screen: port('screen'),
      lookUpCustomer: port('lookUpCustomer'),
      refuse: port('refuse'),
      answer: port('answer'),
      hangUp: port('hangUp'),
    },
  });

  return {
    charts: { roomWatch, collectDigits, choice, verifyEntry, step, oneTimeCode, handOff, call },
    clock,
    /** All that was ever asked, in order. */
    asks,
    open: () => asks.filter(({ isOpen }) => isOpen),
    asked: (name: string) => asks.filter(({ port: asked }) => asked === name),
    /** The one question that waits at a port. */
    ask(name: string): Ask {
      const [first, ...more] = asks.filter((ask) => ask.port === name && ask.isOpen);
      if (first === undefined || more.length > 0) throw new Error(`${name} has not one question`);
      return first;
    },
    /** What the caller hears now; null: silence. */
    hears(): Utterance | null {
      const playing = asks.filter((ask) => ask.port === 'playPrompt' && ask.isOpen);
      if (playing.length > 1) throw new Error('two prompts at once');
      return playing[0] ? (playing[0].input as { utterance: Utterance }).utterance : null;
    },
    /** The same with read-outs revealed. */
    hearsAloud(): readonly string[] | undefined {
      const words = this.hears();
      return words?.map((word) => (word instanceof Secret ? word.reveal() : word));
    },
    /** The prompt that is heard comes to its end. */
    promptEnds(): void {
      this.ask('playPrompt').answer();
    },
    /** Presses keys; before each of them `gapMs` pass, or by default a second, and then 300 ms. */
    press(keys: string, gapMs?: number): void {
      for (const [i, key] of [...keys].entries()) {
        this.wait(gapMs ?? (i === 0 ? 1000 : 300));
        const sinceLastMs = clock.now() - lastKeyAt;
        lastKeyAt = clock.now();
        waiting.push(keyEvent(key, sinceLastMs));
        handOverKeys();
      }
    },
    /** The line was away so long that keys may be lost. */
    missKeys(): void {
      waiting.push({ type: 'keys.missed' });
      handOverKeys();
    },
    looks,
    /** From now on the test answers who is in the room. */
    hidesRoom(): void {
      isRoomSeen = false;
    },
    /** Somebody comes into the room, and is seen to. */
    strangerComes(): void {
      arrive?.({ type: 'stranger.came' });
      handOverKeys();
    },
    wait(ms: number): void {
      clock.increment(ms);
      handOverKeys();
    },
    hasKeypadOpen: () => keypad !== null,
  };
}

function keyEvent(key: string, sinceLastMs: number): KeyEvent {
  if (key === '*') return { type: 'star.pressed', sinceLastMs };
  if (key === '#') return { type: 'pound.pressed', sinceLastMs };
  return { type: 'digit.pressed', digit: Secret.of(key), sinceLastMs };
}

/** What a test may know of an entry. */
export function shown(collected: Collected | undefined): unknown {
  return collected?.kind === 'entered' ? collected.entry.reveal() : collected;
}
