// What the caller must do: each step, how it stands, and how many tries are left; and the timers that run.

import { byId, element, minutes } from './element.ts';

const STEP_NAMES: Readonly<Record<string, string>> = {
  account: 'Account number',
  passcode: 'Passcode',
  birthDate: 'Birth date',
  oneTimeCode: 'One-time code',
};

export interface Steps {
  /** Begins with a new call; null: which steps depends on a menu. */
  clear(steps: readonly string[] | null): void;
  began(step: string): void;
  tried(left: number): void;
  ended(step: string, outcome: string): void;
}

interface Row {
  readonly item: HTMLElement;
  readonly state: HTMLElement;
}

/** `tooManyTries` is `too many tries`. */
export function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function openSteps(): Steps {
  const list = byId('steps', HTMLOListElement);
  let rows = new Map<string, Row>();
  let current = '';

  function rowOf(step: string): Row {
    const known = rows.get(step);
    if (known) return known;
    const state = element('span', { class: 'state' }, 'to come');
    const item = element(
      'li',
      { 'data-state': 'open' },
      element('span', { class: 'name' }, STEP_NAMES[step] ?? step),
      state,
    );
    const row = { item, state };
    rows.set(step, row);
    list.append(item);
    return row;
  }

  function show(step: string, state: string, text: string) {
    const row = rowOf(step);
    row.item.dataset.state = state;
    row.state.textContent = text;
    if (state === 'now') row.item.setAttribute('aria-current', 'step');
    else row.item.removeAttribute('aria-current');
  }

  return {
    clear(steps) {
      rows = new Map();
      list.replaceChildren();
      if (steps === null) list.append(element('li', { class: 'empty' }, 'As the caller chooses.'));
      for (const step of steps ?? []) rowOf(step);
    },
    began(step) {
      if (rows.size === 0) list.replaceChildren();
      current = step;
      show(step, 'now', 'asked now');
    },
    tried(left) {
      show(current, 'now', left === 1 ? '1 try left' : `${left} tries left`);
    },
    ended(step, outcome) {
      const isGood = ['accepted', 'upstream', 'dropped'].includes(outcome);
      show(step, isGood ? 'good' : 'bad', inWords(outcome));
    },
  };
}

const TIMER_NAMES: Readonly<Record<string, string>> = {
  callLimit: 'Longest call',
  firstKey: 'First key',
  nextKey: 'Next key',
  entry: 'Whole entry',
  lateKey: 'One key too many',
  verdict: 'Answer of the bank',
  sending: 'Sending the code',
  resend: 'Another code',
  filler: 'A word to who waits',
  join: 'Desk to join',
  ring: 'Transfer to be answered',
  screening: 'Verdict on the number',
  answer: 'Answering',
  goodbye: 'Farewell',
  hangUp: 'Hanging up',
};
/** Shorter ones are over before anybody has read them. */
const SHORTEST_MS = 1000;
const TICK_MS = 200;

export interface Timers {
  began(key: string, timer: string, ms: number): void;
  ended(key: string): void;
  clear(): void;
}

interface Running {
  readonly item: HTMLElement;
  readonly left: HTMLElement;
  readonly bar: HTMLElement;
  readonly ms: number;
  readonly end: number;
}

export function openTimers(): Timers {
  const list = byId('timers', HTMLUListElement);
  const running = new Map<string, Running>();
  let ticking: ReturnType<typeof setInterval> | undefined;

  function tick() {
    for (const { left, bar, ms, end } of running.values()) {
      const rest = Math.max(0, end - performance.now());
      const text = ms > 60_000 ? minutes(rest / 1000) : `${Math.ceil(rest / 1000)} s`;
      if (left.textContent !== text) left.textContent = text;
      bar.style.transform = `scaleX(${(rest / ms).toFixed(3)})`;
    }
  }
  function ended(key: string) {
    running.get(key)?.item.remove();
    running.delete(key);
    if (running.size === 0) clearInterval(ticking);
  }

  return {
    began(key, timer, ms) {
      if (ms < SHORTEST_MS) return;
      const end = performance.now() + ms;
      const before = running.get(key);
      if (before) {
        running.set(key, { ...before, ms, end });
      } else {
        const left = element('span', { class: 'left' });
        const bar = element('span', { class: 'bar' });
        const name = element('span', { class: 'name' }, TIMER_NAMES[timer] ?? inWords(timer));
        const track = element('span', { class: 'track', 'aria-hidden': 'true' }, bar);
        const item = element('li', {}, name, left, track);
        list.append(item);
        if (running.size === 0) ticking = setInterval(tick, TICK_MS);
        running.set(key, { item, left, bar, ms, end });
      }
      tick();
    },
    ended,
    clear() {
      for (const key of [...running.keys()]) ended(key);
    },
  };
}
