// The bank of the scenario tests: the demo bank's accounts and codes behind the backend port, without
// HTTP, on virtual time. Misbehaves when told to.

import { DEMO_ACCOUNTS, openAccountBook } from '../../src/demo/bank-accounts.ts';
import { openCodeDesk } from '../../src/demo/bank-codes.ts';
import { openOutbox } from '../../src/demo/bank-outbox.ts';
import { type FaultCode, IvrFault } from '../../src/ivr/fault.ts';
import type { Account, Backend, CodeSending, SmsSender } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type BankRoute = keyof Backend;

/** Who makes, sends and checks one-time codes. */
export type CodesBy = 'bank' | 'us';

/**
 * `unavailable`: no usable answer. `broken`: an error that no backend may throw. `silent`: no answer
 * until the call gives up. A number: the right answer after so many milliseconds, wanted or not.
 */
export type Mood = 'well' | 'unavailable' | 'broken' | 'silent' | number;

export interface FakeBank {
  readonly backend: Backend;
  /** What sends our own codes, where they are ours. */
  readonly sms: SmsSender;
  is(mood: Mood, at: BankRoute | 'sms'): void;
  /** Text messages sent so far, newest last, whoever sent them. */
  readonly messages: readonly {
    readonly to: string;
    readonly code: string;
    readonly text: string;
  }[];
  lastCode(): string;
  /** As many digits as a code, and not the last one. */
  wrongCode(): string;
}

export function openFakeBank(clock: VirtualClock, codesBy: CodesBy = 'bank'): FakeBank {
  const accounts = openAccountBook(DEMO_ACCOUNTS);
  const outbox = openOutbox(() => clock.now());
  const codes = openCodeDesk(outbox, () => clock.now());
  const moods = new Map<BankRoute | 'sms', Mood>();

  async function answer<Answer>(
    route: BankRoute | 'sms',
    { signal }: { readonly signal: AbortSignal },
    act: () => Answer,
    unavailable: FaultCode = 'IVR_BACKEND_UNAVAILABLE',
  ): Promise<Answer> {
    const mood = moods.get(route) ?? 'well';
    if (mood === 'unavailable') throw new IvrFault(unavailable, 'as told');
    if (mood === 'broken') throw new TypeError('as told');
    if (mood === 'silent') {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    if (mood !== 'well') await new Promise<void>((resolve) => clock.setTimeout(resolve, mood));
    return act();
  }

  const account = (ref: string) => {
    const found = accounts.byRef(ref);
    if (found === undefined) throw new Error('asked about an account that does not exist');
    return found;
  };

  function found(ref: string | null): Account {
    const phone = ref === null ? null : account(ref).phone;
    const to = phone === null ? null : `…${phone.slice(-2)}`;
    return { ref, otp: { available: phone !== null, to } };
  }

  const backend: Backend = {
    lookup: (number, request) =>
      answer('lookup', request, () => found(accounts.refOf(number.reveal()))),
    lookupCustomer: (customer, request) =>
      answer('lookupCustomer', request, () => found(accounts.refOfCustomer(customer.reveal()))),
    checkKnowledge: (ref, factor, value, request) =>
      answer('checkKnowledge', request, () => account(ref)[factor] === value.reveal()),
    simChangedWithinHours: (ref, request) =>
      answer('simChangedWithinHours', request, () => account(ref).simChangedWithinHours),
    sendCode: (ref, _purpose, request) =>
      answer('sendCode', request, (): CodeSending => {
        const phone = account(ref).phone ?? '';
        if (codesBy === 'us') return { destination: Secret.of(phone) };
        return { challenge: codes.send(phone, request.call) };
      }),
    checkCode: (challenge, code, request) =>
      answer('checkCode', request, () => {
        return codes.check(challenge, request.call, code.reveal()) === 'accepted';
      }),
  };

  const sms: SmsSender = {
    send: ({ to, code, text }, signal) =>
      answer(
        'sms',
        { signal },
        () => outbox.put({ to: to.reveal(), code: code.reveal(), text: text.reveal() }),
        'IVR_SMS_UNAVAILABLE',
      ),
  };

  const lastCode = () => {
    const message = outbox.messages.at(-1);
    if (message === undefined) throw new Error('the bank has sent no code');
    return message.code;
  };

  return {
    backend,
    sms,
    is: (mood, at) => void moods.set(at, mood),
    messages: outbox.messages,
    lastCode,
    wrongCode: () => String((Number(lastCode()) + 1) % 1_000_000).padStart(6, '0'),
  };
}
