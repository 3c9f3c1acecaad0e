// Writes a chart's page: what it is, its diagrams, and a table of every state. Pure; Markdown out.

import { diagrams } from './mermaid.ts';
import type { Chart, ChartState, Exit } from './walk.ts';

/** File name of a chart's page, in the same folder as all others. */
export function fileOf(chart: string): string {
  return `${kebab(chart)}.md`;
}

/** Name of a chart in files: `collectDigits` is `collect-digits`. */
export function kebab(chart: string): string {
  return chart.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const NOTE = '<!-- Drawn from the code by `npm run viz`: change the chart, not this page. -->';

/** A chart's page in Markdown, ending with a newline. */
export function pageOf(chart: Chart): string {
  const drawn = diagrams(chart).flatMap(({ path, source }) => [
    ...(path.length === 0 ? [] : [`### Inside \`${path.join('.')}\``, '']),
    '```mermaid',
    source,
    '```',
    '',
  ]);
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
  const boxes = charts.map(({ id }) => `  chart-${kebab(id)}[${kebab(id)}]`);
  const arrows = charts.flatMap((chart) =>
    chartsBelow(chart).map((below) => `  chart-${kebab(chart.id)} --> chart-${kebab(below)}`),
  );
  return [
    NOTE,
    '',
    '# The charts',
    '',
    'Everything Tonegate does in a call is decided by these charts; the pages are drawn from the code that runs.',
    '',
    '```mermaid',
    'flowchart TB',
    ...boxes,
    ...arrows,
    '```',
    '',
    ...charts.map(({ id, description }) => `- [${kebab(id)}](${fileOf(id)}): ${description}`),
    '',
    '## How to read them',
    '',
    'A box is a state: what a caller lives through now. A thick border is a final state, that is an outcome;',
    'a bold name has states inside, which are drawn in a diagram of their own; a dashed box belongs to another',
    'diagram of the same chart. `asks` names a port: something outside does it, and leaving the state cancels',
    'it. `runs` names another chart.',
    '',
    'An arrow says what has to happen, then in brackets what must hold besides; the first that holds wins. The',
    'tables have the same in full.',
    '',
    '| on an arrow | means |',
    '| --- | --- |',
    '| `digit.pressed` | an event: it happened outside |',
    '| `done`, `failed` | what the state asks for or runs has answered, or broke |',
    '| `after answer 10 s`, `after nextKey` | the time is up; without a number it comes from the configuration |',
    '| `all done` | all that runs side by side in the state has come to its end |',
    '| `[isComplete]`, `[accepted]`, `[else]` | a guard, or the answer it compares to; none of those before |',
    '| a guard alone | at once: nothing is waited for |',
    '| nothing | at once, or it starts deeper inside: see there |',
    '',
  ].join('\n');
}

function chartsBelow({ states }: Chart): string[] {
  const all = states.flatMap(({ runs }) => runs.flatMap(({ chart }) => chart ?? []));
  return [...new Set(all)];
}

function rowOf(state: ChartState): string {
  const name = state.path.length === 0 ? 'in any state' : `\`${state.path.join('.')}\``;
  const about = [
    state.path.length === 0 ? '' : cell(state.description),
    ...runsOf(state),
    kindOf(state),
  ];
  return `| ${name} | ${sentence(about)} | ${state.exits.map(exitText).join('<br>')} |`;
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
