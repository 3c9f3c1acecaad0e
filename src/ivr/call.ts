// Runs one call: the call chart on one caller's line, from ringing to its record. Promises exactly one
// record, whatever breaks; a fault ends this call and no other. Logs types and names, never values.

import { randomUUID } from 'node:crypto';
import { createActor, toPromise } from 'xstate';
import type { CallResult, Screened } from '../machines/call.machine.ts';
import { ending } from '../machines/outcome.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import { labelOf, type ScreeningLabel } from '../screening/verdict.ts';
import type { CallRecord } from './call-record.ts';
import type { CallWorld } from './call-world.ts';
import { provideCall } from './effects.ts';
import { loggable } from './fault.ts';
import { openJournal } from './journal.ts';
import { createKeypad } from './keypad.ts';
import { type Observation, shown } from './observation.ts';
import type { CallerLine, IgnoredKey } from './ports.ts';
import { screen } from './screen.ts';
import { followCharts } from './transitions.ts';

export interface RunningCall {
  readonly id: string;
  /** The call's record, once it is kept. Rejects only when the record could not be kept. */
  readonly record: Promise<CallRecord>;
  /** Ends the call with a word to the caller: the worker may wait no longer. */
  drain(): void;
}

/** How long a caller may be told of a fault before the leg is ended. */
const APOLOGY_MS = 10_000;

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

  const observe = (observation: Observation) =>
    world.observe({ ...observation, call: id, room: caller.room });

  const charts = followCharts((transition) => {
    log.debug(transition, 'transition');
    observe({ type: 'state.entered', machine: transition.machine, state: transition.to });
  });

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

  const actor = createActor(
    provideCall({
      call: id,
      lineName: plan?.name ?? '',
      line,
      keypad,
      labels,
      backend: world.backend,
      screen: screened,
      refusalReason: plan?.screening.reason ?? edition.refusalReason,
      speak,
      ticketFor: (desk, proof) =>
        world.issueTicket({ desk, proof, screening, call: id, line: plan?.name ?? '', caller }),
      onFault: (ask, error) => log.error({ ask, fault: loggable(error) }, 'ask failed'),
    }),
    {
      input: { plan, today: new Date(world.now()).toISOString().slice(0, 10) },
      inspect: charts.inspect,
      ...(world.clock ? { clock: world.clock } : {}),
    },
  );

  actor.on('*', (notice) => journal.note(notice));
  actor.on('call.screened', ({ evidence }) => {
    screening = labelOf(evidence);
    if (plan === null) return;
    world.measure({ type: 'call.screened', seconds: (world.monotonic() - began) / 1000 });
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
    let result: CallResult;
    try {
      const done = toPromise(actor);
      // Before the start: who has hung up by then is not kept waiting for what the chart asks first.
      void line.ended.then((end) => tell(end === 'lost' ? 'call.lost' : 'caller.hungUp'));
      actor.start();
      result = await done;
    } catch (error) {
      log.error({ fault: loggable(error) }, 'call chart failed');
      result = { ending: ending('fault'), auth: 'none', amr: [], handOff: null };
      await apologise();
    }
    const record = journal.record(result, charts.triesUnderWay());
    world.measure({ type: 'call.ended', record });
    try {
      await keep(record);
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

  async function keep(record: CallRecord): Promise<void> {
    try {
      await world.records.append(record);
    } catch (error) {
      // The record holds nothing secret: in the log it can be found again.
      log.error({ fault: loggable(error), record }, 'call record could not be stored');
      throw error;
    }
  }

  return { id, record: run(), drain: () => tell('call.drain') };
}
