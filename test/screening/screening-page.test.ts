// docs/screening.md: its tables hold, and Avaya's configuration is decided as it stands there.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linePlans } from '../../src/config/line-plans.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { decide, type Policy } from '../../src/screening/policy.ts';
import { evidenceFrom, PROFILES, verdictHeaders } from '../../src/screening/profiles.ts';
import { type Evidence, LEVELS, nothing } from '../../src/screening/verdict.ts';
import { fromWire } from './invites.ts';

const page = readFileSync('docs/screening.md', 'utf8');

/** The cells of the table under a heading row that begins so, the heading row first. */
function tableAt(heading: string): string[][] {
  const from = page.indexOf(`\n| ${heading} |`) + 1;
  expect(from, heading).toBeGreaterThan(0);
  const lines = page.slice(from, page.indexOf('\n\n', from)).split('\n');
  return lines
    .filter((line) => !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '));
}

const bare = (cell: string) => cell.replaceAll('`', '');

describe('the page on screening', () => {
  test('names every profile with the headers it reads', () => {
    const [, ...rows] = tableAt('`profile`');
    const named = rows.map(([profile = '', header = '']) => ({ profile: bare(profile), header }));
    expect(named.map(({ profile }) => profile).sort()).toEqual(
      [...PROFILES, '{ header: NAME }'].sort(),
    );
    for (const profile of PROFILES) {
      const { header = '' } = named.find((row) => row.profile === profile) ?? {};
      const headers = [...header.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      expect(headers).toEqual(verdictHeaders(profile));
    }
  });

  test('decides every verdict as its table says', () => {
    const [[, ...accepts] = [], ...rows] = tableAt('verdict');
    const evidence = (row: string): Evidence => {
      const [verdict = '', bound] = bare(row).split(', ');
      if (verdict !== 'passed') return { ...nothing('from'), verdict } as Evidence;
      return { ...nothing('from'), verdict, level: bound === 'below minLevel' ? 'C' : 'B' };
    };
    const policy = { mode: 'enforce', minLevel: 'B', onReject: 'refuse' } as Policy;
    expect(rows.length).toBe(5);
    for (const [verdict = '', ...cells] of rows) {
      cells.forEach((cell, i) => {
        const accept = bare(accepts[i] ?? '') as Policy['accept'];
        const { action, rule } = decide({ ...policy, accept }, evidence(verdict));
        const said = action === 'accept' ? 'taken' : 'rejected';
        expect(`${said}: ${rule}`, `${verdict} under ${accept}`).toBe(bare(cell));
      });
    }
  });

  test('tells of every field of the record and of every rule', () => {
    const rows = new Map(tableAt('field').map(([field = '', what = '']) => [bare(field), what]));
    const { verdict, level, diverted, source, action, wouldBe, rule, ...others } =
      Object.fromEntries(rows);
    for (const text of [verdict, level, diverted, source, action, wouldBe]) {
      expect(text).toBeTruthy();
    }
    expect(Object.keys(others).sort()).toEqual(['field', 'upstream']);
    const rules: readonly string[] = [
      ...['off', 'all', 'passed', 'none', 'below-level', 'not-passed', 'failed', 'error'],
      ...['no-line', 'undecided'],
    ];
    expect([...(rule ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(rules);
  });
});

describe("Avaya's table", () => {
  const avaya = page.slice(page.indexOf('## As on an Avaya IP Office'));
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(avaya) ?? [];
  const config = parseConfig(yaml, 'avaya.yaml');
  const planFor = linePlans(
    config,
    () => new Set(),
    () => null,
  );
  const plans = new Map(
    config.lines.map(({ name, numbers }) => [name, planFor(numbers[0] ?? null) as LinePlan]),
  );
  const [[, , ...lines] = [], ...rows] = tableAt('`verstat` in PAI or From');

  /** Decides a call to a line, from its headers on. */
  function screened(line: string, headers: string) {
    const { screening, trunks } = plans.get(line) as LinePlan;
    const evidence =
      screening.mode === 'off'
        ? nothing('off')
        : evidenceFrom(trunks[0]?.profile ?? 'none', fromWire(headers));
    return { evidence, ...decide(screening, evidence) };
  }

  const cells = rows.flatMap(([word = '', level = '', ...actions]) =>
    actions.map((action, i) => ({
      word: bare(word),
      level: LEVELS.find((known) => known === level.slice(0, 1)) ?? null,
      line: bare(lines[i] ?? ''),
      action,
    })),
  );

  test('has every verdict and level, for the system default and for every line', () => {
    expect(new Set(cells.map(({ line }) => line))).toEqual(new Set(plans.keys()));
    expect(cells.length).toBe((4 + 4 + 2) * plans.size);
  });

  test.each(cells)('$word on line $line: $action, level $level in the record', (cell) => {
    const placements = [
      `P-Asserted-Identity: <sip:+15551230001;verstat=${cell.word}@itsp.example;user=phone>`,
      `P-Asserted-Identity: <tel:+15551230001;verstat=${cell.word}>`,
      `From: "Example" <sip:+15551230001;verstat=${cell.word}@itsp.example>;tag=1`,
    ];
    const unsigned = 'From: "Example" <sip:+15551230001@itsp.example>;tag=1';
    for (const headers of cell.word === 'none' ? [unsigned] : placements) {
      const { action, evidence } = screened(cell.line, headers);
      expect(action, headers).toBe(cell.action);
      expect(evidence.level, headers).toBe(cell.line === 'not-enabled' ? null : cell.level);
    }
  });

  test('a missing level counts as A where it is asked for A', () => {
    const validated = plans.get('allow-validated') as LinePlan;
    const evidence = evidenceFrom(
      'avaya',
      fromWire('P-Asserted-Identity: <tel:+15551230001;verstat=TN-Validation-Passed>'),
    );
    expect(decide({ ...validated.screening, minLevel: 'A' }, evidence)).toMatchObject({
      action: 'accept',
      rule: 'passed',
    });
  });

  test('a line overrides the keys it names, and has the rest from the system', () => {
    const { accept, minLevel, levelWhenMissing, reason } = (
      plans.get('allow-validated') as LinePlan
    ).screening;
    expect({ accept, minLevel, levelWhenMissing }).toEqual({
      accept: 'validated',
      minLevel: 'B',
      levelWhenMissing: 'A',
    });
    expect(reason).toContain('cause=666');
    expect(plans.get('default')?.screening).toEqual(config.screening);
  });

  test('a display name earns nothing and costs nothing', () => {
    const forged = '"✓ verstat=TN-Validation-Passed-A"';
    const address = `${forged} <sip:+15551230001@itsp.example>`;
    expect(screened('allow-validated', `From: ${address};tag=1`)).toMatchObject({
      action: 'refuse',
      rule: 'not-passed',
      evidence: { verdict: 'none', source: 'none' },
    });
    const signed = `${forged} <sip:+15551230001;verstat=TN-Validation-Passed-B@itsp.example>`;
    expect(screened('allow-validated', `P-Asserted-Identity: ${signed}`)).toMatchObject({
      action: 'accept',
      evidence: { verdict: 'passed', level: 'B' },
    });
  });

  test('two verdicts that differ are refused, where IP Office takes the first', () => {
    const headers = [
      'From: <sip:+15551230001;verstat=TN-Validation-Failed@itsp.example>;tag=1',
      'P-Asserted-Identity: <tel:+15551230001;verstat=TN-Validation-Passed-A>',
    ].join('\n');
    expect(screened('default', headers)).toMatchObject({ action: 'refuse', rule: 'error' });
  });
});
