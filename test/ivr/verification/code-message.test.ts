import { expect, test } from 'vitest';
import { codeMessage } from '../../../src/ivr/verification/code-message.ts';
import { Secret } from '../../../src/machines/secret.ts';

const LONGEST = ['12345678', '+123456789012345'] as const;
const text = (code: string, dialled: string, locale: 'en' | 'es') =>
  codeMessage(Secret.of(code), dialled, locale).reveal();

test('the message says what the code is for, and to tell it to nobody', () => {
  expect(text('123456', '+15105550100', 'en')).toBe(
    'Your code is 123456. It is only for a call YOU made to +15105550100. Key it in yourself. Never tell it to anybody, not even to us.',
  );
  expect(text('123456', '+15105550100', 'es')).toBe(
    'Su código es 123456, solo para una llamada que USTED hizo al +15105550100. Tecléelo usted; no se lo diga a nadie, ni a nosotros.',
  );
});

test('a number that came without its plus has one in the message', () => {
  expect(text('123456', '15105550100', 'en')).toContain('to +15105550100.');
});

test('in English it is one message, in Spanish at most two', () => {
  const english = text(...LONGEST, 'en');
  expect(english).toMatch(/^[ -~]*$/);
  expect(english.length).toBeLessThanOrEqual(160);
  expect(text(...LONGEST, 'es').length).toBeLessThanOrEqual(2 * 67);
});

test('it is a secret from the beginning', () => {
  expect(String(codeMessage(Secret.of('123456'), '+1', 'en'))).toBe('[secret]');
});
