import { describe, expect, test } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { diagrams } from '../../src/charts/mermaid.ts';
import { indexOf, pageOf } from '../../src/charts/page.ts';
import { walk } from '../../src/charts/walk.ts';

const spoken = setup({}).createMachine({ id: 'spokenWord', description: 'A word.' });

const greeter = setup({
  types: { events: {} as { type: 'key.pressed' | 'caller.hungUp' } },
  actors: { fetchName: fromPromise<string>(async () => 'name'), spokenWord: spoken },
  guards: { isPound: () => true, isKind: (_, { kind }: { kind: string }) => kind === 'a;b' },
  delays: { patience: 1500, mood: () => 10 },
}).createMachine({
  id: 'greeter',
  description: 'Greets.',
  initial: 'deciding',
  on: { 'caller.hungUp': '.gone' },
  states: {
    deciding: { always: [{ guard: 'isPound', target: 'greeting' }, { target: 'gone' }] },
    greeting: {
      description: 'Says "hello | <name>".',
      invoke: {
        id: 'fetchName',
        src: 'fetchName',
        onDone: { guard: { type: 'isKind', params: { kind: 'a;b' } }, target: 'greeted' },
        onError: '.waiting.long',
      },
      after: { patience: 'gone', mood: 'deciding' },
      initial: 'waiting',
      states: {
        waiting: {
          initial: 'short',
          states: {
            short: {
              on: { 'key.pressed': { description: 'Impatient.', target: '#greeter.greeted' } },
            },
            long: { invoke: { id: 'spokenWord', src: 'spokenWord', onDone: 'short' } },
          },
        },
      },
    },
    greeted: { type: 'final', output: 'greeted' },
    gone: { type: 'final', output: { kind: 'gone' } },
  },
});

const chart = walk(greeter);
const [whole, greeting, waiting] = diagrams(chart).map(({ source }) => source.split('\n  '));

describe('a drawn chart', () => {
  test('has a diagram per level', () => {
    expect(diagrams(chart).map(({ path }) => path.join('.'))).toEqual([
      '',
      'greeting',
      'greeting.waiting',
    ]);
  });

  test('has every arrow, immediate ones and those from any state included', () => {
    expect(whole?.filter((line) => line.includes('-->'))).toEqual([
      '[*] --> s_deciding',
      's --> s_gone: caller.hungUp',
      's_deciding --> s_greeting: [isPound]',
      's_deciding --> s_gone: [else]',
      's_greeting --> s_greeted: done [a#59;b]',
      's_greeting --> s_gone: after patience 1.5 s',
      's_greeting --> s_deciding: after mood',
    ]);
    expect(greeting?.filter((line) => line.includes('-->'))).toEqual([
      '[*] --> s_greeting_waiting',
      's_greeting --> s_greeting_waiting: failed',
      's_greeting_waiting --> s_greeted',
    ]);
    expect(waiting?.filter((line) => line.includes('-->'))).toEqual([
      '[*] --> s_greeting_waiting_short',
      's_greeting --> s_greeting_waiting_long: failed',
      's_greeting_waiting_short --> s_greeted: key.pressed',
      's_greeting_waiting_long --> s_greeting_waiting_short: done',
    ]);
  });

  test('says what a state asks for, and which chart it runs', () => {
    expect(whole).toContain('s_greeting: asks fetchName');
    expect(waiting).toContain('s_greeting_waiting_long: runs spokenWord');
  });

  test('marks outcomes, boxes that are drawn elsewhere, and boxes with an inside', () => {
    expect(whole).toContain('class s_greeted,s_gone final');
    expect(whole).toContain('class s_greeting inner');
    expect(greeting).toContain('class s_greeting,s_greeted outside');
  });
});

describe('the table of a chart', () => {
  const rows = pageOf(chart)
    .split('\n')
    .filter((line) => line.startsWith('| '));

  test('has a row per state and one for what holds in all of them', () => {
    expect(rows.slice(2).map((row) => row.split(' | ')[0])).toEqual([
      '| in any state',
      '| `deciding`',
      '| `greeting`',
      '| `greeting.waiting`',
      '| `greeting.waiting.short`',
      '| `greeting.waiting.long`',
      '| `greeted`',
      '| `gone`',
    ]);
  });

  test('breaks out of no cell', () => {
    expect(rows.find((row) => row.startsWith('| `greeting` '))).toBe(
      '| `greeting` | Says "hello \\| &lt;name>". Asks `fetchName`. | ' +
        '`fetchName` done [isKind a;b] → `greeted`<br>`fetchName` failed → `greeting.waiting.long`<br>' +
        'after patience 1.5 s → `gone`<br>after mood → `deciding` |',
    );
  });

  test('leads to the chart that is run, tells outcomes and reasons', () => {
    const text = rows.join('\n');
    expect(text).toContain('Runs [spokenWord](spoken-word.md).');
    expect(text).toContain('Final: `greeted`.');
    expect(text).toContain('Final: `{"kind":"gone"}`.');
    expect(text).toContain('key.pressed → `greeted` (Impatient.)');
  });
});

test('the index says which chart runs which', () => {
  const text = indexOf([chart, walk(spoken)]);
  expect(text).toContain('chart-greeter --> chart-spoken-word');
  expect(text).toContain('[spoken-word](spoken-word.md): A word.');
});

test('a guard without a name cannot be drawn, and says what to do', () => {
  const machine = setup({}).createMachine({
    initial: 'a',
    states: { a: { always: { guard: () => true, target: 'b' } }, b: {} },
  });
  expect(() => walk(machine)).toThrow('give it one in setup()');
});
