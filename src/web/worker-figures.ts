// How a worker is, as figures that are asked for whenever they are read.

import { Gauge, type Registry } from 'prom-client';

export interface WorkerFigures {
  /** 0 to 1, as LiveKit is told. */
  readonly load: number;
  /** How long something waits for the event loop. */
  readonly loopWaitMs: number;
  readonly isDraining: boolean;
  /** Calls taken since it was started. */
  readonly taken: number;
}

export function showWorker(registry: Registry, state: () => WorkerFigures): void {
  function show(name: string, help: string, figure: (worker: WorkerFigures) => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => gauge.set(figure(state())),
    });
  }
  show(
    'tonegate_load',
    'How full the worker is, as LiveKit is told: at 1 it takes no call.',
    ({ load }) => load,
  );
  show(
    'tonegate_loop_wait_seconds',
    'How long something waits for the event loop, on average over the last seconds.',
    ({ loopWaitMs }) => loopWaitMs / 1000,
  );
  show(
    'tonegate_draining',
    '1 while the worker takes no new calls and lets the others finish.',
    ({ isDraining }) => Number(isDraining),
  );
  show(
    'tonegate_calls_taken',
    'Calls this process has taken; at recycle.afterCalls, or up to a fifth earlier, it is replaced.',
    ({ taken }) => taken,
  );
}
