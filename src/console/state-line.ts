// What a call is at, in one line: how long it lasts, the step with its tries, who is to do something, and the timers
// that run. Pure: made from what onlookers may see and from the time, both of which come from outside.

import type { Observation } from '../ivr/observation.ts';
import { followTries } from '../ivr/tries-told.ts';
import type { StepName } from '../machines/outcome.ts';

/** Milliseconds, all by one clock. */
export interface StateLine {
  watch(observation: Observation, at: number): void;
  text(at: number): string;
}

export const STEPS: Readonly<Record<StepName, string>> = {
  account: 'account',
  birthDate: 'birth date',
  oneTimeCode: 'code',
  passcode: 'passcode',
};

/** Timers that a caller would like to know of; the others are ours. */
const TIMERS: Readonly<Record<string, string>> = {
  'collectDigits.firstKey': 'first key',
  'collectDigits.nextKey': 'next key',
  'collectDigits.entry': 'entry',
  'oneTimeCode.resend': 'new code',
  'verifyEntry.verdict': 'answer',
  'oneTimeCode.sending': 'sending',
  'handOff.join': 'desk',
  'handOff.ring': 'desk',
};
const CALL_LIMIT = 'call.callLimit';

export function openStateLine(): StateLine {
  /** When each timer that runs will be over. */
  const timers = new Map<string, number>();
  let phase: 'ringing' | 'answered' | 'refused' | 'over' = 'ringing';
  let answeredAt = 0;
  let limitMs: number | null = null;
  const newsOfTries = followTries();
  let step: StepName | null = null;
  let left: number | null = null;
  let isSpoken = false;
  let isHandedOver = false;

  function doing(): string {
    if (phase !== 'answered') return phase;
    if (timers.has('verifyEntry.verdict')) return 'being checked';
    if (isHandedOver) return 'being connected';
    if (isSpoken) return 'listen';
    if (timers.has('collectDigits.nextKey')) return 'keying';
    return timers.has('collectDigits.firstKey') ? 'your turn' : 'one moment';
  }

  return {
    watch(observation, at) {
      left = newsOfTries(observation)?.left ?? left;
      switch (observation.type) {
        case 'prompt.began':
        case 'prompt.stopped':
          isSpoken = observation.type === 'prompt.began';
          break;
        case 'state.entered':
          if (observation.machine === 'handOff') isHandedOver = true;
          break;
        case 'call.screened':
          if (observation.action === 'refuse') phase = 'refused';
          break;
        case 'call.answered':
          [phase, answeredAt] = ['answered', at];
          break;
        case 'step.began':
          step = observation.step;
          break;
        case 'step.ended':
          [step, left] = [null, null];
          break;
        case 'timer.began': {
          const name = `${observation.machine}.${observation.timer}`;
          timers.set(name, at + observation.ms);
          if (name === CALL_LIMIT) limitMs = at + observation.ms;
          break;
        }
        case 'timer.ended':
          timers.delete(`${observation.machine}.${observation.timer}`);
          break;
        case 'call.ended':
          phase = 'over';
          timers.clear();
      }
    },

    text(at) {
      if (phase !== 'answered') return phase;
      const limit =
        limitMs === null ? '' : ` of ${minutes(1000 * Math.round((limitMs - answeredAt) / 1000))}`;
      const tries = left === null ? '' : `, ${left} ${left === 1 ? 'try' : 'tries'} left`;
      const running = [...timers].flatMap(([name, until]) => {
        const label = TIMERS[name];
        return label === undefined
          ? []
          : [`${label} ${Math.max(0, Math.ceil((until - at) / 1000))} s`];
      });
      return [
        `${minutes(at - answeredAt)}${limit}`,
        ...(step === null ? [] : [`${STEPS[step]}${tries}`]),
        doing(),
        ...running,
      ].join(' · ');
    },
  };
}

/** `0:07` */
function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
