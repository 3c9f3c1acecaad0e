// The alerts that are shipped: each asks for figures that a worker has, and the page for operators says of
// each what to do.

import { expect, test } from 'vitest';
import { ENDING_REASONS } from '../../src/machines/outcome.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { text, yaml } from './files.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const { groups } = await yaml('deploy/prometheus/alerts.yaml');
const alerts: readonly Alert[] = groups.flatMap(({ rules }: { rules: readonly Alert[] }) => rules);

/** What a worker publishes, by name; of a histogram also its parts. */
async function published(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics((error) => {
    throw error;
  });
  const good = { ok: true };
  metrics.showReadiness(async () => ({
    livekit: good,
    store: good,
    prompts: good,
    draining: good,
  }));
  metrics.showWorker(() => ({ load: 0, loopWaitMs: 0, isDraining: false, taken: 0 }));
  const { text: figures } = await metrics.exposition();
  const types = figures.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Set(
    [...types].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

test('every figure that an alert asks for is one that a worker publishes', async () => {
  const names = await published();
  const asked = alerts.flatMap(({ expr }) => [
    ...expr.matchAll(/\b(?:tonegate|process|nodejs)_\w+/g),
  ]);
  expect(asked.length).toBeGreaterThanOrEqual(alerts.length - 1);
  expect(asked.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
});

test('every ending that an alert looks for is one that a call can have', () => {
  const reasons = alerts.flatMap(({ expr }) => {
    const [, words = ''] = /reason=~"([^"]+)"/.exec(expr) ?? [];
    return words === '' ? [] : words.split('|');
  });
  expect(ENDING_REASONS).toEqual(expect.arrayContaining(reasons));
  expect(reasons).not.toEqual([]);
});

test('every alert has a name of its own, is critical or a warning, and says what is wrong', () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { labels, annotations } of alerts) {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
  }
});

test('the page for operators has each alert in its table, with what it looks at and what to do', async () => {
  const page = await text('docs/operations.md');
  const rows = page.matchAll(/^\| `(Tonegate\w+)` \| (.+) \| (.+) \|$/gm);
  const told = new Map([...rows].map(([, name = '', ...cells]) => [name, cells]));
  expect([...told.keys()]).toEqual(alerts.map(({ alert }) => alert));
  for (const { alert, expr } of alerts) {
    const [figure] = /\b(?:tonegate|process|nodejs)_\w+?(?=_bucket|\b)|\bup\b/.exec(expr) ?? [''];
    expect(told.get(alert)?.[0]).toContain(figure);
  }
});
