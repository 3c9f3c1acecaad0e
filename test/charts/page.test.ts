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
              on: {
                'star.pressed': 'long',
                'key.pressed': { description: 'Impatient.', target: '#greeter.greeted' },
              },
            },
            long: {
              invoke: { id: 'spokenWord', src: 'spokenWord', onDone: 'short' },
              on: { 'key.pressed': { target: 'long', reenter: true } },
            },
          },
        },
      },
    },
    greeted: { type: 'final', output: 'greeted' },
    gone: { type: 'final', output: { kind: 'gone' } },
  },
});

const chart = walk(greeter);
const drawn = diagrams(chart);

function linesOf(path: string, shows: string): string[] {
  return drawn
    .filter((diagram) => diagram.path.join('.') === path && diagram.shows === shows)
    .flatMap(({ source }) => source.split('\n  '));
}

const arrows = (lines: readonly string[]) => lines.filter((line) => line.includes('-->'));

describe('a drawn chart', () => {
  test('has its levels one after the other, those with a way back as a map and the exits', () => {
    expect(drawn.map(({ path, shows }) => `${path.join('.')} ${shows}`)).toEqual([
      ' map',
      ' exits',
      'greeting all',
      'greeting.waiting map',
      'greeting.waiting exits',
    ]);
  });

  test('says in a map only which state leads to which other', () => {
    expect(arrows(linesOf('', 'map'))).toEqual([
      '[*] --> s_deciding',
      's_deciding --> s_greeting',
      's_deciding --> s_gone',
      's_greeting --> s_greeted',
      's_greeting --> s_gone',
      's_greeting --> s_deciding',
    ]);
    expect(arrows(linesOf('greeting.waiting', 'map'))).toEqual([
      '[*] --> s_greeting_waiting_short',
      's_greeting_waiting_short --> s_greeting_waiting_long',
      's_greeting_waiting_long --> s_greeting_waiting_short',
    ]);
  });

  test('has every arrow, immediate ones and those from any state included', () => {
    expect(arrows(linesOf('', 'exits'))).toEqual([
      's --> s__s_gone: caller.hungUp',
      's_deciding --> s_deciding__s_greeting: [isPound]',
      's_deciding --> s_deciding__s_gone: [else]',
      's_greeting --> s_greeting__s_greeted: done [a#59;b]<br/>or from inside',
      's_greeting --> s_greeting__s_gone: after patience 1.5 s',
      's_greeting --> s_greeting__s_deciding: after mood',
    ]);
    expect(arrows(linesOf('greeting', 'all'))).toEqual([
      '[*] --> s_greeting_waiting',
      's_greeting --> s_greeting_waiting: failed',
      's_greeting_waiting --> s_greeted: from inside',
    ]);
    expect(arrows(linesOf('greeting.waiting', 'exits'))).toEqual([
      's_greeting --> s_greeting__s_greeting_waiting_long: failed',
      's_greeting_waiting_short --> s_greeting_waiting_short__s_greeting_waiting_long: star.pressed',
      's_greeting_waiting_short --> s_greeting_waiting_short__s_greeted: key.pressed<br/>(Impatient.)',
      's_greeting_waiting_long --> s_greeting_waiting_long__s_greeting_waiting_long: key.pressed',
      's_greeting_waiting_long --> s_greeting_waiting_long__s_greeting_waiting_short: done',
    ]);
  });

  test('carries in its boxes what they mean, what they ask for, and which chart they run', () => {
    expect(linesOf('', 'map')).toContain(
      's_greeting: Says #34;hello | #60;name#62;#34;.<br/>asks fetchName<br/>1 state inside',
    );
    expect(linesOf('greeting.waiting', 'map')).toContain(
      's_greeting_waiting_long: runs spokenWord',
    );
  });

  test('marks outcomes, and boxes that are at home elsewhere', () => {
    expect(linesOf('', 'map')).toContain('class s_greeted,s_gone final');
    expect(linesOf('', 'map')).toContain('s_gone: the end');
    expect(linesOf('greeting', 'all')).toContain('class s_greeting,s_greeted elsewhere');
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

  test('breaks a long path, that a code host would not break', () => {
    const path = ['aboutAsLong', 'asTheyCome', 'here'];
    const [state] = chart.states.filter(({ kind }) => kind === 'atomic');
    expect(pageOf({ ...chart, states: state ? [{ ...state, path }] : [] })).toContain(
      '| `aboutAsLong.asTheyCome.`<br>`here` |',
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
  expect(text).toContain('chart_greeter --> chart_spokenWord');
  expect(text).toContain('chart_spokenWord: A word.');
  expect(text).toContain('[spoken-word](spoken-word.md): A word.');
});

test('a guard without a name cannot be drawn, and says what to do', () => {
  const machine = setup({}).createMachine({
    initial: 'a',
    states: { a: { always: { guard: () => true, target: 'b' } }, b: {} },
  });
  expect(() => walk(machine)).toThrow('give it one in setup()');
});
