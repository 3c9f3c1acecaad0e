import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { linePlans } from '../../src/config/line-plans.ts';
import { parseConfig } from '../../src/config/load.ts';

const demo = await readFile('tonegate.yaml', 'utf8');
const OPERATOR =
  'operator: { transfer: "tel:+15105550199", ringSeconds: 25, otherwise: operator-desk }';

/** The demo with another operator, and whatever more desks. */
const withOperator = (...desks: readonly string[]) => demo.replace(OPERATOR, desks.join('\n  '));

function faultsOf(source: string): string[] {
  try {
    parseConfig(source, 'x');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

const desksOf = (source: string) =>
  linePlans(
    parseConfig(source, 'x'),
    () => new Set(),
    () => null,
  )('+15105550100')?.desks;

describe('a desk', () => {
  test('that is called by attributes alone says so, and how long it has', () => {
    const watched = withOperator(
      'operator: { attributesOnly: true, joinWithinSeconds: 45, otherwise: operator-desk }',
    );
    expect(desksOf(watched)?.operator).toEqual({
      kind: 'attributes',
      joinWithinMs: 45_000,
      requires: [],
      otherwise: 'operator-desk',
    });
    expect(desksOf(withOperator('operator: { attributesOnly: true }'))?.operator).toMatchObject({
      joinWithinMs: 30_000,
    });
  });

  test.each([
    'operator: { attributesOnly: false }',
    'operator: { attributesOnly: true, agent: operator-desk }',
    'operator: { attributesOnly: true, ringSeconds: 25 }',
    'operator: { attributesOnly: true, joinWithinSeconds: 121 }',
    'operator: { otherwise: operator-desk }',
  ])('is of one kind: not %s', (desk) => {
    expect(faultsOf(withOperator(desk)).join()).toMatch(/desks\.operator/);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['itself', ['operator: { agent: a, otherwise: operator }'], ['operator']],
    [
      'one that comes back',
      [
        'operator: { attributesOnly: true, otherwise: two }',
        'two: { agent: b, otherwise: operator }',
      ],
      ['operator', 'two'],
    ],
    [
      'a circle that it is not in',
      [
        'operator: { agent: a, otherwise: two }',
        'two: { agent: b, otherwise: three }',
        'three: { transfer: "tel:+1", otherwise: two }',
      ],
      ['two', 'three'],
    ],
  ])('may not be followed by %s', (_, desks, named) => {
    const circles = faultsOf(withOperator(...desks)).filter((fault) => /circle/.test(fault));
    expect(circles).toHaveLength(named.length);
    for (const [i, desk] of named.entries()) {
      expect(circles[i]).toContain(`desks.${desk}.otherwise`);
    }
  });
});
