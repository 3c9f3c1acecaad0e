// Callers who are listened to for leaks. What is asked of them is read off the live view instead of heard, so that
// many can call at once.

import type { CallObservation } from '../../src/ivr/observation.ts';
import type { EndingReason, StepOutcome } from '../../src/machines/outcome.ts';
import type { PromptId } from '../../src/prompts/catalogue.ts';
import type { CanaryBank } from '../kit/canary-bank.ts';
import type { Customer } from '../kit/canary-customers.ts';
import { type Dialling, dial, type Phone } from './kit/phone.ts';
import type { Onlooker } from './leak-onlooker.ts';
import { LINES } from './leak-system.ts';

export interface Story {
  /** A caller who … */
  readonly told: string;
  readonly line: keyof typeof LINES;
  readonly customer: Customer;
  /** A calling number that nobody else shows. */
  readonly from: string;
  /** Null: the call is refused while it rings. */
  readonly live: ((caller: Caller) => Promise<void>) | null;
  /** What the record says. */
  readonly ending: EndingReason;
  /** What it says where the machine is too busy for that to be seen. */
  readonly orElse?: EndingReason;
  /** Null: no step has begun. */
  readonly lastStep: StepOutcome | null;
  /** More of the INVITE. */
  readonly dialling?: Partial<Dialling>;
}

export interface Caller {
  readonly customer: Customer;
  /** Waits until this prompt has begun, after the one before it. */
  hears(prompt: PromptId): Promise<void>;
  presses(keys: string): Promise<void>;
  /** The code that was sent to this customer. */
  code(): string;
  /** Waits until our part of the call is over. */
  isServed(): Promise<void>;
  /** Waits until the other side has hung up. */
  isLetGo(): Promise<void>;
}

/** A call that is over. */
export interface Call {
  readonly story: Story;
  readonly phone: Phone;
}

/** Nothing that a machine with much to do would doubt. */
const PRESSING = { pressMs: 70, gapMs: 80 };

/** Lives through a story; the phone has hung up when this is done. */
export async function liveThrough(
  story: Story,
  sip: Dialling['sip'],
  onlooker: Onlooker,
  bank: CanaryBank,
): Promise<Call> {
  const { line, customer, from, told } = story;
  await using phone = await dial({ to: LINES[line], from, sip, ...story.dialling });
  if (story.live === null) {
    await phone.ended();
    return { story, phone };
  }
  const room = await onlooker.roomOf(phone.callId ?? '');
  let seen = 0;
  async function sees(what: string, isSo: (observation: CallObservation) => boolean) {
    seen = (await onlooker.sees(`${what}, by the caller who ${told}`, room, seen, isSo)) + 1;
    await onlooker.look();
  }
  await story.live({
    customer,
    hears: (prompt) =>
      sees(prompt, (one) => one.type === 'prompt.began' && one.prompts.includes(prompt)),
    presses: (keys) => phone.press(keys, PRESSING),
    code() {
      const code = bank.codeOf(customer);
      if (code === undefined) throw new Error(`no code was sent to the caller who ${told}`);
      return code;
    },
    isServed: () => sees('the end', ({ type }) => type === 'call.ended'),
    isLetGo: async () => void (await phone.ended()),
  });
  await onlooker.look();
  await phone.hangUp();
  return { story, phone };
}
