import { expect, test } from 'vitest';
import { undisturbed } from '../../bench/calls/stillness.ts';

/** Work that goes so, one time after the other: what others needed in it, or a failure. */
function attempts(...outcomes: readonly (number | 'fails')[]) {
  const left = [...outcomes];
  const said: string[] = [];
  const result = undisturbed(
    async () => {
      const outcome = left.shift();
      if (typeof outcome === 'number') return { busyPct: outcome };
      throw new Error('nobody answered');
    },
    ({ busyPct }) => busyPct,
    (text) => said.push(text),
    0,
  );
  return { result, said, left };
}

test('what nobody disturbs is measured once', async () => {
  const { result, said, left } = attempts(2, 1);
  expect(await result).toEqual({ busyPct: 2 });
  expect(said).toEqual([]);
  expect(left).toEqual([1]);
});

test('where others needed the machine it is measured once more, and told', async () => {
  const { result, said } = attempts(40, 'fails', 3);
  expect(await result).toEqual({ busyPct: 3 });
  expect(said).toEqual(Array(2).fill('others needed the machine: once more'));
});

test('on a machine that is never quiet the best attempt counts', async () => {
  const { result } = attempts(60, 50, 30, 40, 50, 60, 70, 80);
  expect(await result).toEqual({ busyPct: 30 });
});

test('what fails again and again has failed', async () => {
  await expect(attempts('fails', 'fails', 'fails').result).rejects.toThrow('nobody answered');
});
