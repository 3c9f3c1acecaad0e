// What keeps a worker from taking calls, as figures that are asked for whenever they are read.

import { Gauge, type Registry } from 'prom-client';
import type { Readiness } from './worker-http.ts';

/** A check that breaks is told to `onFault`, and hides no other figure. */
export function showReadiness(
  registry: Registry,
  readiness: () => Promise<Readiness>,
  onFault: (error: unknown) => void,
): void {
  const ready = new Gauge({
    name: 'tonegate_ready',
    help: '1 where what a worker needs to take calls is good; draining is good while it does not drain.',
    labelNames: ['check'] as const,
    registers: [registry],
    async collect() {
      const checks = await readiness().catch(onFault);
      for (const [check, { ok }] of Object.entries(checks ?? {})) ready.set({ check }, Number(ok));
    },
  });
}
