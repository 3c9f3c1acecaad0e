// Plays a scenario on a stage: does what the caller does, listens, and holds call and record against what the file
// expects. Promises to stop at the first difference, with the call ended. Keys are never shown.

import type { CallRecord } from '../ivr/call-record.ts';
import { type Ear, nameOf, openEar } from './ear.ts';
import { keyingOf, nameOfKeying } from './keying.ts';
import { listed, milliseconds, type Scenario, type Step, type Wanted } from './scenario.ts';
import { shortfalls } from './shortfalls.ts';
import type { Stage, StagedCall } from './stage.ts';
import { openTranscript, type Row } from './transcript.ts';

export interface Played {
  readonly isPassed: boolean;
  readonly rows: readonly Row[];
  /** Of each call that came to its end, in order. */
  readonly records: readonly CallRecord[];
  /** How long it took, by the stage's time. */
  readonly ms: number;
}

/** Nobody answers a question sooner: such keys count as what is left of the entry before (docs/collecting-digits.md). */
const REACTION_MS = 2000;

export async function play(scenario: Scenario, stage: Stage): Promise<Played> {
  const transcript = openTranscript();
  const never = listed(scenario.neverHears);
  const records: CallRecord[] = [];
  let ear!: Ear;
  let call!: StagedCall;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  let hasListened = false;
  let hasHungUp = false;

  async function dial(): Promise<void> {
    const listening = openEar(transcript, () => stage.now(), never);
    ear = listening;
    hasHungUp = false;
    transcript.meet(`calls ${scenario.line ?? scenario.number}`, stage.now());
    call = await stage.dial((observation) => listening.take(observation));
  }

  const isOver = () => ear.isOver || call.record !== null;

  /** How it ended, once there is a record; null: it goes on. */
  async function ended(): Promise<CallRecord | null> {
    await stage.until(() => call.record !== null);
    ear.tellAll();
    if (call.record !== null && !records.includes(call.record)) records.push(call.record);
    return call.record;
  }

  async function hears(wanted: Wanted): Promise<void> {
    let isHeard = false;
    await stage.until(() => {
      isHeard ||= ear.hears(wanted);
      return isHeard || isOver() || ear.forbidden !== null;
    });
    hasListened = true;
    if (isHeard) return;
    const expected = `hears ${nameOf(wanted)}`;
    const record = isOver() ? await ended() : null;
    ear.tellAll();
    const instead = record === null ? 'hears nothing more' : endOf(record);
    transcript.differ(expected, stage.now(), instead, ear.unexpected ?? undefined);
    if (ear.unexpected !== null && record !== null) transcript.tell(endOf(record), stage.now());
  }

  /** Whether something was said that may not be. */
  function differsByWord(): boolean {
    if (ear.forbidden === null) return false;
    ear.tellAll();
    const { wanted, row } = ear.forbidden;
    const expected = `never hears ${nameOf(wanted)}`;
    transcript.differ(expected, stage.now(), `hears ${nameOf(wanted)}`, row ?? undefined);
    return true;
  }

  async function presses(step: NonNullable<Exclude<Step, string>['presses']>): Promise<void> {
    const { keys, label, everyMs } = await keyingOf(step, stage, ear.order);
    ear.tellAll();
    if (keys === null) return transcript.differ(label, stage.now(), 'there is none');
    const record = isOver() || hasHungUp ? await ended() : null;
    if (record !== null) return transcript.differ(label, stage.now(), endOf(record));
    if (hasListened) await stage.pass(Math.max(0, lastKeyAt + REACTION_MS - stage.now()));
    hasListened = false;
    ear.tellAll();
    transcript.meet(label, stage.now());
    for (const key of keys) {
      call.press(key);
      lastKeyAt = stage.now();
      await stage.pass(everyMs);
    }
  }

  async function act(step: Step): Promise<void> {
    if (step === 'calls again') {
      const record = await ended();
      if (record === null) transcript.differ('the call ends', stage.now(), 'it goes on');
      else {
        transcript.tell(endOf(record), stage.now());
        await dial();
      }
    } else if (step === 'hangs up') {
      ear.tellAll();
      transcript.meet('hangs up', stage.now());
      call.hangUp();
      hasHungUp = true;
    } else if (step.hears !== undefined) {
      for (const wanted of listed(step.hears)) {
        if (transcript.difference === null) await hears(wanted);
      }
    } else if (step.presses !== undefined) await presses(step.presses);
    else if (step.waits !== undefined) {
      const began = stage.now();
      await stage.pass(milliseconds(step.waits));
      ear.tellAll();
      transcript.meet(`waits ${step.waits}`, began);
    } else if (step.happens !== undefined) {
      ear.tellAll();
      transcript.meet(`happens: ${step.happens}`, stage.now());
      await call.happens(step.happens);
    }
  }

  async function ends(): Promise<void> {
    const expected = `ends ${scenario.ends}`;
    const record = await ended();
    if (differsByWord()) return;
    if (record === null) return transcript.differ(expected, stage.now(), 'the call goes on');
    if (record.ending.reason !== scenario.ends) {
      return transcript.differ(expected, stage.now(), endOf(record));
    }
    transcript.meet(expected, stage.now(), endOf(record));
    const [first, ...others] = shortfalls(scenario.record ?? {}, record);
    if (first !== undefined) transcript.differ(first.wanted, stage.now(), first.found);
    for (const { wanted, found } of others) transcript.meet(wanted, stage.now(), found);
  }

  await dial();
  const left = [...scenario.call];
  for (let step = left.shift(); step !== undefined; step = left.shift()) {
    await act(step);
    if (transcript.difference !== null) break;
    if (differsByWord()) break;
  }
  if (transcript.difference === null) await ends();
  else {
    for (const step of left) transcript.leave(describe(step));
    transcript.leave(`ends ${scenario.ends}`);
  }
  const ms = stage.now();
  if (call.record === null) {
    call.hangUp();
    await ended();
  }
  return { isPassed: transcript.difference === null, rows: transcript.rows, records, ms };
}

function endOf({ ending, auth }: CallRecord): string {
  return `ends ${ending.reason}, auth ${auth}`;
}

/** A step that nobody came to any more. */
function describe(step: Step): string {
  if (typeof step === 'string') return step;
  if (step.hears !== undefined) return `hears ${listed(step.hears).map(nameOf).join(', ')}`;
  if (step.waits !== undefined) return `waits ${step.waits}`;
  if (step.happens !== undefined) return `happens: ${step.happens}`;
  return `presses ${step.presses === undefined ? '' : nameOfKeying(step.presses)}`;
}
