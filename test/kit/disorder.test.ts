// Presses on the wire, what a network does to them, and the keys a bridge makes of that: the model of it
// that test/e2e/keys-disorder.test.ts holds against the real bridge.

import { expect, test } from 'vitest';
import { bridged, disordered, randomFrom } from '../e2e/kit/disorder.ts';
import {
  byEntry,
  fateOf,
  modelled,
  NETWORKS,
  type Network,
  sheetOf,
  tally,
} from '../e2e/kit/entries.ts';
import { evenPresses, isEvent, keyStream } from '../e2e/kit/key-stream.ts';

const SEED = 4733;
/** KEY_ENTRIES asks for as many as docs/key-presses.md tells of. */
const ENTRIES = Number(process.env.KEY_ENTRIES ?? 200);

test('a caller sends silence, and presses in its place, in one sequence', () => {
  const stream = keyStream(evenPresses('42', { startMs: 100 }), 1000);
  expect(stream.map(({ packet }) => packet.sequence)).toEqual(stream.map((_, index) => index));
  expect(stream.filter(isEvent).map(({ atMs }) => atMs)).toEqual([
    ...[100, 120, 140, 160, 180, 200, 220, 240],
    ...[300, 320, 340, 360, 380, 400, 420, 440],
  ]);
  expect(stream.filter((packet) => !isEvent(packet)).length).toBe(50 - 16);
});

test('the end of a press is not told any more once the next one has begun', () => {
  const stream = keyStream(evenPresses('42', { pressMs: 40, pauseMs: 30 }), 200);
  expect(stream.filter(isEvent).map(({ atMs, packet }) => [atMs, packet.payload[0]])).toEqual([
    ...[0, 20, 40, 60].map((atMs) => [atMs, 4]),
    ...[70, 90, 110, 130, 150].map((atMs) => [atMs, 2]),
  ]);
});

test('disorder is the same for the same seed, and leaves sound alone', () => {
  const stream = keyStream(evenPresses('13579', { startMs: 40 }), 1500);
  const once = disordered(stream, NETWORKS.rough, randomFrom(SEED));
  expect(disordered(stream, NETWORKS.rough, randomFrom(SEED))).toEqual(once);
  expect(disordered(stream, NETWORKS.rough, randomFrom(SEED + 1))).not.toEqual(once);
  const sound = stream.filter((packet) => !isEvent(packet));
  expect(once.filter((packet) => !isEvent(packet))).toEqual(sound);
  expect(disordered(stream, NETWORKS.calm, randomFrom(SEED))).toEqual(stream);
});

test('a bridge gives a key for each change of timestamp', () => {
  const [one, two] = ['1', '2'].map((key, index) =>
    keyStream([{ key, startMs: index * 100, pressMs: 40 }], 0),
  );
  const [late] = one?.slice(-1) ?? [];
  const [first, ...rest] = two ?? [];
  const arrivals = [...(one?.slice(0, -1) ?? []), first!, late!, ...rest];
  expect(bridged(arrivals).map(({ key }) => key)).toEqual(['1', '2', '1', '2']);
});

test.for(['calm', 'reordering', 'jittery'])(
  'no entry is wrong over a network that is %s: no packet is more than 60 ms late',
  (network) => {
    const counts = countsOf(network as Network);
    expect(counts).toMatchObject({ entries: ENTRIES, wrong: 0 });
    expect(counts.doubtful > 0).toBe(network !== 'calm');
  },
);

test.for(['rough', 'splitting'])(
  'some entries are wrong over a network that is %s, and a key comes soon after each',
  (network) => {
    const counts = countsOf(network as Network);
    expect(counts.wrong).toBeGreaterThan(0);
    expect(counts.wrongWithLuhn).toBeLessThan(counts.wrong / 4);
    expect(counts.wrongNotFollowed).toBe(0);
  },
);

function countsOf(network: Network) {
  const sheets = Array.from({ length: ENTRIES / 100 }, (_, index) =>
    sheetOf(100, NETWORKS[network], SEED + index),
  );
  const fates = sheets.flatMap((sheet) => {
    const keys = byEntry(sheet, modelled(sheet));
    return sheet.entries.map(({ number }, index) => fateOf(number, keys[index] ?? []));
  });
  const counts = tally(fates);
  console.log(`${network}, seed ${SEED}, modelled: ${JSON.stringify(counts)}`);
  return counts;
}
