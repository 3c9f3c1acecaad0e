// Writes a chart's diagrams in Mermaid's words, level by level: a state with states inside is one box
// here and has diagrams of its own. Pure text out; where boxes come to lie is Mermaid's affair.

import { type Drawing, drawingsOf } from './drawing.ts';
import { type Box, levelOf } from './level.ts';
import type { Chart } from './walk.ts';
import { SPACING } from './width.ts';

export interface Diagram {
  /** Path of the state whose inside is drawn; empty for the whole chart. */
  readonly path: readonly string[];
  /** All of a level, only which state leads to which, or how each is left. */
  readonly shows: Drawing['shows'];
  /** Natural width in pixels, about. */
  readonly width: number;
  readonly source: string;
}

const STYLES = ['classDef final stroke-width:3px', 'classDef elsewhere stroke-dasharray:4 4'];

/** The diagrams of each state that has states inside, the whole chart first. */
export function diagrams(chart: Chart): Diagram[] {
  return chart.states
    .filter(({ kind }) => kind === 'compound' || kind === 'parallel')
    .flatMap(({ path }) =>
      drawingsOf(levelOf(chart, path)).map((drawing) => ({
        path,
        shows: drawing.shows,
        width: drawing.width,
        source: sourceOf(drawing),
      })),
    );
}

/** A drawing in Mermaid's words. */
export function sourceOf({ level, direction }: Drawing): string {
  const { boxes, arrows, start } = level;
  const lines = [
    `direction ${direction}`,
    ...(start === null ? [] : [`[*] --> ${start}`]),
    ...boxes.flatMap(boxLines),
    ...arrows.map(({ from, to, lines }) =>
      lines.length === 0 ? `${from} --> ${to}` : `${from} --> ${to}: ${text(lines)}`,
    ),
    ...STYLES,
    ...classOf(
      'final',
      boxes.filter(({ isFinal }) => isFinal),
    ),
    ...classOf(
      'elsewhere',
      boxes.filter(({ isElsewhere }) => isElsewhere),
    ),
  ];
  const { node, rank } = SPACING[direction];
  const config = { state: { nodeSpacing: node, rankSpacing: rank } };
  return [
    `%%{init: ${JSON.stringify(config)}}%%`,
    'stateDiagram-v2',
    ...lines.map((line) => `  ${line}`),
  ].join('\n');
}

function boxLines({ id, name, lines }: Box): string[] {
  const box = `state "${text(name)}" as ${id}`;
  return lines.length === 0 ? [box] : [box, `${id}: ${text(lines)}`];
}

function classOf(name: string, boxes: readonly Box[]): string[] {
  return boxes.length === 0 ? [] : [`class ${boxes.map(({ id }) => id).join(',')} ${name}`];
}

const text = (lines: readonly string[]) => lines.map(escapeLabel).join('<br/>');

function escapeLabel(text: string): string {
  return text.replaceAll('`', '').replace(/[#;:"<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
