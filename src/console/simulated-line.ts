// A caller's line with no server behind it: at its other end is a phone in this process. Promises what
// every line promises (ivr/ports.ts), all time by the clock it is given, and a loud failure when it is
// asked what no line may be asked. Keeps no key, no sound and no ticket.

import { IvrFault } from '../ivr/fault.ts';
import type {
  CallerFacts,
  CallerLine,
  Clip,
  IgnoredKey,
  LineEnd,
  TransferOutcome,
} from '../ivr/ports.ts';
import { type Clock, wait } from '../ivr/waiting.ts';
import { Secret } from '../machines/secret.ts';
import { SAMPLE_RATE } from '../prompts/wav.ts';
import type { InviteHeaders } from '../screening/headers.ts';

/**
 * Milliseconds until a desk is heard, and after which of them it is gone again; or it never comes; or it cannot
 * even be sent for.
 */
export type DeskArrival =
  | number
  | { readonly afterMs: number; readonly staysMs: number }
  | 'never'
  | 'fails';

/** How a transfer ends, and after how many milliseconds. */
export interface TransferEnd {
  readonly outcome: TransferOutcome;
  readonly afterMs: number;
}

export interface SimulatedLineOptions {
  readonly clock: Clock;
  readonly caller: CallerFacts;
  /** What its INVITE carried; none by default. */
  readonly headers?: InviteHeaders;
  /** What an agent does that is sent for; `metadata` is what its dispatch says (the ticket). */
  readonly desk: (agent: string, metadata: string) => DeskArrival;
  /** What becomes of those who watch the caller's attributes; by default nobody does. */
  readonly watcher?: () => DeskArrival;
  /** What comes of a transfer. Not asked where the caller has no SIP leg: that fails at once. */
  readonly transfer: (target: string, headers: Readonly<Record<string, string>>) => TransferEnd;
}

/** `ended`: the caller's leg is gone, whoever ended it; `refused`: it was never answered. */
export type LineState = 'ringing' | 'answered' | 'refused' | 'ended';

/** The caller's end of the line. */
export interface SimulatedPhone {
  readonly state: LineState;
  /** What the caller's participant carries. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Presses one key. Keys may also come late, after the end, as they do on a network. */
  press(key: string): void;
  /** The network is away for a moment: keys may be lost. */
  loseKeys(): void;
  hangUp(): void;
  /** Somebody who has no business there comes into the room: seen by all, or hidden. */
  letIn(kind: string, how?: 'shown' | 'hidden'): void;
  /** All strangers leave it again. */
  letOut(): void;
  /** The room is lost: nobody hung up, nothing works any more. */
  lose(): void;
}

export interface SimulatedLine extends CallerLine {
  readonly phone: SimulatedPhone;
}

/** Who calls from a phone in this process: no bridge, no trunk and no rule knows the call. */
export function simulatedCaller(dialled: string, calling: string): CallerFacts {
  return {
    room: 'simulated',
    identity: 'simulated-caller',
    sipCallId: null,
    inviteCallId: null,
    dialled,
    number: Secret.of(calling),
    trunkId: null,
    ruleId: null,
  };
}

/** From publishing to the caller hearing it: a SIP bridge waits for the first packet. */
const PICK_UP_MS = 500;
/** A bridge that was told of a successful transfer ends its own leg this much later. */
const TRANSFERRED_MS = 1000;

