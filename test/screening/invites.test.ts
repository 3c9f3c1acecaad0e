// INVITEs as carriers and callers send them, and what is made of each: the tables in invites/*.yaml.

import { describe, expect, test } from 'vitest';
import { e164 } from '../../src/screening/calling-number.ts';
import { evidenceFrom, PROFILES } from '../../src/screening/profiles.ts';
import { allTables, fromWire, tableOf } from './invites.ts';

const tables = allTables();

describe.each(tables)('$file', ({ profile, invites }) => {
  test.each(invites)('$title', ({ headers, caller, expect: expected }) => {
    expect(evidenceFrom(profile, fromWire(headers))).toEqual(expected);
    if (caller !== undefined) expect(e164(caller.user)).toBe(caller.e164);
  });

  test('every title says something else', () => {
    const titles = invites.map(({ title }) => title);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });
});

describe('the tables', () => {
  test('hold at least 120 INVITEs', () => {
    expect(tables.flatMap(({ invites }) => invites).length).toBeGreaterThanOrEqual(120);
  });

  test('cover every profile, each with a call that passed but for the one that reads nothing', () => {
    const passing = tables.filter(({ invites }) =>
      invites.some(({ expect: { verdict } }) => verdict === 'passed'),
    );
    const named = new Set(passing.map(({ profile }) => profile));
    expect(PROFILES.filter((profile) => !named.has(profile))).toEqual(['none']);
    expect(passing.some(({ profile }) => typeof profile === 'object')).toBe(true);
  });

  const row = (rest: string) => `profile: twilio\ninvites:\n  - { title: a, ${rest} }`;
  const expected = 'expect: { verdict: none, level: null, diverted: false, source: none }';

  test('take a row that is whole', () => {
    expect(tableOf(row(`headers: "", ${expected}`)).invites).toHaveLength(1);
  });

  test.each([
    ['an unknown key', `headers: "", ${expected}, headres: ""`],
    ['an unknown expectation', `headers: "", ${expected.replace('source', 'sauce')}`],
    ['no headers', expected],
    ['no expectation', 'headers: ""'],
    ['no expected level', `headers: "", ${expected.replace('level: null, ', '')}`],
    ['an unknown verdict', `headers: "", ${expected.replace('verdict: none', 'verdict: ok')}`],
  ])('do not take a row with %s', (_, rest) => {
    expect(() => tableOf(row(rest))).toThrow();
  });
});
