// How wide Mermaid will draw boxes and arrows, without drawing them: ranks as its layout (dagre) makes
// them, and sums over them. Promises to be near enough to say whether a diagram fits a page. Pure.

import type { Arrow, Level } from './level.ts';
import { textWidth } from './text.ts';

/** Down the page, or across it. */
export type Direction = 'TB' | 'LR';

const MARGIN = 16;
/** Set in the diagram: between two ranks, and between two boxes of a rank. */
export const SPACING = { TB: { rank: 50, node: 40 }, LR: { rank: 70, node: 24 } } as const;
const ARROW_GAP = 20;
const BOX_PADDING = 16;
const START = 14;
/** Down the page arrows push the boxes apart, by a fifth as a rule; across it the sum is exact. */
const LOOSENESS = 1.2;

/** What takes room: a box, or an arrow where it passes a rank. */
interface Item {
  readonly rank: number;
  readonly width: number;
  readonly isBox: boolean;
}

/** Natural width of the drawing in pixels. */
export function widthOf(level: Level, direction: Direction): number {
  const { rank, node } = SPACING[direction];
  const rows = rowsOf(itemsOf(level));
  if (direction === 'LR') {
    const columns = rows.map((row) => Math.max(...row.map(({ width }) => width)));
    return MARGIN + sum(columns) + (rank / 2) * (columns.length - 1);
  }
  const roomOf = ({ width, isBox }: Item) => width + (isBox ? node : ARROW_GAP);
  return MARGIN + LOOSENESS * Math.max(0, ...rows.map((row) => sum(row.map(roomOf))));
}

/** Whether some arrows lead back: their words would be drawn over those of the arrows there. */
export function leadsBack(level: Level): boolean {
  return backward(level).size > 0;
}

function rowsOf(items: readonly Item[]): Item[][] {
  const ranks = [...new Set(items.map(({ rank }) => rank))];
  return ranks.map((rank) => items.filter((item) => item.rank === rank));
}

function itemsOf(level: Level): Item[] {
  const back = backward(level);
  const ranks = ranksOf(level, back);
  const rankOf = (id: string) => ranks.get(id) ?? 0;
  const boxes = level.boxes.map(({ id, name, lines }) => ({
    rank: rankOf(id),
    width: Math.max(...[...name, ...lines].map(textWidth)) + BOX_PADDING,
    isBox: true,
  }));
  const passing = level.arrows.flatMap(({ from, to, lines }) => {
    const [top, bottom] = [rankOf(from), rankOf(to)].sort((a, b) => a - b) as [number, number];
    const width = Math.max(0, ...lines.map(textWidth));
    return Array.from({ length: Math.max(0, bottom - top - 1) }, (_, i) => {
      const rank = top + 1 + i;
      return { rank, width: rank === (top + bottom) / 2 ? width : 0, isBox: false };
    });
  });
  const start =
    level.start === null ? [] : [{ rank: rankOf(level.start) - 2, width: START, isBox: true }];
  const between =
    level.start === null ? [] : [{ rank: rankOf(level.start) - 1, width: 0, isBox: false }];
  return [...boxes, ...passing, ...start, ...between];
}

/** Arrows that close a circle, found from the start on, as the layout does it. */
function backward({ boxes, arrows, start }: Level): Set<Arrow> {
  const back = new Set<Arrow>();
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (id: string) => {
    if (done.has(id)) return;
    done.add(id);
    open.add(id);
    for (const arrow of arrows.filter(({ from }) => from === id)) {
      if (open.has(arrow.to)) back.add(arrow);
      else visit(arrow.to);
    }
    open.delete(id);
  };
  if (start !== null) visit(start);
  for (const { id } of boxes) visit(id);
  return back;
}

/** Each box two below the lowest that leads to it, and no farther above those it leads to than it must. */
function ranksOf({ boxes, arrows }: Level, back: ReadonlySet<Arrow>): Map<string, number> {
  const down = arrows
    .filter(({ from, to }) => from !== to)
    .map((arrow) => (back.has(arrow) ? { from: arrow.to, to: arrow.from } : arrow));
  const ranks = new Map(boxes.map(({ id }) => [id, 0]));
  const at = (id: string) => ranks.get(id) ?? 0;
  for (const _ of boxes) {
    for (const { from, to } of down) ranks.set(to, Math.max(at(to), at(from) + 2));
  }
  for (const { id } of boxes) {
    const below = down.filter(({ from }) => from === id).map(({ to }) => at(to));
    const isFirst = !down.some(({ to }) => to === id);
    if (isFirst && below.length > 0) ranks.set(id, Math.min(...below) - 2);
  }
  return ranks;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
