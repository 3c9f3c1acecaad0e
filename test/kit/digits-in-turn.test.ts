import { expect, test } from 'vitest';
import { digitsInTurn } from './digits-in-turn.ts';

const lines = (...values: readonly object[]) => values.map((value) => JSON.stringify(value));

test('digits that stood at the same place of several lines come together, call by call', () => {
  const keys = lines(
    { call: 'a', event: { key: '3' } },
    { call: 'b', event: { key: '9' } },
    { call: 'a', event: { key: 1 } },
    { call: 'a', other: '7' },
    { call: 'a', event: { key: '4' } },
  );
  expect(digitsInTurn(keys)).toBe('a event key: 314\nb event key: 9\na other: 7');
});

test('members of a list stand at one place, and names of digits are digits', () => {
  expect(digitsInTurn(lines({ call: 'a', prompts: ['welcome', 'digit-3', 'es/digit-1'] }))).toBe(
    'a prompts: 31',
  );
  expect(digitsInTurn(lines({ call: 'a', said: '["digit-3","digit-1","digit-4"]' }))).toBe(
    'a said: 314',
  );
});

test('longer numbers and what is no JSON are no keys', () => {
  expect(digitsInTurn(['{"call":"a","ms":314}', 'key 3', '{"call":"a","at":"12:03"}'])).toBe('');
});
