// The QA phone: one call at a time, and all that can be seen of it. Puts the parts of the page together; keeps no
// key, and stores nothing.

import type { CallObservation } from '../../ivr/observation.ts';
import { followTries } from '../../ivr/tries-told.ts';
import type { PhoneSetup, PlacedCall, ShownChart, ShownRecord, ShownTicket } from '../page-wire.ts';
import { openChartView } from './chart.ts';
import { byId, minutes } from './element.ts';
import { openFaults, openInbox } from './inbox.ts';
import { openKeypad } from './keypad.ts';
import { type Leg, openLeg } from './leg.ts';
import { openOrderForm } from './order.ts';
import { openOutcome } from './outcome.ts';
import { ask, follow } from './server.ts';
import { openSound, type Sound } from './sound.ts';
import { inWords, openSteps, openTimers } from './steps.ts';
import { openTranscript } from './transcript.ts';

/** How long a worker may take to say how a call ended that is over for its caller. */
const ENDING_MS = 8000;

const setup = await ask<PhoneSetup>('api/setup');
const form = openOrderForm(setup);
const chart = openChartView(await ask<readonly ShownChart[]>('api/charts'));
const transcript = openTranscript();
const steps = openSteps();
const timers = openTimers();
const outcome = openOutcome();
const keypad = openKeypad(press);
openFaults(setup.faults);
openInbox();
steps.clear(form.chosen?.steps ?? null);

const callButton = byId('call', HTMLButtonElement);
const problem = byId('problem', HTMLElement);
const status = byId('status', HTMLElement);
const clock = byId('clock', HTMLElement);
const ear = byId('ear', HTMLAudioElement);
const soundBox = byId('sound', HTMLInputElement);

let sound: Sound | null = null;
let leg: Leg | null = null;
let isBusy = false;
let hasEnded = Promise.withResolvers<void>();
/** How the call ended, as the worker has said. */
let ending: string | null = null;
let newsOfTries = followTries();

function show(phase: 'idle' | 'ringing' | 'active' | 'over', text: string) {
  status.dataset.phase = phase;
  status.textContent = text;
}

function press(key: string) {
  sound?.key(key);
  transcript.keyed();
  leg?.press(key);
}

soundBox.addEventListener('change', () => {
  ear.muted = !soundBox.checked;
  if (sound) sound.isOn = soundBox.checked;
});
byId('to', HTMLSelectElement).addEventListener('change', () => {
  steps.clear(form.chosen?.steps ?? null);
});
byId('order', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  if (leg !== null) void leg.hangUp();
  else if (!isBusy) void call();
});

async function call(): Promise<void> {
  isBusy = true;
  problem.textContent = '';
  sound ??= openSound();
  sound.isOn = soundBox.checked;
  let unfollow = (): void => undefined;
  let stopRinging = (): void => undefined;
  let ticking: ReturnType<typeof setInterval> | undefined;
  const over = Promise.withResolvers<void>();
  hasEnded = Promise.withResolvers<void>();
  ending = null;
  newsOfTries = followTries();
  for (const part of [transcript, timers, outcome, chart]) part.clear();
  steps.clear(form.chosen?.steps ?? null);
  try {
    const placed = await ask<PlacedCall>('api/calls', form.order);
    unfollow = await follow(placed.room, (seen) => watch(seen, placed));
    form.isLocked = true;
    show('ringing', 'Ringing');
    stopRinging = sound.ring();
    leg = await openLeg(placed, sound.silence(), ear, {
      onAnswered() {
        stopRinging();
        if (ticking !== undefined) return;
        const since = performance.now();
        ticking = setInterval(() => {
          clock.textContent = minutes((performance.now() - since) / 1000);
        }, 1000);
        show('active', 'In call');
      },
      onAgent(name, isThere) {
        if (name === setup.agent) return;
        transcript.note(isThere ? `${name} comes into the call.` : `${name} has left.`);
        if (isThere) show('active', `With ${name}`);
      },
      onEnded: () => over.resolve(),
    });
    keypad.isOpen = true;
    callButton.textContent = 'Hang up';
    callButton.dataset.does = 'hang-up';
    await ask(`api/rooms/${encodeURIComponent(placed.room)}/ring`, {});
    await over.promise;
    transcript.note('The line is closed.');
    await Promise.race([hasEnded.promise, new Promise((late) => setTimeout(late, ENDING_MS))]);
    show('over', `Over: ${ending ?? 'nobody told how'}`);
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
    await leg?.hangUp();
    show('idle', 'Ready to call');
  } finally {
    stopRinging();
    unfollow();
    clearInterval(ticking);
    leg = null;
    isBusy = false;
    keypad.isOpen = false;
    form.isLocked = false;
    timers.clear();
    transcript.falls();
    callButton.textContent = 'Call';
    delete callButton.dataset.does;
  }
}

function watch(seen: CallObservation, { room }: PlacedCall): void {
  const tries = newsOfTries(seen);
  if (tries !== null) steps.tried(tries.left);
  switch (seen.type) {
    case 'call.screened':
      transcript.note(`Screened: ${seen.verdict}, so ${seen.action} (rule: ${seen.rule}).`);
      break;
    case 'call.answered':
      transcript.note('Answered.');
      break;
    case 'prompt.began':
      transcript.says(seen.text);
      break;
    case 'prompt.stopped':
      transcript.falls();
      break;
    case 'state.entered':
      if (
        /^(announcing|listening\.prompting)/.test(seen.state) &&
        seen.machine === 'collectDigits'
      ) {
        keypad.clear();
      }
      chart.entered(seen.machine, seen.state);
      break;
    case 'step.began':
      steps.began(seen.step);
      break;
    case 'step.tried':
      break;
    case 'step.ended':
      steps.ended(seen.step, seen.outcome);
      break;
    case 'timer.began':
      timers.began(`${seen.machine}.${seen.timer}`, seen.timer, seen.ms);
      break;
    case 'timer.ended':
      timers.ended(`${seen.machine}.${seen.timer}`);
      break;
    case 'call.ended':
      timers.clear();
      transcript.note(`The IVR is done: ${seen.ending.reason}, auth ${inWords(seen.auth)}.`);
      ending = seen.ending.reason;
      void finish(seen.call, room);
      break;
    default:
      seen satisfies never;
  }
}

/** The ticket first: the room may go at any moment, and its dispatches with it. */
async function finish(id: string, room: string): Promise<void> {
  await ask<readonly ShownTicket[]>(`api/rooms/${encodeURIComponent(room)}/tickets`).then(
    outcome.tickets,
    (error: Error) => outcome.missing('tickets', error.message),
  );
  await ask<ShownRecord>(`api/calls/${encodeURIComponent(id)}/record`).then(
    outcome.record,
    (error: Error) => outcome.missing('record', error.message),
  );
  hasEnded.resolve();
}