/** Opens a line that rings. A misuse rejects with an error that says what was asked in which state. */
export function createSimulatedLine(options: SimulatedLineOptions): SimulatedLine {
  const { caller, clock } = options;
  const { promise: ended, resolve: settle } = Promise.withResolvers<LineEnd>();
  const gone = new AbortController();
  const attributes: Record<string, string> = {};
  let state: LineState = 'ringing';
  /** What would stop the sound that is in the air. */
  let playing: AbortSignal | null = null;
  let onKey: (key: Secret) => void = () => undefined;
  let onIgnoredKey: (why: IgnoredKey) => void = () => undefined;
  let onKeysMissed: () => void = () => undefined;
  let onHushed: (seconds: number) => void = () => undefined;
  let onStranger: (kind: string) => void = () => undefined;
  let strangers: readonly string[] = [];
  let isPressing = false;
  let deskIsThere = false;

  function end(how: LineEnd, last: LineState = 'ended') {
    if (state === 'refused' || state === 'ended') return;
    state = last;
    settle(how);
  }

  function expect(ask: string, ...allowed: readonly LineState[]) {
    if (gone.signal.aborted || !allowed.includes(state)) {
      throw new Error(`misuse of a simulated line: ${ask} while ${state}`);
    }
  }

  async function comes(arrival: DeskArrival, signal: AbortSignal): Promise<void> {
    if (arrival === 'fails') {
      throw new IvrFault('IVR_LIVEKIT_UNREACHABLE', 'simulated: the agent could not be sent for');
    }
    deskIsThere = false;
    await pass(typeof arrival === 'object' ? arrival.afterMs : arrival, signal);
    deskIsThere = true;
    if (typeof arrival !== 'object') return;
    const leaves = () => {
      deskIsThere = false;
    };
    pass(arrival.staysMs, gone.signal).then(leaves, leaves);
  }

  /** Passes after `ms`, or never; rejects when `signal` aborts or the line is no more. */
  const pass = (ms: number | 'never', signal: AbortSignal) =>
    wait(clock, ms, AbortSignal.any([signal, gone.signal]));

  return {
    caller,
    own: [],
    ended,
    onKey(listener) {
      onKey = listener;
    },
    onIgnoredKey(listener) {
      onIgnoredKey = listener;
    },
    onKeysMissed(listener) {
      onKeysMissed = listener;
    },
    onHushed(listener) {
      onHushed = listener;
    },
    async strangers(signal) {
      signal.throwIfAborted();
      return strangers;
    },
    onStranger(listener) {
      onStranger = listener;
    },
    // Nothing is late here.
    onUnderrun: () => undefined,

    async headers(_names, signal) {
      expect('read the headers', 'ringing');
      signal.throwIfAborted();
      return options.headers ?? new Map();
    },

    async refuse(_reason, signal) {
      expect('refuse', 'ringing');
      signal.throwIfAborted();
      end('hungUp', 'refused');
    },

    async answer(signal) {
      expect('answer', 'ringing', 'answered');
      await pass(PICK_UP_MS, signal);
      if (state === 'ringing') state = 'answered';
    },

    async play(clips, signal) {
      expect('play', 'answered');
      if (playing?.aborted === false) {
        throw new Error('misuse of a simulated line: play while something is being played');
      }
      playing = signal;
      // No queue to empty: silence is there with the abort.
      const hush = () => {
        if (isPressing) onHushed(0);
      };
      signal.addEventListener('abort', hush, { once: true });
      try {
        await pass(lengthMs(clips), signal);
      } finally {
        signal.removeEventListener('abort', hush);
        if (playing === signal) playing = null;
      }
    },

    async setAttributes(changes, signal) {
      expect('setAttributes', 'ringing', 'answered');
      signal.throwIfAborted();
      Object.assign(attributes, changes);
    },

    async bringAgent(agent, metadata, signal) {
      expect('bringAgent', 'answered');
      await comes(options.desk(agent, metadata), signal);
    },

    // Nobody else ever has a call of this line.
    onlyWhile: () => undefined,
    async deskHere(_call, signal) {
      signal.throwIfAborted();
      return null;
    },
    async recallAgents(_call, signal) {
      signal.throwIfAborted();
    },

    async awaitWatcher(signal) {
      expect('awaitWatcher', 'answered');
      await comes(options.watcher?.() ?? 'never', signal);
    },

    async hasDesk(signal) {
      signal.throwIfAborted();
      return deskIsThere;
    },

    async transfer(target, headers, _ringSeconds, signal) {
      expect('transfer', 'answered');
      if (caller.sipCallId === null) return 'failed';
      const { outcome, afterMs } = options.transfer(target, headers);
      await pass(afterMs, signal);
      const left = () => end('hungUp');
      if (outcome === 'succeeded') pass(TRANSFERRED_MS, gone.signal).then(left, left);
      return outcome;
    },

    async hasCaller(signal) {
      signal.throwIfAborted();
      return state === 'answered';
    },

    async hangUp(signal) {
      signal.throwIfAborted();
      end('hungUp');
    },

    async leave() {
      gone.abort(new IvrFault('IVR_LINE_LOST', 'simulated: we have left the line'));
    },

    phone: {
      get state() {
        return state;
      },
      attributes,
      press(key) {
        if (!/^[0-9*#]$/.test(key)) return onIgnoredKey('notAKey');
        isPressing = true;
        try {
          onKey(Secret.of(key));
        } finally {
          isPressing = false;
        }
      },
      loseKeys: () => onKeysMissed(),
      hangUp: () => end('hungUp'),
      letIn(kind, how = 'shown') {
        strangers = [...strangers, kind];
        if (how === 'shown') onStranger(kind);
      },
      letOut() {
        strangers = [];
      },
      lose() {
        end('lost');
        gone.abort(new IvrFault('IVR_LINE_LOST', 'simulated: the room is lost'));
      },
    },
  };
}

function lengthMs(clips: readonly Clip[]): number {
  return clips.reduce((ms, { samples }) => ms + (samples.length * 1000) / SAMPLE_RATE, 0);
}
