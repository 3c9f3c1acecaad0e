import { describe, expect, test } from 'vitest';
import { type CheckDigits, isPlausible } from '../../src/machines/check-digits.ts';
import { Secret } from '../../src/machines/secret.ts';

const fits = (digits: string, check: CheckDigits) => isPlausible(Secret.of(digits), check);

describe('luhn', () => {
  test.each(['79927398713', '4111111111111111', '0', '18'])('%s fits', (digits) => {
    expect(fits(digits, { kind: 'luhn' })).toBe(true);
  });

  test.each(['79927398710', '4111111111111112', '1', '81'])('%s does not', (digits) => {
    expect(fits(digits, { kind: 'luhn' })).toBe(false);
  });

  test('notices every single wrong digit, and neighbours swapped but for 09 and 90', () => {
    const right = '79927398713';
    for (let i = 0; i < right.length; i += 1) {
      for (const digit of '0123456789') {
        const wrong = right.slice(0, i) + digit + right.slice(i + 1);
        expect(fits(wrong, { kind: 'luhn' })).toBe(wrong === right);
      }
      const [a = '', b = ''] = right.slice(i, i + 2);
      const swapped = right.slice(0, i) + b + a + right.slice(i + 2);
      expect(fits(swapped, { kind: 'luhn' })).toBe(swapped === right);
    }
    expect([fits('10090', { kind: 'luhn' }), fits('10900', { kind: 'luhn' })]).toEqual([
      true,
      true,
    ]);
  });
});

describe('mod 97', () => {
  // 98 - (n00 mod 97) makes the check digits; the IBAN GB82 WEST 1234 5698 7654 32 in digits.
  test.each(['3214282912345698765432161182', '7944495', '123456789092'])('%s fits', (digits) => {
    expect(BigInt(digits) % 97n).toBe(1n);
    expect(fits(digits, { kind: 'mod97' })).toBe(true);
  });

  test.each(['3214282912345698765432161181', '123456789003', '97'])('%s does not', (digits) => {
    expect(fits(digits, { kind: 'mod97' })).toBe(false);
  });
});

describe('a pattern', () => {
  test.each([
    ['[1-9]\\d{7}', '31415926', true],
    ['[1-9]\\d{7}', '01415926', false],
    ['[1-9]\\d{7}', '314159261', false],
    ['12|34', '12', true],
    ['12|34', '124', false],
  ])('%s and %s: %s', (pattern, digits, isRight) => {
    expect(fits(digits, { kind: 'pattern', pattern })).toBe(isRight);
  });
});

test('without check digits everything fits', () => {
  expect(fits('1', { kind: 'none' })).toBe(true);
});
