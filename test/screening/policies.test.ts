// Every policy against every verdict: the table in policies.yaml, and what holds of all of it.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { decide, type Policy } from '../../src/screening/policy.ts';
import { type Evidence, LEVELS } from '../../src/screening/verdict.ts';

const COLUMNS = [
  ...(['mode', 'accept', 'minLevel', 'levelWhenMissing', 'verdict', 'level'] as const),
  ...(['action', 'wouldBe', 'rule'] as const),
] as const;
type Column = (typeof COLUMNS)[number];

const VALUES = {
  mode: ['off', 'observe', 'enforce'],
  accept: ['all', 'not-failed', 'validated'],
  minLevel: LEVELS,
  levelWhenMissing: ['none', ...LEVELS],
  verdict: ['passed', 'failed', 'none', 'error'],
  level: [...LEVELS, '-'],
} as const;
const REJECTIONS = [
  { onReject: 'refuse', action: 'refuse' },
  { onReject: { desk: 'general' }, action: 'route' },
] as const;

const { rows } = z
  .strictObject({
    columns: z.tuple(COLUMNS.map((column) => z.literal(column)) as [z.ZodLiteral<Column>]),
    rows: z.array(z.array(z.union([z.string(), z.array(z.string())])).length(COLUMNS.length)),
  })
  .parse(parse(readFileSync('test/screening/policies.yaml', 'utf8')));

const table = rows.map((cells) => ({
  title: cells.map(String).join(' '),
  cell: Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i] ?? ''])) as Record<
    Column,
    string | string[]
  >,
}));

type Case = { readonly [Key in keyof typeof VALUES]: (typeof VALUES)[Key][number] };

/** Every case there is: only a call that passed or failed has a level. */
const cases: readonly Case[] = Object.entries(VALUES)
  .reduce<Record<string, string>[]>(
    (made, [key, values]) =>
      made.flatMap((half) => values.map((value) => ({ ...half, [key]: value }))),
    [{}],
  )
  .map((made) => made as unknown as Case)
  .filter(({ verdict, level }) => level === '-' || verdict === 'passed' || verdict === 'failed');

function fits(cell: Record<Column, string | string[]>, a: Case): boolean {
  return (Object.keys(VALUES) as (keyof Case)[]).every(
    (key) => cell[key] === 'any' || [cell[key]].flat().includes(a[key]),
  );
}

const evidenceOf = ({ verdict, level }: Pick<Case, 'verdict' | 'level'>): Evidence => ({
  verdict,
  level: level === '-' ? null : level,
  diverted: false,
  source: 'x-stir-result',
});

const policyOf = (a: Omit<Case, 'verdict' | 'level'>, onReject: Policy['onReject']): Policy => ({
  mode: a.mode,
  accept: a.accept,
  minLevel: a.minLevel,
  levelWhenMissing: a.levelWhenMissing,
  onReject,
  onTimeout: 'error',
  reason: 'SIP;cause=608;text="Rejected"',
});

const decideOn = (a: Case, onReject: Policy['onReject'] = 'refuse') =>
  decide(policyOf(a, onReject), evidenceOf(a));

describe('the table of policies', () => {
  test.each(table)('$title', ({ cell }) => {
    const fitting = cases.filter((a) => fits(cell, a));
    expect(fitting.length).toBeGreaterThan(0);
    for (const { onReject, action } of REJECTIONS) {
      const inWords = (word: string | string[]) => (word === 'reject' ? action : word);
      for (const a of fitting) {
        expect(decideOn(a, onReject), JSON.stringify(a)).toEqual({
          action: inWords(cell.action),
          wouldBe: cell.wouldBe === '-' ? null : inWords(cell.wouldBe),
          rule: cell.rule,
        });
      }
    }
  });

  test('has exactly one row for every case', () => {
    expect(cases.length).toBe(3 * 3 * 3 * 4 * (4 + 4 + 1 + 1));
    const odd = cases.filter((a) => table.filter(({ cell }) => fits(cell, a)).length !== 1);
    expect(odd).toEqual([]);
  });
});

describe('of every policy holds', () => {
  const anyCase = fc.constantFrom(...cases);
  const takes = (a: Case) => decideOn({ ...a, mode: 'enforce' }).action === 'accept';

  test('observe takes every call, and records what enforce does', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom(...REJECTIONS), (a, { onReject }) => {
        const enforced = decideOn({ ...a, mode: 'enforce' }, onReject);
        const observed = decideOn({ ...a, mode: 'observe' }, onReject);
        expect(observed).toEqual({
          action: 'accept',
          wouldBe: enforced.action,
          rule: enforced.rule,
        });
      }),
    );
  });

  test('what is rejected is refused or routed as the policy says, and else the same', () => {
    fc.assert(
      fc.property(anyCase, (a) => {
        const refused = decideOn({ ...a, mode: 'enforce' });
        const routed = decideOn({ ...a, mode: 'enforce' }, { desk: 'general' });
        expect(routed.rule).toBe(refused.rule);
        expect(routed.action).toBe(refused.action === 'refuse' ? 'route' : 'accept');
      }),
    );
  });

  test('a stricter one takes no call that a milder one does not', () => {
    const fromMild = { accept: VALUES.accept, minLevel: ['C', 'B', 'A'] } as const;
    const fromStrict = ['none', 'C', 'B', 'A'] as const;
    for (const a of cases) {
      for (const accept of fromMild.accept.slice(fromMild.accept.indexOf(a.accept))) {
        expect(takes({ ...a, accept }) && !takes(a), JSON.stringify({ a, accept })).toBe(false);
      }
      for (const minLevel of fromMild.minLevel.slice(fromMild.minLevel.indexOf(a.minLevel))) {
        expect(takes({ ...a, minLevel }) && !takes(a), JSON.stringify({ a, minLevel })).toBe(false);
      }
      const lower = fromStrict.slice(0, fromStrict.indexOf(a.levelWhenMissing));
      for (const levelWhenMissing of lower) {
        const stricter = takes({ ...a, levelWhenMissing });
        expect(stricter && !takes(a), JSON.stringify({ a, levelWhenMissing })).toBe(false);
      }
    }
  });

  test('what cannot be believed fares as what failed', () => {
    for (const a of cases.filter(({ verdict }) => verdict === 'error')) {
      expect(takes(a)).toBe(takes({ ...a, verdict: 'failed' }));
    }
  });

  test('a missing level fares as the one it counts as, and worse than C where it counts as none', () => {
    for (const a of cases.filter(({ verdict, level }) => verdict === 'passed' && level === '-')) {
      const { levelWhenMissing: level } = a;
      expect(takes(a)).toBe(level === 'none' ? a.accept === 'all' : takes({ ...a, level }));
    }
  });
});
