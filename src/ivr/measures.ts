// What of running calls is counted and timed. Promises a closed list, in one place; nothing in it tells
// who called or what was keyed. Who counts, and how figures are published, is an adapter's business.

import type { Challenge } from '../machines/verify-entry.machine.ts';
import type { CallRecord } from './call-record.ts';
import type { DroppedKey } from './keypad.ts';
import type { IgnoredKey, TryKind } from './ports.ts';

/** Every reason for which a key is not taken. */
export const IGNORED_KEYS = [
  'stranger',
  'notSip',
  'notAKey',
  'overflow',
  'leftOver',
] as const satisfies readonly (IgnoredKey | DroppedKey)[];

/** Something that is counted or timed. */
export type Happening =
  | { readonly type: 'call.began'; readonly line: string | null }
  /** A call was joined: from LiveKit's offer until the worker was in its room. */
  | { readonly type: 'call.joined'; readonly seconds: number }
  /** The first recording of a call was handed over to be played: from the beginning of the call. */
  | { readonly type: 'prompt.first'; readonly seconds: number }
  /** A call to a line was decided on: from the beginning of the call. */
  | { readonly type: 'call.screened'; readonly seconds: number }
  /** Once for each `call.began`, whether or not the record can be kept. */
  | { readonly type: 'call.ended'; readonly record: CallRecord }
  /** A call that another worker has lost goes on here; told beside `call.began`. */
  | { readonly type: 'call.resumed' }
  /** A call that another worker has taken over: told instead of `call.ended`. */
  | { readonly type: 'call.givenUp'; readonly line: string | null }
  /** A call that never began: its caller or the room was gone. */
  | { readonly type: 'call.missed'; readonly record: CallRecord }
  | { readonly type: 'key.ignored'; readonly why: (typeof IGNORED_KEYS)[number] }
  /** A key stopped a prompt: from its arrival until nothing was left to play. */
  | { readonly type: 'prompt.hushed'; readonly seconds: number }
  /** There was a gap in what a caller heard. */
  | { readonly type: 'audio.underrun' }
  /** An account had no try left, or was sent too many codes: nothing was checked, or sent. */
  | { readonly type: 'try.locked'; readonly line: string; readonly kind: TryKind }
  /** A code was sent; `decoy`: none was, for there is no such account, and the caller heard the same. */
  | { readonly type: 'code.sent'; readonly line: string; readonly by: Challenge['by'] }
  /** A code was not sent, because nearly all checks of all calls fail. */
  | { readonly type: 'sending.stopped'; readonly line: string };

/** Takes down what happened. Never throws: no call suffers from being counted. */
export type Measure = (happening: Happening) => void;
