// Decides how many diagrams a level of a chart needs to be read without scrolling sideways, and which way
// each runs. Goes by the boxes, arrows and words there are, never by names. Pure.

import { type Arrow, type Box, FROM_INSIDE, type Level } from './level.ts';
import { type Direction, leadsBack, widthOf } from './width.ts';

export interface Drawing {
  readonly shows: 'all' | 'map' | 'exits';
  readonly level: Level;
  readonly direction: Direction;
  readonly width: number;
}

/** The column a code host shows a page in: wider diagrams are shrunk, or scrolled. */
export const PAGE_WIDTH = 880;
/** More arrows than this in one diagram are a tangle, in a list of exits a tower. */
const MOST_ARROWS = 10;

/** One diagram where all fits; otherwise a map without words, and how each state is left. */
export function drawingsOf(level: Level): Drawing[] {
  const whole = fitting('all', level);
  const isSimple = level.start !== null && !leadsBack(level) && level.arrows.length <= MOST_ARROWS;
  if (whole && isSimple) return [whole];
  const own = mapOf(level, ({ isElsewhere }) => !isElsewhere);
  const inner = mapOf(level, ({ isElsewhere, isFinal }) => !isElsewhere && !isFinal);
  const map = fitting('map', own) ?? fitting('map', inner) ?? fitting('map', namesOnly(inner));
  const isOnMap = ({ from, to, lines }: Arrow) =>
    lines.every((line) => line === FROM_INSIDE) &&
    map?.level.arrows.some((arrow) => arrow.from === from && arrow.to === to);
  const exits = level.arrows.filter((arrow) => !isOnMap(arrow));
  return [
    ...(map ? [map] : []),
    ...packed(exits).map((arrows) => fan(level, arrows, map === null)),
  ];
}

/** The boxes at home here, by name, and which leads to which: across where that fits, else down. */
export function compact(level: Level): Drawing {
  const own = namesOnly(mapOf(level, ({ isElsewhere }) => !isElsewhere));
  const direction = widthOf(own, 'LR') <= PAGE_WIDTH ? 'LR' : 'TB';
  return { shows: 'map', level: own, direction, width: widthOf(own, direction) };
}

/** The narrower of both ways, where it fits; null where none does. */
function fitting(shows: Drawing['shows'], level: Level): Drawing | null {
  const [down, across] = (['TB', 'LR'] as const).map((direction) => ({
    shows,
    level,
    direction,
    width: widthOf(level, direction),
  })) as [Drawing, Drawing];
  if (across.width <= PAGE_WIDTH) return across;
  return down.width <= PAGE_WIDTH ? down : null;
}

/** Which of some boxes leads to which other. */
function mapOf(level: Level, isShown: (box: Box) => boolean): Level {
  const boxes = level.boxes.filter(isShown);
  const has = (id: string) => boxes.some((box) => box.id === id);
  const arrows = level.arrows
    .filter(({ from, to }) => from !== to && has(from) && has(to))
    .map((arrow) => ({ ...arrow, lines: [] }));
  return { ...level, boxes, arrows };
}

const namesOnly = (level: Level): Level => ({
  ...level,
  boxes: level.boxes.map((box) => ({ ...box, lines: [] })),
});

/** Arrows by where they start, as many starts to a diagram as stay readable. */
function packed(arrows: readonly Arrow[]): Arrow[][] {
  const packs: Arrow[][] = [];
  for (const start of new Set(arrows.map(({ from }) => from))) {
    const group = arrows.filter(({ from }) => from === start);
    const last = packs.at(-1);
    if (last && last.length + group.length <= MOST_ARROWS) last.push(...group);
    else packs.push(group);
  }
  return packs;
}

/** Each arrow to a box of its own: two columns of boxes, the words between them, nothing crossing. */
function fan(level: Level, arrows: readonly Arrow[], isAlone: boolean): Drawing {
  const boxAt = (id: string) => level.boxes.find((box) => box.id === id) as Box;
  const starts = [...new Set(arrows.map(({ from }) => from))].map(boxAt);
  const ends = arrows.map(({ from, to }): Box => {
    return { ...boxAt(to), id: `${from}__${to}`, isElsewhere: true };
  });
  const fanned: Level = {
    boxes: [...starts, ...ends],
    arrows: arrows.map(({ from, to, lines }) => ({ from, to: `${from}__${to}`, lines })),
    start: isAlone && starts.some(({ id }) => id === level.start) ? level.start : null,
  };
  return { shows: 'exits', level: fanned, direction: 'LR', width: widthOf(fanned, 'LR') };
}
