import { describe, expect, test } from 'vitest';
import { birthDate } from '../../src/machines/birth-date.ts';
import { Secret } from '../../src/machines/secret.ts';

const date = (keys: string, order: 'MDY' | 'DMY' | 'YMD') =>
  birthDate(Secret.of(keys), order, '2026-11-20')?.reveal() ?? null;

describe('a birth date', () => {
  test.each([
    ['03141979', 'MDY', '1979-03-14'],
    ['14031979', 'DMY', '1979-03-14'],
    ['19790314', 'YMD', '1979-03-14'],
    ['04031979', 'MDY', '1979-04-03'],
    ['04031979', 'DMY', '1979-03-04'],
  ] as const)('keyed as %s in the order %s is %s', (keys, order, expected) => {
    expect(date(keys, order)).toBe(expected);
  });

  test.each([
    ['the thirteenth month', '13011979'],
    ['month zero', '00011979'],
    ['day zero', '01001979'],
    ['the thirty-second', '01321979'],
    ['the thirty-first of April', '04311979'],
    ['the thirtieth of February', '02301980'],
    ['a leap day in a common year', '02291979'],
    ['a leap day in 1900', '02291900'],
    ['a year before anybody who calls', '01011869'],
    ['the day of the call', '11202026'],
    ['a day to come', '11212026'],
    ['a year to come', '01012027'],
    ['seven keys', '0314197'],
    ['nine keys', '031419790'],
    ['no keys', ''],
    ['a star in it', '0314*979'],
  ])('does not exist: %s', (_, keys) => {
    expect(date(keys, 'MDY')).toBeNull();
  });

  test.each(['02291980', '02292000', '01011870', '11192026'])('exists: %s', (keys) => {
    expect(date(keys, 'MDY')).not.toBeNull();
  });

  test('stays a secret', () => {
    expect(`${birthDate(Secret.of('03141979'), 'MDY', '2026-11-20')}`).toBe('[secret]');
  });
});
