// Runs one call: the call chart on one caller's line, from ringing to its record. Promises exactly one
// record, whatever breaks; a fault ends this call and no other. Logs types and names, never values.

import { randomUUID } from 'node:crypto';
import { createActor, toPromise } from 'xstate';
import type { CallNotice, CallResult, Screened } from '../machines/call.machine.ts';
import { ending } from '../machines/outcome.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import { labelOf, type ScreeningLabel } from '../screening/verdict.ts';
import type { CallRecord } from './call-record.ts';
import type { CallWorld } from './call-world.ts';
import { provideCall } from './effects.ts';
import { loggable } from './fault.ts';
import { openJournal, UNVERIFIED } from './journal.ts';
import { createKeypad } from './keypad.ts';
import { type Observation, shown } from './observation.ts';
import type { CallerLine, IgnoredKey } from './ports.ts';
import { recordKeeping } from './record-keeping.ts';
import { screen } from './screen.ts';
import { followCharts } from './transitions.ts';
import { createVerifier } from './verification/verifier.ts';

export interface RunningCall {
  readonly id: string;
  /** The call's record, once the store has one. Rejects only when it could not be kept. */
  readonly record: Promise<CallRecord>;
  /** Ends the call with a word to the caller: the worker may wait no longer. */
  drain(): void;
}

/** How long a caller may be told of a fault before the leg is ended. */
const APOLOGY_MS = 10_000;

/** What the record of the call should say even if this worker is lost. */
const NOTED: ReadonlySet<CallNotice['type']> = new Set([
  'call.answered',
  'step.ended',
  'handOff.began',
]);

