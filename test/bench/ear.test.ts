import { beforeEach, expect, test } from 'vitest';
import { createEar } from '../../bench/calls/ear.ts';
import { silencesIn } from '../../bench/calls/gaps.ts';

const BLOCK = 160;
const loud = (blocks: number) => new Int16Array(blocks * BLOCK).fill(5000);
const quiet = (blocks: number) => new Int16Array(blocks * BLOCK).fill(30);

let moments: { what: string; at: number }[];
let hear: ReturnType<typeof createEar>;
beforeEach(() => {
  moments = [];
  hear = createEar({
    onSound: (at) => moments.push({ what: 'sound', at }),
    onSilence: (at) => moments.push({ what: 'silence', at }),
  });
});

/** Ten milliseconds at a time, as they arrive. */
function hearAll(pieces: readonly Int16Array[]) {
  let at = 1000;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += BLOCK) {
      hear(piece.subarray(from, from + BLOCK), at);
      at += 10;
    }
  }
}

test('sound begins with its first block and ends with the first quiet one', () => {
  hearAll([quiet(5), loud(10), quiet(5), loud(2)]);
  expect(moments).toEqual([
    { what: 'sound', at: 1050 },
    { what: 'silence', at: 1150 },
    { what: 'sound', at: 1200 },
  ]);
});

test('two quiet blocks are no silence', () => {
  hearAll([loud(3), quiet(2), loud(3)]);
  expect(moments).toEqual([{ what: 'sound', at: 1000 }]);
});

test('in a longer piece each block has the time at which it would have come by itself', () => {
  const piece = new Int16Array([...quiet(1), ...loud(2), ...quiet(1)]);
  hear(piece, 1030);
  hear(quiet(4), 1070);
  expect(moments).toEqual([
    { what: 'sound', at: 1010 },
    { what: 'silence', at: 1030 },
  ]);
});

test('gaps are the silences that began within a time, its end not included', () => {
  hearAll([loud(5), quiet(4), loud(5), quiet(4)]);
  expect(silencesIn(moments, 1000, 1060)).toBe(1);
  expect(silencesIn(moments, 1060, 1140)).toBe(0);
  expect(silencesIn(moments, 1000, 2000)).toBe(2);
});
