// How long a call may wait: for an answer of a port, and for a key while nothing is played.

import type { LinePlan } from '../../../src/machines/line-plan.ts';
import { RULES } from '../lines.ts';
import { isMendedBy } from './evidence.ts';
import type { Ask, Happening } from './phone-call.ts';

/** The silences of a call that lasted longer than an entry allows (the same times on every line). */
export function silences(log: readonly Happening[]): string[] {
  const tooLong: string[] = [];
  let isOpen = false;
  let playing = 0;
  /** When the entry must be judged: for silence, and for its whole length. */
  let quietUntil = Number.POSITIVE_INFINITY;
  let entryUntil = Number.POSITIVE_INFINITY;
  /** Whether what is left of the entry before is dropped, until the first key that counts. */
  let dropsLateKeys = false;

  for (const happening of log) {
    const { at } = happening;
    if (isOpen && at > quietUntil) tooLong.push(`a keypad is open ${at - quietUntil} ms too long`);
    if (isOpen && at > entryUntil) tooLong.push(`an entry takes ${at - entryUntil} ms too long`);
    switch (happening.what) {
      case 'listening':
        isOpen = true;
        entryUntil = Number.POSITIVE_INFINITY;
        quietUntil = playing > 0 ? Number.POSITIVE_INFINITY : at + RULES.firstKeyMs;
        break;
      case 'deaf':
      case 'ended':
        isOpen = false;
        break;
      case 'asked':
        if (happening.ask.port !== 'playPrompt') break;
        playing += 1;
        dropsLateKeys = happening.ask.words.some(isMendedBy);
        quietUntil = Number.POSITIVE_INFINITY;
        break;
      case 'closed':
        if (happening.ask.port !== 'playPrompt') break;
        playing -= 1;
        if (happening.ask.end === 'answered') quietUntil = at + RULES.firstKeyMs;
        break;
      case 'taken':
        if (/\d/.test(happening.key.key)) {
          // It may be dropped, or count after all: nothing is left of an entry that was ended.
          if (dropsLateKeys && happening.key.sinceLastMs < RULES.lateKeyMs) {
            quietUntil = Math.max(quietUntil, at + RULES.nextKeyMs);
            break;
          }
          dropsLateKeys = false;
          quietUntil = at + RULES.nextKeyMs;
          // A complete entry may settle.
          entryUntil = Math.min(entryUntil, at + RULES.entryMs + RULES.lateKeyMs);
        }
        if (happening.key.key === '*') {
          dropsLateKeys = false;
          quietUntil = at + RULES.firstKeyMs;
          entryUntil = Number.POSITIVE_INFINITY;
        }
        break;
      default:
    }
  }
  return tooLong;
}

/** How long a caller may be kept ringing before it is decided (the room is joined within the same second). */
export const SCREENING_MS = 800;

/** How long a port may be waited for; what is played is bounded by the call alone. */
export function deadline({ port, input }: Ask, plan: LinePlan | null): number {
  switch (port) {
    case 'screen':
      return SCREENING_MS;
    case 'lookUpCustomer':
    case 'checkEntry':
    case 'simChangedWithinHours':
      return plan?.backendMs ?? 0;
    case 'sendCode':
      return plan?.sendingMs ?? 0;
    case 'setAttributes':
    case 'lookForDesk':
    case 'lookForCaller':
    case 'findStrangers':
      return 2000;
    case 'bringAgent':
    case 'awaitWatcher':
    case 'transfer': {
      const desk = plan?.desks[(input as { desk: string }).desk];
      if (desk === undefined) return 0;
      return desk.kind === 'transfer' ? desk.ringMs + 5000 : desk.joinWithinMs;
    }
    case 'playPrompt':
      return plan?.maxCallMs ?? 0;
    default:
      return 10_000;
  }
}