/** Starts the call; it runs by itself from here on. */
export function startCall(line: CallerLine, world: CallWorld): RunningCall {
  const { caller } = line;
  const began = world.monotonic();
  const id = randomUUID();
  const edition = world.edition();
  const plan = edition.planFor(caller.dialled);
  const recordings = edition.recordingsFor(plan);
  const log = world.log.child({ call: id, line: plan?.name ?? null });
  const journal = openJournal({ id, caller, plan, edition }, world);
  const keeping = recordKeeping(world.records, log, () => {
    const { auth, amr, handOff } = actor.getSnapshot().context;
    const result = { ending: ending('worker-lost'), auth, amr, handOff };
    return journal.record(result, charts.triesUnderWay());
  });

  const observe = (observation: Observation) =>
    world.observe({ ...observation, call: id, room: caller.room });

  const charts = followCharts((transition) => {
    log.debug(transition, 'transition');
    observe({ type: 'state.entered', machine: transition.machine, state: transition.to });
  });

  function onFault(ask: string, error: unknown) {
    log.error({ ask, fault: loggable(error) }, 'ask failed');
  }

  function ignored(why: IgnoredKey | 'overflow') {
    log.warn({ why }, 'key ignored');
    world.measure({ type: 'key.ignored', why });
  }
  const keypad = createKeypad(world.monotonic, () => ignored('overflow'));
  line.onKey((key) => keypad.press(key));
  line.onIgnoredKey(ignored);
  line.onKeysMissed(() => {
    log.warn('line was away: keys may be lost');
    keypad.miss();
  });
  line.onHushed((seconds) => world.measure({ type: 'prompt.hushed', seconds }));

  async function speak(utterance: Utterance, signal: AbortSignal): Promise<void> {
    const { locale } = actor.getSnapshot().context;
    observe({ type: 'prompt.began', ...shown(utterance, locale, recordings) });
    try {
      await line.play(recordings.clips(utterance, locale), signal);
    } finally {
      observe({ type: 'prompt.stopped' });
    }
  }

  let screening: ScreeningLabel = 'none';
  const labels = () => ({
    'ivr.call': id,
    'ivr.line': plan?.name ?? '',
    'ivr.screening': screening,
  });

  async function screened(signal: AbortSignal): Promise<Screened> {
    if (plan === null) throw new Error('no line to screen for');
    const { ignored, ...found } = await screen(line, plan, world, signal);
    const note = found.upstream === null ? ignored : 'unused';
    if (note !== null) journal.noteUpstream(note);
    return found;
  }

  const floorMs = world.floorMs();
  let hasLeft = false;
  const verifier = createVerifier(
    {
      id,
      line: plan?.name ?? '',
      dialled: caller.dialled ?? '',
      callerHash: caller.number && world.hashes.number(caller.number),
      policy: edition.lockOut,
      backendMs: plan?.backendMs ?? 0,
      floorMs,
      hasLeft: () => hasLeft,
      onFault,
    },
    { ...world, log },
  );

  const actor = createActor(
    provideCall({
      call: id,
      lineName: plan?.name ?? '',
      line,
      keypad,
      labels,
      verifier,
      screen: screened,
      refusalReason: plan?.screening.reason ?? edition.refusalReason,
      speak,
      ticketFor: (desk, proof) =>
        world.issueTicket({ desk, proof, screening, call: id, line: plan?.name ?? '', caller }),
      onFault,
    }),
    {
      input: { plan, today: new Date(world.now()).toISOString().slice(0, 10), floorMs },
      inspect: charts.inspect,
      ...(world.clock ? { clock: world.clock } : {}),
    },
  );

  actor.on('*', (notice) => {
    journal.note(notice);
    if (NOTED.has(notice.type)) keeping.note();
  });
  let handOff: CallResult['handOff'] = null;
  actor.subscribe({
    next({ status, context }) {
      // At its end the call has its record.
      if (status !== 'active' || context.handOff === handOff) return;
      handOff = context.handOff;
      keeping.note();
    },
    // The chart's end is awaited where the call runs.
    error: () => undefined,
  });
  actor.on('call.screened', ({ evidence }) => {
    screening = labelOf(evidence);
    if (plan === null) return;
    world.measure({ type: 'call.screened', seconds: (world.monotonic() - began) / 1000 });
  });
  let forgiven = Promise.resolve();
  actor.on('caller.verified', ({ tally, steps }) => {
    forgiven = verifier.forgive(tally, steps);
  });
  actor.on('call.answered', () => {
    const unproved = { ...labels(), 'ivr.auth': 'none', 'ivr.amr': '' };
    // For display only: a call does not end because a label could not be set.
    line.setAttributes(unproved, AbortSignal.timeout(APOLOGY_MS)).catch(() => {
      log.warn('attributes not set');
    });
  });

  function tell(type: 'caller.hungUp' | 'call.lost' | 'call.drain') {
    if (actor.getSnapshot().status === 'active') actor.send({ type });
  }

  async function run(): Promise<CallRecord> {
    log.info('call began');
    world.measure({ type: 'call.began', line: plan?.name ?? null });
    keeping.note();
    let result: CallResult;
    try {
      const done = toPromise(actor);
      // Before the start: who has hung up by then is not kept waiting for what the chart asks first.
      void line.ended.then((end) => {
        hasLeft = true;
        tell(end === 'lost' ? 'call.lost' : 'caller.hungUp');
      });
      actor.start();
      result = await done;
    } catch (error) {
      log.error({ fault: loggable(error) }, 'call chart failed');
      result = { ...UNVERIFIED, ending: ending('fault') };
      await apologise();
    }
    const record = journal.record(result, charts.triesUnderWay());
    world.measure({ type: 'call.ended', record });
    await forgiven;
    try {
      await keeping.keep(record);
    } finally {
      await leave();
      observe({ type: 'call.ended', ending: result.ending, auth: result.auth });
      log.info({ ending: result.ending, auth: result.auth }, 'call ended');
    }
    return record;
  }

  async function leave(): Promise<void> {
    try {
      await line.leave();
    } catch (error) {
      log.error({ fault: loggable(error) }, 'line could not be left in order');
    }
  }

  async function apologise(): Promise<void> {
    const signal = AbortSignal.timeout(APOLOGY_MS);
    try {
      if (journal.isAnswered) await speak(['technical-problem', 'goodbye'], signal);
      await line.hangUp(signal);
    } catch (error) {
      log.error({ fault: loggable(error) }, 'caller could not be told of the fault');
    }
  }

  return { id, record: run(), drain: () => tell('call.drain') };
}
