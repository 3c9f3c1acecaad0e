// The thread in which all phones of a process recognise what they hear. It yields to everything else on the machine,
// for that is what is looked at: recognising takes a processor for a second at a time.

import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { GrowingBand } from './band.ts';
import type { Heard } from './compare.ts';
import { Search } from './recognise.ts';
import { recording } from './recording.ts';

/** What is looked for in what an ear hears. */
export type Order = { readonly ear: number } & (
  | {
      readonly type: 'lookFor';
      readonly search: number;
      readonly ids: readonly string[];
      readonly fromMs: number;
    }
  | {
      readonly type: 'listen';
      readonly search: number;
      /** All that was received so far: PCM at 8 kHz. Shared. */
      readonly sound: Int16Array;
      readonly isOver: boolean;
    }
  | { readonly type: 'close' }
);

/** What was found by now. */
export interface Found {
  readonly heard: Heard | null;
  /** Of each that was looked for the most alike of the places that were not enough. */
  readonly closest: readonly Heard[];
}

export type Told = Found & { readonly search: number };

interface Ear {
  readonly band: GrowingBand;
  readonly searches: Map<number, readonly Search[]>;
}

const ears = new Map<number, Ear>();

function earOf(id: number): Ear {
  const known = ears.get(id);
  if (known !== undefined) return known;
  const ear = { band: new GrowingBand(), searches: new Map() };
  ears.set(id, ear);
  return ear;
}

function listen(ear: Ear, search: number, sound: Int16Array, isOver: boolean): Found {
  const searches = ear.searches.get(search) ?? [];
  ear.band.follow(sound, isOver);
  const [heard = null] = searches
    .flatMap((one) => one.advance(ear.band, isOver) ?? [])
    .toSorted((a, b) => a.endMs - b.endMs);
  if (heard !== null || isOver) ear.searches.delete(search);
  return { heard, closest: searches.flatMap(({ closest }) => closest ?? []) };
}

function obey(order: Order): void {
  const ear = earOf(order.ear);
  switch (order.type) {
    case 'lookFor': {
      const { search, ids, fromMs } = order;
      const how = ids.length > 1 ? 'cursory' : 'thorough';
      ear.searches.set(
        search,
        ids.map((id) => new Search(recording(id), fromMs, how)),
      );
      break;
    }
    case 'listen': {
      const { search, sound, isOver } = order;
      const found = listen(ear, search, sound, isOver);
      parentPort?.postMessage({ search, ...found } satisfies Told);
      break;
    }
    case 'close':
      ears.delete(order.ear);
      break;
  }
}

// Of this thread alone, as Linux has it (setpriority(2)).
setPriority(constants.priority.PRIORITY_LOW);
parentPort?.on('message', obey);
