// One call through the charts: its clock, its keys, the questions it asks, and its log. Promises that
// everything that happens is written down, in order and at its time.

import { type AnyActor, type AnyStateMachine, createActor, type InspectionEvent } from 'xstate';
import type { CallInput } from '../../../src/machines/call/context.ts';
import type { CallEvent, CallNotice } from '../../../src/machines/call.machine.ts';
import type { KeyEvent } from '../../../src/machines/collect-digits.machine.ts';
import type { RoomEvent } from '../../../src/machines/room-watch.machine.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { Utterance } from '../../../src/prompts/catalogue.ts';
import { createClock } from './clock.ts';

/** Something a chart asked of a port. */
export interface Ask {
  readonly port: string;
  readonly input: unknown;
  readonly askedAt: number;
  /** Null while the chart waits. */
  closedAt: number | null;
  /** `left`: the chart waits no longer, nobody answered. */
  end: 'answered' | 'broke' | 'left' | null;
  answer: unknown;
  tell(event: Answer): void;
  /** The clear words of what is said. */
  readonly words: readonly string[];
  /** The secrets that the question holds, and what they were when it was asked. */
  readonly secrets: readonly Secret[];
  readonly revealed: readonly string[];
}

/** A key as it arrived; `missed`: the line was away. */
export interface Key {
  readonly key: string;
  readonly at: number;
  readonly sinceLastMs: number;
}

export type Happening = { readonly at: number } & (
  | { readonly what: 'asked' | 'closed'; readonly ask: Ask }
  | { readonly what: 'pressed' | 'taken'; readonly key: Key }
  | { readonly what: 'listening' | 'deaf' | 'ended' }
  | { readonly what: 'came'; readonly type: CallEvent['type'] }
  | { readonly what: 'told'; readonly notice: CallNotice }
  /** A stranger came into the room; whether somebody watched. */
  | { readonly what: 'arrived'; readonly isSeen: boolean }
);

/** A stranger comes, for all to see or not, or leaves; the list of who is there breaks, is never answered, or is back. */
export type RoomChange = 'shown' | 'hidden' | 'left' | 'broken' | 'silent' | 'back';

export type PhoneCall = ReturnType<typeof createPhoneCall>;

type Question = {
  readonly entry: Secret;
  readonly customer: Secret;
  readonly utterance: Utterance;
};
export type Answer = { type: 'answered'; output: unknown } | { type: 'broke' };

