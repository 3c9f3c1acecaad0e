// Runs one call: the call chart on one caller's line, from ringing to its record. Promises exactly one
// record, whatever breaks; a fault ends this call and no other. Logs types and names, never values.

import { createActor, toPromise } from 'xstate';
import type { CallNotice, CallResult, Screened } from '../machines/call.machine.ts';
import { ending } from '../machines/outcome.ts';
import type { Utterance } from '../prompts/catalogue.ts';
import { labelOf, type ScreeningLabel } from '../screening/verdict.ts';
import { type BegunCall, beginCall } from './begun-call.ts';
import type { CallRecord } from './call-record.ts';
import type { CallWorld } from './call-world.ts';
import { provideCall } from './effects.ts';
import { loggable } from './fault.ts';
import { bindToCall, type CallFaults, inCall } from './isolation.ts';
import { openJournal, UNVERIFIED } from './journal.ts';
import { createKeypad, type DroppedKey } from './keypad.ts';
import { type Observation, shown, shownNotice } from './observation.ts';
import type { CallerLine, IgnoredKey } from './ports.ts';
import { watchPrivacy } from './privacy.ts';
import { screen } from './screen.ts';
import { openStanding } from './standing.ts';
import { followTimers } from './timers.ts';
import { followCharts, type Transition } from './transitions.ts';
import { createVerifier, type Verifier } from './verification/verifier.ts';

export interface RunningCall {
  readonly id: string;
  /**
   * The call's record, once the store has one; of a call that was given up what it would have been, which is not
   * kept. Rejects only when it could not be kept.
   */
  readonly record: Promise<CallRecord>;
  /** Ends the call with a word to the caller: the worker may wait no longer. */
  drain(): void;
  /** Leaves the call, which another worker has now, without a word and without a record. */
  giveUp(): void;
}

/** How long a caller may be told of a fault before the leg is ended. */
const APOLOGY_MS = 10_000;
/** How long a hand-over waits until agents of an earlier one are withdrawn. */
const RECALL_MS = 2000;
/** A store that does not answer keeps nobody in the room longer: a desk waits for us to leave. */
const KEEPING_MS = 1000;

const isClosing = (state: string) => state.startsWith('closing') || state === 'ended';

/** Of a call that another worker has now. */
const GIVEN_UP: CallResult = { ...UNVERIFIED, ending: ending('worker-lost') };

/** Looks at the room every second of an entry: nobody waits for that. */
const UNSEEN: ReadonlySet<string> = new Set(['roomWatch']);

/** What the record of the call should say even if this worker is lost. */
const NOTED: ReadonlySet<CallNotice['type']> = new Set([
  'call.answered',
  'step.ended',
  'handOff.began',
]);

/** Starts the call, or goes on with it; it runs by itself from here on. An error in it that nobody catches is its own fault. */
export function startCall(
  line: CallerLine,
  world: CallWorld,
  begun: BegunCall = beginCall(world),
): RunningCall {
  return inCall((faults) => begin(line, world, begun, faults));
}

