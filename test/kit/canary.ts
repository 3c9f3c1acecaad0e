// Values that stand nowhere but where they belong, and the ways in which one may slip out: as it is, in
// another notation, encoded, taken to pieces, read out, or hashed without a key. The search finds all of them in
// any text.

import { createHash } from 'node:crypto';
import { catalogue, LOCALES } from '../../src/prompts/catalogue.ts';
import { sayDate, sayDigits } from '../../src/prompts/say.ts';

export interface Canary {
  /** What it is, and whose. */
  readonly name: string;
  /** `digits`: as keyed. `date`: YYYY-MM-DD. `number`: E.164, eleven digits. `word`: anything else. */
  readonly kind: 'digits' | 'date' | 'number' | 'word';
  readonly value: string;
}

/** One way of writing a canary. White space in it is single spaces. */
export interface Spelling {
  readonly canary: Canary;
  readonly text: string;
  /** Too short to be told from other digits, unless it stands alone. */
  readonly isShort: boolean;
}

export interface Find {
  readonly spelling: Spelling;
  /** The text around it. */
  readonly context: string;
}

export interface Search {
  readonly spellings: readonly Spelling[];
  /**
   * Each spelling that stands in the text, once. White space of any kind and length counts as one space. A short
   * one in the middle of other digits is met by chance and not found, unless `intoDigits` says to.
   */
  find(text: string, intoDigits?: 'intoDigits'): readonly Find[];
}

/** Between the digits of a number that was taken to pieces. */
const GAPS = [' ', ',', ', ', '-', '.', '/', '|', '","', '", "', "', '", '\0', '":"', '" "'];
/** Between the names of recordings. */
const NAME_GAPS = [' ', ',', ', ', '","', '", "', "', '"];
const HASHES = ['md5', 'sha1', 'sha256', 'sha512'];
/** Of a hash, also one that was cut short (LiveKit keeps 8 bytes). */
const HASH_BYTES = 8;
/** Eight digits in a row are met by chance: in a hash, in a figure, in a time. */
const SHORT = /^\d{1,8}$/;
/** Every spelling is at least so long. */
const PREFIX = 7;
const FINGERPRINT_BITS = 20;
const CONTEXT = 80;

export function searchFor(canaries: readonly Canary[]): Search {
  // What two of them have in common is one spelling.
  const byText = new Map(canaries.flatMap(spellingsOf).map((one) => [one.text, one]));
  const spellings = [...byText.values()];
  const tooShort = spellings.find(({ text }) => text.length < PREFIX);
  if (tooShort) throw new Error(`"${tooShort.text}" would be met by chance`);
  const byPrefix = Map.groupBy(spellings, ({ text }) => text.slice(0, PREFIX));
  // Asked before a string is cut out: nearly everywhere there is nothing to find.
  const mayBegin = new Uint8Array(2 ** FINGERPRINT_BITS);
  for (const { text } of spellings) mayBegin[fingerprint(text, 0)] = 1;

  return {
    spellings,
    find(raw, intoDigits) {
      const text = raw.replaceAll(/\s+/g, ' ');
      const found = new Map<Spelling, Find>();
      for (let at = 0; at <= text.length - PREFIX; at += 1) {
        if (mayBegin[fingerprint(text, at)] === 0) continue;
        for (const spelling of byPrefix.get(text.slice(at, at + PREFIX)) ?? []) {
          if (found.has(spelling) || !text.startsWith(spelling.text, at)) continue;
          const end = at + spelling.text.length;
          if (spelling.isShort && !intoDigits && isAmongDigits(text, at, end)) continue;
          const context = text.slice(Math.max(0, at - CONTEXT), end + CONTEXT);
          found.set(spelling, { spelling, context });
        }
      }
      return [...found.values()];
    },
  };
}

/** Of every other character of a prefix. */
function fingerprint(text: string, at: number): number {
  const [a, b] = [text.charCodeAt(at), text.charCodeAt(at + 2)];
  const [c, d] = [text.charCodeAt(at + 4), text.charCodeAt(at + 6)];
  return Math.imul((a << 24) ^ (b << 16) ^ (c << 8) ^ d, 0x9e3779b1) >>> (32 - FINGERPRINT_BITS);
}

function isAmongDigits(text: string, start: number, end: number): boolean {
  return /\d/.test(text.charAt(start - 1)) || /\d/.test(text.charAt(end));
}

function spellingsOf(canary: Canary): Spelling[] {
  const texts = new Set(notations(canary).flatMap(encodings));
  return [...texts].map((text) => ({ canary, text, isShort: SHORT.test(text) }));
}

/** The ways in which people and programs write such a value. */
function notations({ kind, value }: Canary): string[] {
  if (kind === 'date') return dates(value);
  if (kind === 'number') return numbers(value.slice(1));
  return [value];
}

function dates(date: string): string[] {
  const [year = '', month = '', day = ''] = date.split('-');
  const orders = [
    [month, day, year],
    [day, month, year],
    [year, month, day],
  ];
  return [
    ...orders.flatMap((parts) => ['', '-', '/', '.'].map((gap) => parts.join(gap))),
    ...LOCALES.flatMap((locale) => NAME_GAPS.map((gap) => sayDate(date, locale).join(gap))),
  ];
}

function numbers(digits: string): string[] {
  const ends = [7, 8, 9, 10].map((length) => digits.slice(-length));
  const [area, exchange, subscriber] = [
    digits.slice(-10, -7),
    digits.slice(-7, -4),
    digits.slice(-4),
  ];
  return [
    `+${digits}`,
    digits,
    ...ends,
    // With the last two, which may be shown, this would be all of it.
    digits.slice(0, -2),
    `${exchange}-${subscriber}`,
    `${exchange} ${subscriber}`,
    `(${area}) ${exchange}`,
    `${area}-${exchange}-${subscriber}`,
    `${area} ${exchange} ${subscriber}`,
    `${area}.${exchange}.${subscriber}`,
  ];
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const hexes = ['', ' ', ', 0x', '\\x', '%', ':'].map((gap) => hex.join(gap));
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    encodeURIComponent(text),
    ...hexes,
    ...hexes.map((one) => one.toUpperCase()),
    ...[',', ', ', ' '].map((gap) => [...bytes].join(gap)),
    ...(/^\d+$/.test(text) ? inPieces([...text]) : []),
    ...base64s(bytes),
    ...HASHES.flatMap((hash) => digests(hash, bytes)),
  ].map((one) => one.replaceAll(/\s+/g, ' '));
}

/** Digits with something between them; as they are read out, by recording and by word. */
function inPieces(digits: readonly string[]): string[] {
  const names = sayDigits(digits.join(''));
  return [
    ...GAPS.map((gap) => digits.join(gap)),
    ...NAME_GAPS.map((gap) => names.join(gap)),
    ...LOCALES.map((locale) => names.map((name) => catalogue[name]?.text[locale]).join(' ')),
  ];
}

/** The characters that any text with these bytes in it has in Base64, wherever they begin in it. */
function base64s(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((encoded.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((to) => encoded.toString(to).slice(first, end));
  });
}

function digests(hash: string, bytes: Buffer): string[] {
  const digest = createHash(hash).update(bytes).digest().subarray(0, HASH_BYTES);
  const end = Math.floor((HASH_BYTES * 8) / 6);
  return [
    digest.toString('hex'),
    digest.toString('hex').toUpperCase(),
    digest.toString('base64').slice(0, end),
    digest.toString('base64url').slice(0, end),
  ];
}
