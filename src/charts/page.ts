// Writes a chart's page: what it is, its diagrams, and a table of every state. Pure; Markdown out.

import { drawingsOf } from './drawing.ts';
import type { Level } from './level.ts';
import { diagrams, sourceOf } from './mermaid.ts';
import { wrap } from './text.ts';
import type { Chart, ChartState, Exit } from './walk.ts';

/** File name of a chart's page, in the same folder as all others. */
export function fileOf(chart: string): string {
  return `${kebab(chart)}.md`;
}

/** Name of a chart in files: `collectDigits` is `collect-digits`. */
export function kebab(chart: string): string {
  return chart.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Widest text in a box of the overview, in pixels: four charts deep fits a page. */
const OVERVIEW_TEXT = 130;

/** Signs of a path that stay in one line of a table. */
const LONGEST_NAME = 24;

const NOTE = '<!-- Drawn from the code by `npm run viz`: change the chart, not this page. -->';

const EXITS = 'How each state is left:';

const fenced = (source: string) => ['```mermaid', source, '```', ''];

/** A chart's page in Markdown, ending with a newline. */
export function pageOf(chart: Chart): string {
  const drawn = diagrams(chart).flatMap(({ path, shows, source }, i, all) => {
    const before = all[i - 1];
    const isFirst = path.length > 0 && before?.path !== path;
    return [
      ...(isFirst ? [`### Inside \`${path.join('.')}\``, ''] : []),
      ...(shows === 'exits' && (isFirst || before?.shows !== 'exits') ? [EXITS, ''] : []),
      ...fenced(source),
    ];
  });
  const rows = chart.states.filter(({ path, exits }) => path.length > 0 || exits.length > 0);
  return [
    NOTE,
    '',
    `# ${kebab(chart.id)}`,
    '',
    `${chart.description} How to read this: [README](README.md).`,
    '',
    ...drawn,
    '## States',
    '',
    '| state | what it is | how it is left |',
    '| --- | --- | --- |',
    ...rows.map(rowOf),
    '',
  ].join('\n');
}

/** The page that lists all charts and says how to read them. */
export function indexOf(charts: readonly Chart[]): string {
  return [
    NOTE,
    '',
    '# The charts',
    '',
    'Everything Tonegate does in a call is decided by these charts; the pages are drawn from the code that runs.',
    '',
    ...drawingsOf(overview(charts)).flatMap((drawing) => fenced(sourceOf(drawing))),
    ...charts.map(({ id, description }) => `- [${kebab(id)}](${fileOf(id)}): ${description}`),
    '',
    '## How to read them',
    '',
    'A box is a state: what a caller lives through now. A thick border is a final state, that is an outcome;',
    'a dashed one is at home in another diagram of the same chart. `asks` names a port: something outside does',
    'it, and leaving the state cancels it. `runs` names another chart. `3 states inside` are drawn further down.',
    '',
    'An arrow says what has to happen, then in brackets what must hold besides; the first that holds wins. What',
    'is too much for one diagram is drawn twice: first which state leads to which, without words, then how each',
    'state is left, and why. The tables have the same in full.',
    '',
    '| on an arrow | means |',
    '| --- | --- |',
    '| `digit.pressed` | an event: it happened outside |',
    '| `done`, `failed` | what the state asks for or runs has answered, or broke |',
    '| `after answer 10 s`, `after nextKey` | the time is up; without a number it comes from the configuration |',
    '| `all done` | all that runs side by side in the state has come to its end |',
    '| `[isComplete]`, `[accepted]`, `[else]` | a guard, or the answer it compares to; none of those before |',
    '| a guard alone | at once: nothing is waited for |',
    '| `from inside` | it starts deeper inside the box: see there |',
    '| nothing | at once |',
    '',
  ].join('\n');
}

/** Which chart runs which. */
function overview(charts: readonly Chart[]): Level {
  return {
    boxes: charts.map(({ id, description }) => ({
      id: `chart_${id}`,
      name: [kebab(id)],
      lines: wrap(description, OVERVIEW_TEXT),
      isFinal: false,
      isElsewhere: false,
    })),
    arrows: charts.flatMap((chart) =>
      chartsBelow(chart)
        .filter((below) => charts.some(({ id }) => id === below))
        .map((below) => ({ from: `chart_${chart.id}`, to: `chart_${below}`, lines: [] })),
    ),
    start: null,
  };
}

function chartsBelow({ states }: Chart): string[] {
  const all = states.flatMap(({ runs }) => runs.flatMap(({ chart }) => chart ?? []));
  return [...new Set(all)];
}

function rowOf(state: ChartState): string {
  const about = [
    state.path.length === 0 ? '' : cell(state.description),
    ...runsOf(state),
    kindOf(state),
  ];
  return `| ${nameOf(state)} | ${sentence(about)} | ${state.exits.map(exitText).join('<br>')} |`;
}

/** A long path in two lines: a code host breaks no code, and the other columns need the room. */
function nameOf({ path }: ChartState): string {
  const name = path.join('.');
  if (name === '') return 'in any state';
  if (name.length <= LONGEST_NAME) return `\`${name}\``;
  return `\`${path.slice(0, -1).join('.')}.\`<br>\`${path.at(-1)}\``;
}

const sentence = (parts: readonly string[]) => parts.filter((part) => part !== '').join(' ');

function runsOf({ runs }: ChartState): string[] {
  return runs.map(({ name, chart }) =>
    chart === null ? `Asks \`${name}\`.` : `Runs [${name}](${fileOf(chart)}).`,
  );
}

function kindOf({ kind, output }: ChartState): string {
  if (kind === 'parallel') return 'Its parts run side by side.';
  if (kind !== 'final') return '';
  if (output === null) return 'Final.';
  return output === '…' ? 'Final, with an output.' : `Final: \`${cell(output)}\`.`;
}

function exitText({ when, of, guard, description, target }: Exit): string {
  const cause = of === null ? when : `\`${of}\` ${when}`;
  const condition = guard === null ? '' : `[${`${guard.name} ${guard.params}`.trim()}]`;
  const to = target === null ? 'stays' : `\`${target.join('.')}\``;
  const why = description === '' ? '' : ` (${cell(description)})`;
  return `${cell(`${cause} ${condition}`.trim())} → ${to}${why}`.trim();
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
