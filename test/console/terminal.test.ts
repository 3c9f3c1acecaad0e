import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openTerminal, type TerminalInput } from '../../src/console/terminal.ts';
import type { Observation } from '../../src/ivr/observation.ts';

const state = (name: string): Observation => ({
  type: 'state.entered',
  machine: 'collectDigits',
  state: name,
});
const asks = state('listening.prompting');
const falls = state('listening.awaitingFirstKey');
const says: Observation = { type: 'prompt.began', prompts: ['goodbye'], text: 'Goodbye.' };
const ends: Observation = {
  type: 'call.ended',
  ending: { result: 'caller', reason: 'hung-up' },
  auth: 'none',
};

/** A terminal whose keys act on a handset that notes them. */
function open(kind: 'typed' | 'piped') {
  const input: TerminalInput & PassThrough = new PassThrough();
  const modes: boolean[] = [];
  if (kind === 'typed') {
    Object.assign(input, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  }
  const output = new PassThrough();
  const acts: string[] = [];
  const { promise: hungUp, resolve } = Promise.withResolvers<void>();
  const noted = new Map<string, () => void>();
  const terminal = openTerminal(input, output);
  terminal.connect({
    press(key) {
      acts.push(key);
      noted.get(acts.join(''))?.();
    },
    hangUp() {
      acts.push('hang up');
      resolve();
    },
  });
  return {
    input,
    terminal,
    acts,
    modes,
    hungUp,
    pressed: (keys: string) => new Promise<void>((done) => void noted.set(keys, done)),
    async shown() {
      terminal[Symbol.dispose]();
      output.end();
      return text(output);
    },
  };
}

test('what is said appears as words, a typed key as a dot, never as itself', async () => {
  const { input, terminal, acts, shown } = open('typed');
  terminal.watch(says);
  input.write('31x*\r#');
  await macrotask();
  terminal.watch(says);
  expect(acts).toEqual(['3', '1', '*', '#']);
  expect(await shown()).toBe('> Goodbye.\n••••\n> Goodbye.\n');
});

test.each(['h', 'H', '\u0003', '\u0004'])('typing %j hangs up', async (key) => {
  const { input, acts, hungUp, shown } = open('typed');
  input.write(`1${key}`);
  await hungUp;
  expect(acts).toEqual(['1', 'hang up']);
  await shown();
});

test('a keyboard is taken raw, and given back as it was', async () => {
  const { modes, shown } = open('typed');
  expect(modes).toEqual([true]);
  await shown();
  expect(modes).toEqual([true, false]);
});

test('keys from a pipe wait until the call has begun', async () => {
  const { input, terminal, acts, pressed, shown } = open('piped');
  const twoKeys = pressed('12');
  input.write('12');
  terminal.watch(says);
  await macrotask();
  expect(acts).toEqual([]);
  terminal.watch(asks);
  await twoKeys;
  expect(await shown()).toContain('••');
});

test('a new line in a pipe waits until the next entry is asked for', async () => {
  const { input, terminal, acts, pressed, shown } = open('piped');
  terminal.watch(asks);
  const first = pressed('1');
  const second = pressed('12');
  input.write('1\n2');
  await first;
  terminal.watch(state('entered'));
  terminal.watch(says);
  await macrotask();
  expect(acts).toEqual(['1']);
  terminal.watch(asks);
  await second;
  await shown();
});

test('the end of a pipe hangs up once everything is said and a key is awaited', async () => {
  const { input, terminal, acts, pressed, hungUp, shown } = open('piped');
  terminal.watch(asks);
  terminal.watch(falls);
  const one = pressed('1');
  input.end('1');
  await one;
  terminal.watch(state('entered'));
  terminal.watch(asks);
  await macrotask();
  expect(acts).toEqual(['1']);
  terminal.watch(falls);
  await hungUp;
  expect(acts).toEqual(['1', 'hang up']);
  await shown();
});

test('keys that are left when the call has ended are pressed no more', async () => {
  const { input, terminal, acts, hungUp, shown } = open('piped');
  input.end('123');
  terminal.watch(ends);
  await hungUp;
  expect(acts).toEqual(['hang up']);
  await shown();
});

test('how many tries are left is said when an entry is asked for again, however that is told', async () => {
  const tried = (used: number): Observation => ({
    type: 'step.tried',
    tried: used,
    left: 3 - used,
  });
  const { terminal, shown } = open('piped');
  terminal.watch(tried(0));
  terminal.watch(asks);
  // Too short: the next entry is asked for before that is told.
  terminal.watch(tried(1));
  terminal.watch(state('entered'));
  // Rejected: it is told while the entry is being checked.
  terminal.watch(tried(2));
  terminal.watch(says);
  terminal.watch(asks);
  terminal.watch(state('entered'));
  // Accepted: the last try counts, and it does not matter.
  terminal.watch(tried(3));
  terminal.watch({ type: 'step.ended', step: 'birthDate', outcome: 'accepted' });
  terminal.watch(asks);
  expect(await shown()).toBe(
    '· 2 of 3 tries left\n> Goodbye.\n· 1 of 3 tries left\n· birth date: accepted\n',
  );
});

test('a verdict on the calling number is told, where there is one or it mattered', async () => {
  const verdict = { type: 'call.screened', wouldBe: null, rule: 'failed' } as const;
  const { terminal, shown } = open('piped');
  terminal.watch({ ...verdict, verdict: 'none', action: 'accept' });
  terminal.watch({ ...verdict, verdict: 'passed-B', action: 'accept' });
  terminal.watch({ ...verdict, verdict: 'failed', action: 'refuse' });
  expect(await shown()).toBe('· screened: passed-B, accept\n· screened: failed, refuse\n');
});
