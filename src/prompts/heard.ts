// When each sentence of the catalogue is heard, for whoever speaks it. Pure data; numbers are left out,
// they are heard wherever something is read out.

import type { PromptId } from './catalogue.ts';

type NumberId = `${'digit' | 'number' | 'day' | 'month' | 'century' | 'year'}-${number}`;

export type SentenceId = Exclude<PromptId, NumberId>;

export const HEARD: Readonly<Record<SentenceId, string>> = {
  welcome: 'The first words of a call, unless the line is closed.',
  'operator-hint': 'After the greeting, where the line has an operator.',
  'recording-notice': 'After the greeting, on lines with this notice; always to its end.',
  'closed-for-now': 'Instead of all else, on a line that is closed.',
  'choose-language': 'The language menu, one language after the other; its key follows.',
  'menu-account': 'The menu: a choice that asks for the account; its key follows.',
  'menu-operator': 'The menu: the choice that leads to the operator; its key follows.',
  'menu-other': 'The menu: any other choice; its key follows.',
  'no-match':
    'A key that a menu or a confirmation does not offer; what was asked follows, or the goodbye.',
  'enter-account': 'Asks for the account number.',
  'enter-account-again': 'Asks for it again, after the reason.',
  'enter-passcode': 'Asks for the passcode.',
  'enter-passcode-again': 'Asks for it again, after the reason.',
  'enter-birth-date-mdy': 'Asks for the date of birth, month first.',
  'enter-birth-date-dmy': 'Asks for the date of birth, day first.',
  'enter-birth-date-ymd': 'Asks for the date of birth, year first.',
  'enter-birth-date-mdy-again': 'Asks for it again, after the reason.',
  'enter-birth-date-dmy-again': 'Asks for it again, after the reason.',
  'enter-birth-date-ymd-again': 'Asks for it again, after the reason.',
  'code-sent': 'A one-time code is on its way; the last two digits of the number follow.',
  'enter-code': 'Asks for the one-time code.',
  'enter-code-again': 'Asks for it again, after the reason.',
  'resend-hint': 'After the code has been asked for.',
  'code-on-its-way': 'The caller asks for another code too soon.',
  'no-more-codes': 'The caller asks for more codes than one call may have.',
  'you-entered': 'Reads an entry back; what was keyed follows.',
  'confirm-entry': 'After an entry was read back.',
  'no-input': 'No key was pressed; what was asked follows.',
  'no-input-again': 'The second time.',
  'too-short': 'Too few digits; what was asked follows.',
  'too-short-again': 'The second time.',
  'too-long': 'Too many digits; what was asked follows.',
  'too-long-again': 'The second time.',
  'not-clear': 'Keys came damaged; what was asked follows.',
  'not-clear-again': 'The second time.',
  mistyped: 'The check digits do not fit; what was asked follows.',
  'mistyped-again': 'The second time.',
  'no-such-date': 'The calendar has no such date; what was asked follows.',
  rejected: 'The bank did not accept it, whatever the reason; what was asked follows.',
  'rejected-again': 'The second time.',
  'one-moment': 'A check takes longer than a second.',
  'cannot-verify': 'The call cannot be verified; an operator or the goodbye follows.',
  'not-private': 'Somebody else is in the room; an operator or the goodbye follows.',
  connecting: 'Nothing is left to ask; whoever takes the call is about to answer.',
  'connecting-operator': 'The call goes to an operator.',
  'desk-unavailable': 'Nobody takes the call; the goodbye follows.',
  'technical-problem': 'Something of ours is broken; the goodbye follows.',
  'sorry-for-the-pause':
    'The worker of the call was lost, another one goes on; what was asked follows.',
  'nothing-heard': 'No key in the whole call; the goodbye follows.',
  'time-limit': 'The longest time a call may take is over; the goodbye follows.',
  goodbye: 'The last word of a call.',
};

/** When a sentence of the catalogue is heard; undefined for a number. */
export function whenHeard(id: string): string | undefined {
  return Object.hasOwn(HEARD, id) ? HEARD[id as SentenceId] : undefined;
}
