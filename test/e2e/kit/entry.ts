// What the product's own charts make of keys that came at given distances, on a virtual clock: one entry
// judged, and what of it reaches the customer's system. Knows nothing of how the keys came.

import { createActor } from 'xstate';
import type { CollectInput, EntryRules } from '../../../src/machines/collect-digits.machine.ts';
import type { StepInput } from '../../../src/machines/step.machine.ts';
import type { CheckQuestion } from '../../../src/machines/verify-entry.machine.ts';
import { sayDigits } from '../../../src/prompts/say.ts';
import { createDrive, type Drive, shown } from '../../machines/drive.ts';
import { ACCOUNT, RULES, TODAY } from '../../machines/lines.ts';

/** An account number of eight digits, as the demo asks for it. */
const EIGHT_DIGITS: EntryRules = { ...RULES, minLength: 8, maxLength: 8 };
/** Where the key before belongs to somebody else's entry. */
const ALONE_MS = 1000;

/** A key and the time since the one before. */
export interface PacedKey {
  readonly key: string;
  readonly sinceLastMs: number;
}

/** What one question took of the keys, and the keys it left for the next. */
export interface Taken<Key extends PacedKey = PacedKey> {
  /** The digits of a complete entry, or why it is asked again. */
  readonly result: string;
  readonly left: readonly Key[];
}

/** How a line finds wrong entries. */
export interface Safeguards {
  readonly check: 'none' | 'luhn';
  readonly readBack: boolean;
  /** Off: one key too many is noticed. */
  readonly typeAhead: boolean;
}

/** Asks one question, and lets these keys be the answer; then there is silence. */
export function ask<Key extends PacedKey>(keys: readonly Key[]): Taken<Key> {
  const phone = createDrive();
  const input: CollectInput = {
    prompt: ['enter-account'],
    rules: EIGHT_DIGITS,
    commands: {},
    fresh: false,
    again: false,
  };
  const actor = createActor(phone.charts.collectDigits, { clock: phone.clock, input });
  actor.start();
  begin(phone);
  const isOver = () => actor.getSnapshot().status === 'done';
  const left = keys.filter((key) => {
    if (isOver()) return true;
    press(phone, key);
    return false;
  });
  if (!isOver()) phone.wait(EIGHT_DIGITS.firstKeyMs);
  const ended = shown(actor.getSnapshot().output);
  if (typeof ended === 'string') return { result: ended, left };
  return { result: (ended as { kind: string }).kind, left };
}

/**
 * What the customer's system is asked when a caller keys a number and these keys arrive; null: nothing, it
 * is asked again. The caller confirms a read-back of just that number.
 */
export function submitted(
  number: string,
  keys: readonly PacedKey[],
  { check, readBack, typeAhead }: Safeguards,
): string | null {
  const phone = createDrive();
  const input: StepInput = {
    plan: { ...ACCOUNT, rules: { ...EIGHT_DIGITS, typeAhead }, check: { kind: check }, readBack },
    subject: { step: 'account' },
    prompt: ['enter-account'],
    commands: {},
    locale: 'en',
    today: TODAY,
    tried: 0,
    fresh: false,
    hasPressed: false,
    concealsUnknown: false,
    verdictMs: 8000,
    floorMs: 0,
  };
  createActor(phone.charts.step, { clock: phone.clock, input }).start();
  begin(phone);
  for (const key of keys) press(phone, key);
  if (!typeAhead) phone.wait(EIGHT_DIGITS.lateKeyMs);
  const [heard, readOut] = phone.hearsAloud() ?? [];
  if (heard === 'you-entered') {
    phone.promptEnds();
    phone.press(readOut === sayDigits(number).join(' ') ? '1' : '2', ALONE_MS);
  }
  const [question] = phone.asked('checkEntry');
  return question === undefined ? null : (question.input as CheckQuestion).entry.reveal();
}

function begin(phone: Drive): void {
  phone.wait(0);
  phone.promptEnds();
}

function press(phone: Drive, { key, sinceLastMs }: PacedKey): void {
  phone.press(key, Math.min(sinceLastMs, ALONE_MS));
}