/** One call: its clock, its keys, its questions, its log. */
export function createPhoneCall(
  root: AnyStateMachine,
  input: CallInput,
  inspect: (event: InspectionEvent) => void,
) {
  const log: Happening[] = [];
  const asks: Ask[] = [];
  let open: Ask[] = [];
  let waiting: Key[] = [];
  let keypad: ((event: KeyEvent) => void) | null = null;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  let strangers: readonly string[] = [];
  let list: 'good' | 'broken' | 'silent' = 'good';
  let watcher: ((event: RoomEvent) => void) | null = null;

  /** What was pressed early goes to whoever listens now. */
  function handOverKeys() {
    for (let key = waiting[0]; keypad !== null && key !== undefined; key = waiting[0]) {
      waiting.shift();
      note({ what: 'taken', key });
      keypad(eventOf(key));
    }
  }
  const clock = createClock(handOverKeys);
  let actor: AnyActor;

  type Noted = Happening extends infer H ? (H extends Happening ? Omit<H, 'at'> : never) : never;
  function note(happening: Noted) {
    log.push({ at: clock.now(), ...happening } as Happening);
  }
  function arrive(key: string) {
    const arrived = { key, at: clock.now(), sinceLastMs: clock.now() - lastKeyAt };
    waiting.push(arrived);
    note({ what: 'pressed', key: arrived });
    handOverKeys();
  }

  return {
    log,
    asks,
    clock,
    // Not sooner: a chart asks its first questions while its actor is made.
    start() {
      actor = createActor(root, { clock, input, inspect });
      actor.on('*', (notice) => note({ what: 'told', notice: notice as CallNotice }));
      const end = () => note({ what: 'ended' });
      actor.subscribe({ complete: end, error: end });
      actor.start();
      handOverKeys();
    },
    snapshot: () => actor.getSnapshot(),
    persisted: () => actor.getPersistedSnapshot(),
    open: (): readonly Ask[] => open,
    isListening: () => keypad !== null,
    ask(port: string, question: unknown, tell: Ask['tell']): Ask {
      const { entry, customer, utterance = [] } = (question ?? {}) as Partial<Question>;
      const words = [entry, customer, ...utterance];
      const secrets = words.filter((word) => word instanceof Secret);
      const ask: Ask = {
        port,
        input: question,
        askedAt: clock.now(),
        closedAt: null,
        end: null,
        answer: null,
        tell,
        words: utterance.filter((word) => typeof word === 'string'),
        secrets,
        revealed: secrets.map((secret) => secret.reveal()),
      };
      asks.push(ask);
      open.push(ask);
      note({ what: 'asked', ask });
      return ask;
    },
    close(ask: Ask, event: Answer | { type: 'xstate.stop' }) {
      ask.closedAt = clock.now();
      ask.end = event.type === 'xstate.stop' ? 'left' : event.type;
      ask.answer = event.type === 'answered' ? event.output : null;
      open = open.filter((other) => other !== ask);
      note({ what: 'closed', ask });
    },
    /** What a look at the room sees at once; null: it waits for its answer. */
    look(ask: Ask): Answer | null {
      if (list === 'silent') return null;
      const seen = this.sight();
      this.close(ask, seen);
      return seen;
    },
    sight: (): Answer =>
      list === 'broken' ? { type: 'broke' } : { type: 'answered', output: strangers },
    change(room: RoomChange) {
      switch (room) {
        case 'shown':
        case 'hidden':
          strangers = ['agent'];
          if (room === 'hidden') break;
          note({ what: 'arrived', isSeen: watcher !== null });
          watcher?.({ type: 'stranger.came' });
          handOverKeys();
          break;
        case 'left':
          strangers = [];
          break;
        default:
          list = room === 'back' ? 'good' : room;
      }
    },
    watch(listener: (event: RoomEvent) => void) {
      watcher = listener;
      return () => {
        if (watcher === listener) watcher = null;
      };
    },
    listen(listener: (event: KeyEvent) => void, dropWaiting: boolean) {
      if (dropWaiting) waiting = [];
      keypad = listener;
      note({ what: 'listening' });
      return () => {
        if (keypad !== listener) return;
        keypad = null;
        note({ what: 'deaf' });
      };
    },
    dropWaiting() {
      waiting = [];
    },
    answer(ask: Ask, output: unknown) {
      ask.tell({ type: 'answered', output });
      handOverKeys();
    },
    fail(ask: Ask) {
      ask.tell({ type: 'broke' });
      handOverKeys();
    },
    /** Presses keys; before each of them `gapMs` pass, before the first one `afterMs`. */
    press(keys: string, gapMs: number, afterMs = gapMs) {
      for (const [i, key] of [...keys].entries()) {
        clock.advance(i === 0 ? afterMs : gapMs);
        arrive(key);
        lastKeyAt = clock.now();
      }
    },
    miss: () => arrive('missed'),
    send(type: CallEvent['type']) {
      note({ what: 'came', type });
      actor.send({ type });
    },
  };
}

function eventOf({ key, sinceLastMs }: Key): KeyEvent {
  if (key === 'missed') return { type: 'keys.missed' };
  if (key === '*') return { type: 'star.pressed', sinceLastMs };
  if (key === '#') return { type: 'pound.pressed', sinceLastMs };
  return { type: 'digit.pressed', digit: Secret.of(key), sinceLastMs };
}
