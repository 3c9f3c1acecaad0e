// What a worker counts and times, in Prometheus' text form. Promises that counting harms no call, and
// that no label holds more than a line's name or a word out of a closed list.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallRecord } from '../ivr/call-record.ts';
import { type Happening, IGNORED_KEYS, type Measure } from '../ivr/measures.ts';
import { ENDING_REASONS, ending } from '../machines/outcome.ts';
import { showReadiness } from './ready-figure.ts';
import { showWorker, type WorkerFigures } from './worker-figures.ts';
import type { Readiness } from './worker-http.ts';

export interface Metrics {
  readonly measure: Measure;
  /** A route of the customer's systems was asked, or its breaker was open; words of closed lists. */
  readonly asked: (asked: {
    readonly route: string;
    readonly outcome: string;
    readonly seconds: number;
  }) => void;
  /** A breaker changed its state. */
  readonly breaker: (route: string, state: 'closed' | 'halfOpen' | 'open') => void;
  /** Shows these lines from now on, though nobody may have called them yet: the first of a kind is growth too. */
  showLines(names: Iterable<string>): void;
  /** Shows how the worker is, asked whenever the figures are. */
  showWorker(state: () => WorkerFigures): void;
  /** An uncaught error ended a call, or was nobody's. */
  fault(whose: 'call' | 'worker'): void;
  /** All figures as of now, and what kind of text they are. */
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Shows what `/readyz` would say, asked whenever the figures are. */
  showReadiness(readiness: () => Promise<Readiness>): void;
}

/** Seconds from a key to silence: the goal is one frame of 10 ms. */
const HUSH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
/** Seconds from an offer to being in the room: a tenth on an idle machine, and LiveKit gives up after ten. */
const DISPATCH_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** Seconds until a caller hears something: the bridge answers within one, and a ringing call is screened first. */
const FIRST_AUDIO_BUCKETS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
/** Seconds to a decision: all of them within one. */
const SCREENING_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1];
/** Seconds of a hand-over: an agent is there within one, a telephone rings for up to sixty. */
const HAND_OFF_BUCKETS = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];

/** Seconds of an answer: half of one is good, eight are the longest unless configured otherwise. */
const BACKEND_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