function begin(
  line: CallerLine,
  world: CallWorld,
  begun: BegunCall,
  faults: CallFaults,
): RunningCall {
  const { caller } = line;
  const began = world.monotonic();
  const { id, keeping, before } = begun;
  const edition = world.edition();
  const plan = edition.planFor(caller.dialled);
  const recordings = edition.recordingsFor(plan);
  const log = world.log.child({ call: id, line: plan?.name ?? null });
  const journal = openJournal({ id, caller, plan, edition, before: before?.record ?? null }, world);
  const standing = openStanding(before, edition.flowVersion(plan), world);

  /** Has the store told what the call would be recorded as, and how others can go on with it. */
  function note() {
    keeping.note(() => {
      const snapshot = actor.getSnapshot();
      const { auth, amr, handOff } = snapshot.context;
      const result = { ending: ending('worker-lost'), auth, amr, handOff };
      const tries = charts.triesUnderWay();
      const { room, identity } = caller;
      const stands = standing.now(snapshot, tries);
      return {
        record: journal.record(result, tries),
        note: world.notes.seal(id, { room, caller: identity, own: line.own, ...stands }),
      };
    });
  }

  const observe = (observation: Observation) =>
    world.observe({ ...observation, call: id, room: caller.room });

  let closing: Transition | null = null;
  const charts = followCharts(
    (transition) => {
      log.debug(transition, 'transition');
      if (transition.machine === 'call' && isClosing(transition.to)) closing ??= transition;
      observe({ type: 'state.entered', machine: transition.machine, state: transition.to });
    },
    (tries) => observe({ type: 'step.tried', ...tries }),
  );
  const timers = followTimers(
    {
      onBegan: (timer) => observe({ type: 'timer.began', ...timer }),
      onEnded: (timer) => observe({ type: 'timer.ended', ...timer }),
    },
    UNSEEN,
  );

  function onFault(ask: string, error: unknown) {
    log.error({ ask, fault: loggable(error) }, 'ask failed');
  }

  function ignored(why: IgnoredKey | DroppedKey) {
    log.warn({ why }, 'key ignored');
    world.measure({ type: 'key.ignored', why });
  }
  const keypad = createKeypad({
    now: world.monotonic,
    onDropped: ignored,
    isTakenOver: before !== null,
  });
  line.onKey(bindToCall((key) => keypad.press(key)));
  line.onIgnoredKey(bindToCall(ignored));
  line.onKeysMissed(
    bindToCall(() => {
      log.warn('line was away: keys may be lost');
      keypad.miss();
    }),
  );
  line.onHushed((seconds) => world.measure({ type: 'prompt.hushed', seconds }));
  line.onUnderrun(() => world.measure({ type: 'audio.underrun' }));

  const privacy = watchPrivacy(line, (kind) => {
    log.warn({ kind }, 'stranger in the room: nothing more is collected');
  });

  let hasSpoken = false;
  async function speak(utterance: Utterance, signal: AbortSignal): Promise<void> {
    const { locale } = actor.getSnapshot().context;
    if (!hasSpoken) {
      world.measure({ type: 'prompt.first', seconds: (world.monotonic() - began) / 1000 });
    }
    hasSpoken = true;
    keypad.ask();
    observe({ type: 'prompt.began', ...shown(utterance, locale, recordings) });
    try {
      await line.play(recordings.clips(utterance, locale), signal);
    } finally {
      observe({ type: 'prompt.stopped' });
    }
  }

  let screening: ScreeningLabel = before === null ? 'none' : labelOf(before.record.screening);
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

  const givenUp = Promise.withResolvers<CallResult>();
  let isOurs = true;
  line.onlyWhile(async () => {
    if (!world.lease.isCertain()) await world.lease.assure();
    return isOurs;
  });
  /** Who was sent for with a proof that counts no more is not awaited. */
  const recalled = standing.hasLapsed
    ? line.recallAgents(id, AbortSignal.timeout(RECALL_MS)).catch((error: unknown) => {
        log.warn({ fault: loggable(error) }, 'agents not recalled');
      })
    : Promise.resolve();
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

  /** Codes are counted before they are sent: who goes on with the call must not send more. */
  function noting(verifier: Verifier): Verifier {
    return {
      ...verifier,
      async sendCode(question, signal) {
        standing.codeSending();
        note();
        const result = await verifier.sendCode(question, signal);
        if (result.kind === 'sent') standing.codeSent(result.challenge);
        note();
        return result;
      },
      async check(question, signal) {
        note();
        return await verifier.check(question, signal);
      },
    };
  }

  const actor = createActor(
    provideCall({
      call: id,
      lineName: plan?.name ?? '',
      line,
      keypad,
      privacy,
      labels,
      verifier: noting(verifier),
      screen: screened,
      refusalReason: plan?.screening.reason ?? edition.refusalReason,
      speak,
      async ticketFor(desk, proof) {
        await recalled;
        return world.issueTicket({
          desk,
          proof,
          screening,
          call: id,
          line: plan?.name ?? '',
          caller,
        });
      },
      onFault,
      lease: world.lease,
    }),
    {
      input: {
        plan,
        today: new Date(world.now()).toISOString().slice(0, 10),
        floorMs,
        resumption: standing.resumption,
      },
      inspect(event) {
        charts.inspect(event);
        timers(event);
      },
      ...(world.clock ? { clock: world.clock } : {}),
    },
  );

  actor.on('*', (notice) => {
    journal.note(notice);
    standing.note(notice);
    // What the charts do at this moment comes first: a caller waits for that, and nobody for a note.
    if (NOTED.has(notice.type)) setImmediate(note);
    const seen = shownNotice(notice);
    if (seen !== null) observe(seen);
  });
  let handOff: CallResult['handOff'] = null;
  actor.subscribe({
    next({ status, context }) {
      // At its end the call has its record.
      if (status !== 'active' || context.handOff === handOff) return;
      handOff = context.handOff;
      note();
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

  const uncaught = faults.first.then((error): never => {
    throw error;
  });
  // Also where the call has ended by then.
  uncaught.catch(() => undefined);

  async function run(): Promise<CallRecord> {
    log.info(before === null ? 'call began' : 'call goes on here: its worker was lost');
    world.measure({ type: 'call.began', line: plan?.name ?? null });
    if (before !== null) world.measure({ type: 'call.resumed' });
    note();
    let result: CallResult;
    try {
      const done = toPromise(actor);
      // Before the start: who has hung up by then is not kept waiting for what the chart asks first.
      void line.ended.then((end) => {
        hasLeft = true;
        tell(end === 'lost' ? 'call.lost' : 'caller.hungUp');
      });
      actor.start();
      result = await Promise.race([done, uncaught, givenUp.promise]);
    } catch (error) {
      log.error({ fault: loggable(error) }, 'call chart failed');
      result = { ...UNVERIFIED, ending: ending('fault') };
      // Where the fault is not its own it would go on.
      actor.stop();
      await apologise();
    }
    const isGivenUp = result === GIVEN_UP;
    const record = journal.record(result, charts.triesUnderWay());
    if (isGivenUp) {
      world.measure({ type: 'call.givenUp', line: record.line });
      await leave();
      faults.close();
      log.warn('call given up: another worker has it');
      return record;
    }
    const kept = forgiven.then(() => keeping.keep(record));
    await settled(kept, KEEPING_MS);
    await leave();
    let isKept = true;
    try {
      isKept = await kept;
    } finally {
      const { line } = record;
      world.measure(isKept ? { type: 'call.ended', record } : { type: 'call.givenUp', line });
      faults.close();
      observe({ type: 'call.ended', ending: result.ending, auth: result.auth });
      // What only came too late has not been told by whoever was asked.
      if (result.ending.reason === 'fault') log.error({ closing }, 'call ended by a fault');
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

  return {
    id,
    record: run(),
    drain: bindToCall(() => tell('call.drain')),
    giveUp: bindToCall(() => {
      isOurs = false;
      keeping.giveUp();
      givenUp.resolve(GIVEN_UP);
      actor.stop();
    }),
  };
}

/** Done when this has come to an end, to whichever, or after so long. */
async function settled(work: Promise<unknown>, mostMs: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, mostMs);
  await Promise.race([Promise.allSettled([work]), late.promise]);
  clearTimeout(timer);
}
