import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Canary, searchFor } from './canary.ts';

const ACCOUNT = { name: 'account', kind: 'digits', value: '905173284416' } as const;
const CODE = { name: 'code', kind: 'digits', value: '86420137' } as const;
const BORN = { name: 'birth date', kind: 'date', value: '1943-12-27' } as const;
const PHONE = { name: 'phone', kind: 'number', value: '+12018036192' } as const;
const TOKEN = { name: 'token', kind: 'word', value: 'se"cret/+ of\nmine' } as const;
const ALL: readonly Canary[] = [ACCOUNT, CODE, BORN, PHONE, TOKEN];

const search = searchFor(ALL);
const namesIn = (text: string) => [
  ...new Set(search.find(text).map(({ spelling }) => spelling.canary.name)),
];

// Written by other means than the search knows them by.
const SLIPS: readonly [how: string, text: string, whose: Canary][] = [
  ['as it was keyed', 'entry 905173284416 was wrong', ACCOUNT],
  ['in a longer run of digits', '0090517328441612271943', ACCOUNT],
  ['as a number of JSON', JSON.stringify({ entry: 905173284416 }), ACCOUNT],
  ['with gaps', '9 0 5 1 7 3 2 8 4 4 1 6', ACCOUNT],
  ['in a list', JSON.stringify([...'905173284416']), ACCOUNT],
  ['in a list of numbers', JSON.stringify([...'905173284416'].map(Number)), ACCOUNT],
  ['in a list that was inspected', inspect([...'905173284416']), ACCOUNT],
  ['in bytes that were inspected', inspect(new TextEncoder().encode('905173284416')), ACCOUNT],
  ['in a buffer that was inspected', inspect(Buffer.from('905173284416')), ACCOUNT],
  ['in a buffer as JSON', JSON.stringify(Buffer.from('905173284416')), ACCOUNT],
  ['in bytes of PostgreSQL', '\\x393035313733323834343136', ACCOUNT],
  ['in UTF-16', Buffer.from('905173284416', 'utf16le').toString('latin1'), ACCOUNT],
  ['in base64', btoa('905173284416'), ACCOUNT],
  ['within base64', btoa('{"account":"905173284416"}'), ACCOUNT],
  ['within base64, one byte later', btoa('{"account": "905173284416"}'), ACCOUNT],
  ['within base64, two bytes later', btoa('{"account":  "905173284416"}'), ACCOUNT],
  ['hashed without a key', createHash('sha256').update('905173284416').digest('hex'), ACCOUNT],
  ['read out', 'eight six four two zero one three seven', CODE],
  ['read out in Spanish', 'ocho seis cuatro dos cero uno tres siete', CODE],
  ['as recordings', 'digit-8 digit-6 digit-4 digit-2 digit-0 digit-1 digit-3 digit-7', CODE],
  ['as recordings', '"month-12","day-27","century-19","number-43"', BORN],
  ['as a word of its own', 'code: 86420137.', CODE],
  ['as it was keyed', 'born 12271943', BORN],
  ['as it is checked', '"value":"1943-12-27"', BORN],
  ['as a time', new Date('1943-12-27').toISOString(), BORN],
  ['the day first', '27.12.1943', BORN],
  ['as SIP has it', 'sip:+12018036192@127.0.0.1', PHONE],
  ['in a URL', '?to=%2B12018036192', PHONE],
  ['without its country', '2018036192', PHONE],
  ['by its last seven digits', 'sms to 8036192', PHONE],
  ['as people write it', '(201) 803-6192', PHONE],
  ['without its last two digits', '+120180361..', PHONE],
  ['hashed without a key', createHash('sha1').update('+12018036192').digest('base64url'), PHONE],
  ['as it is', 'Bearer se"cret/+ of\nmine', TOKEN],
  ['in JSON', JSON.stringify({ token: TOKEN.value }), TOKEN],
  ['with other white space', 'se"cret/+ of \t mine', TOKEN],
];

describe('a search for canaries', () => {
  test.each(SLIPS)('finds one %s: %s', (_, text, { name }) => {
    expect(namesIn(text)).toEqual([name]);
  });

  test.each([
    ['other digits', '905173284417 86420138 12271944'],
    ['a figure that has a code in it by chance', '0.3864201375'],
    ['the last two digits of a number', 'ending in 92'],
    ['the account hashed with a key', createHash('sha256').update('k905173284416').digest('hex')],
    ['nothing', ''],
  ])('finds none in %s', (_, text) => {
    expect(namesIn(text)).toEqual([]);
  });

  test('finds a code among other digits where it is told to look', () => {
    const finds = searchFor([CODE]).find('keys: 18642013790', 'intoDigits');
    expect(finds.map(({ spelling }) => spelling.canary)).toEqual([CODE]);
  });

  test('finds each of its spellings in the middle of a text', () => {
    const text = search.spellings.map((spelling) => `one ${spelling.text}, two`).join('\n');
    expect(search.find(text)).toHaveLength(search.spellings.length);
  });

  test('says what stands around it', () => {
    const [find] = search.find(`${'-'.repeat(200)} code=86420137; ${'-'.repeat(200)}`);
    expect(find?.context).toContain('-- code=86420137; --');
    expect(find?.context.length).toBeLessThan(180);
  });
});