/** Starts counting. `onFault` is told what could not be counted. */
export function createMetrics(onFault: (error: unknown) => void): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Gauge({
    name: 'tonegate_calls',
    help: 'Calls running now.',
    labelNames: ['line'] as const,
    registers,
  });
  const callsTotal = new Counter({
    name: 'tonegate_calls_total',
    help: 'Calls that have ended, by how (docs/operations.md).',
    labelNames: ['line', 'result', 'reason'] as const,
    registers,
  });
  const steps = new Counter({
    name: 'tonegate_step_total',
    help: 'Steps that have ended, by outcome.',
    labelNames: ['line', 'step', 'outcome'] as const,
    registers,
  });
  const screenings = new Counter({
    name: 'tonegate_screening_total',
    help: 'Calls by the verdict on their calling number and what came of it.',
    labelNames: ['line', 'verdict', 'action'] as const,
    registers,
  });
  const decisions = new Histogram({
    name: 'tonegate_screening_seconds',
    help: 'From the worker entering the room of a ringing call to the decision on it.',
    buckets: SCREENING_BUCKETS,
    registers,
  });
  const handOffs = new Histogram({
    name: 'tonegate_handoff_seconds',
    help: 'From the start of a hand-over to its outcome, whatever that is.',
    buckets: HAND_OFF_BUCKETS,
    registers,
  });
  const dispatches = new Histogram({
    name: 'tonegate_dispatch_seconds',
    help: "From LiveKit offering a call to the worker being in the call's room.",
    buckets: DISPATCH_BUCKETS,
    registers,
  });
  const firstAudio = new Histogram({
    name: 'tonegate_first_audio_seconds',
    help: 'From the worker being in the room of a ringing call to the first recording being played.',
    buckets: FIRST_AUDIO_BUCKETS,
    registers,
  });
  const underruns = new Counter({
    name: 'tonegate_audio_underruns_total',
    help: 'Gaps within what callers heard: a recording was over before the next one was there.',
    registers,
  });
  const takeovers = new Counter({
    name: 'tonegate_takeovers_total',
    help: 'Calls of lost workers that this worker has gone on with.',
    registers,
  });
  const faults = new Counter({
    name: 'tonegate_uncaught_faults_total',
    help: 'Errors that nobody caught: of a call, which was ended; of the worker, which is replaced.',
    labelNames: ['of'] as const,
    registers,
  });
  for (const whose of ['call', 'worker']) faults.inc({ of: whose }, 0);
  const hushes = new Histogram({
    name: 'tonegate_key_to_silence_seconds',
    help: 'From the arrival of a key that stops a prompt to an empty audio queue.',
    buckets: HUSH_BUCKETS,
    registers,
  });
  const ignored = new Counter({
    name: 'tonegate_keys_ignored_total',
    help: 'Key events that were not taken.',
    labelNames: ['why'] as const,
    registers,
  });
  for (const why of IGNORED_KEYS) ignored.inc({ why }, 0);
  const backend = new Histogram({
    name: 'tonegate_backend_seconds',
    help: "Asking the customer's systems, by route and outcome (docs/backend.md).",
    labelNames: ['route', 'outcome'] as const,
    buckets: BACKEND_BUCKETS,
    registers,
  });
  const breakers = new Gauge({
    name: 'tonegate_backend_breaker_open',
    help: '1 while a route has failed too often and is not asked.',
    labelNames: ['route'] as const,
    registers,
  });
  const locked = new Counter({
    name: 'tonegate_tries_locked_total',
    help: 'Tries that were not taken, because their account had none left.',
    labelNames: ['line', 'kind'] as const,
    registers,
  });
  const codes = new Counter({
    name: 'tonegate_codes_total',
    help: 'One-time codes, by who sent them.',
    labelNames: ['line', 'by'] as const,
    registers,
  });
  const stopped = new Counter({
    name: 'tonegate_sending_stopped_total',
    help: 'Codes that were not sent, because nearly all checks of all calls fail.',
    labelNames: ['line'] as const,
    registers,
  });

  /** A call that no line answered has an empty label: no line can be called that. */
  const labelOf = (line: string | null) => ({ line: line ?? '' });

  function showEndings(line: string | null): void {
    for (const reason of ENDING_REASONS) callsTotal.inc({ ...labelOf(line), ...ending(reason) }, 0);
  }
  showEndings(null);

  function countCall(record: CallRecord): void {
    const line = labelOf(record.line);
    callsTotal.inc({ ...line, ...record.ending });
    const { verdict, action, rule } = record.screening;
    // Who had hung up before was not decided on.
    if (rule !== 'undecided') screenings.inc({ ...line, verdict, action });
    for (const { step, outcome } of record.steps) steps.inc({ ...line, step, outcome });
    if (record.handoff !== null) handOffs.observe(record.handoff.ms / 1000);
  }

  function count(happening: Happening): void {
    switch (happening.type) {
      case 'call.began':
        calls.inc(labelOf(happening.line));
        break;
      case 'call.ended':
        calls.dec(labelOf(happening.record.line));
        countCall(happening.record);
        break;
      case 'call.givenUp':
        calls.dec(labelOf(happening.line));
        break;
      case 'call.missed':
        countCall(happening.record);
        break;
      case 'call.screened':
        decisions.observe(happening.seconds);
        break;
      case 'call.joined':
        dispatches.observe(happening.seconds);
        break;
      case 'prompt.first':
        firstAudio.observe(happening.seconds);
        break;
      case 'audio.underrun':
        underruns.inc();
        break;
      case 'call.resumed':
        takeovers.inc();
        break;
      case 'try.locked':
        locked.inc({ line: happening.line, kind: happening.kind });
        break;
      case 'code.sent':
        codes.inc({ line: happening.line, by: happening.by });
        break;
      case 'sending.stopped':
        stopped.inc({ line: happening.line });
        break;
      case 'key.ignored':
        ignored.inc({ why: happening.why });
        break;
      case 'prompt.hushed':
        hushes.observe(happening.seconds);
        break;
    }
  }

  function quietly(act: () => void): void {
    try {
      act();
    } catch (error) {
      onFault(error);
    }
  }

  return {
    measure: (happening) => quietly(() => count(happening)),
    asked: ({ seconds, ...labels }) => quietly(() => backend.observe(labels, seconds)),
    breaker: (route, state) => quietly(() => breakers.set({ route }, state === 'closed' ? 0 : 1)),
    showLines(names) {
      for (const line of names) {
        calls.inc({ line }, 0);
        stopped.inc({ line }, 0);
        for (const kind of ['check', 'send'] as const) locked.inc({ line, kind }, 0);
        showEndings(line);
      }
    },
    showWorker: (state) => showWorker(registry, state),
    fault: (whose) => faults.inc({ of: whose }),
    async exposition() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    showReadiness: (readiness) => showReadiness(registry, readiness, onFault),
  };
}
