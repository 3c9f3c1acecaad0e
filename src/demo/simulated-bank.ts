// The demo bank without HTTP: its accounts and its codes behind the backend port, all time by the clock it is
// given. Misbehaves when told to, in the words of `POST /faults` or by itself.

import { type FaultCode, IvrFault } from '../ivr/fault.ts';
import type { Account, Backend, CodeSending, SmsSender } from '../ivr/ports.ts';
import { type Clock, wait } from '../ivr/waiting.ts';
import { Secret } from '../machines/secret.ts';
import {
  type CustomerKind,
  DEMO_ACCOUNTS,
  type DemoAccount,
  openAccountBook,
} from './bank-accounts.ts';
import { openCodeDesk } from './bank-codes.ts';
import { type BankRoute, type FaultMode, SLOW_MS } from './bank-faults.ts';
import { openOutbox } from './bank-outbox.ts';

/** What the bank is asked, as the port has it; or a text message to be sent. */
export type BankAsk = keyof Backend | 'sms';

/** Who makes, sends and checks one-time codes. */
export type CodesBy = 'bank' | 'us';

/**
 * `unavailable`: no usable answer. `broken`: an error that no backend may throw. `silent`: no answer
 * until the call gives up. A number: the right answer after so many milliseconds, wanted or not.
 */
type Mood = 'well' | 'unavailable' | 'broken' | 'silent' | number;

export interface SimulatedBank {
  readonly backend: Backend;
  /** What sends our own codes, where they are ours. */
  readonly sms: SmsSender;
  is(mood: Mood, at: BankAsk): void;
  /** The same in the words of the demo bank's own `POST /faults`. */
  misbehaves(route: BankRoute, mode: FaultMode): void;
  /** Opens an account for somebody new. */
  openAccount(kind: CustomerKind): DemoAccount;
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

const ASKS: Readonly<Record<BankRoute, readonly BankAsk[]>> = {
  lookup: ['lookup', 'lookupCustomer'],
  knowledge: ['checkKnowledge'],
  sim: ['simChangedWithinHours'],
  otp: ['sendCode'],
  check: ['checkCode'],
  sms: ['sms'],
};

/** What a caller notices of each: what cannot be understood is as good as no answer. */
const MOODS: Readonly<Record<FaultMode, Mood>> = {
  ok: 'well',
  slow: SLOW_MS,
  hang: 'silent',
  500: 'unavailable',
  garbage: 'unavailable',
  drop: 'unavailable',
  schema: 'unavailable',
  empty: 'unavailable',
  redirect: 'unavailable',
};

export function openSimulatedBank(
  clock: Clock & { now(): number },
  codesBy: CodesBy = 'bank',
  customers: readonly DemoAccount[] = DEMO_ACCOUNTS,
): SimulatedBank {
  const accounts = openAccountBook(customers);
  const outbox = openOutbox(() => clock.now());
  const codes = openCodeDesk(outbox, () => clock.now());
  const moods = new Map<BankAsk, Mood>();

  async function answer<Answer>(
    ask: BankAsk,
    { signal }: { readonly signal: AbortSignal },
    act: () => Answer,
    unavailable: FaultCode = 'IVR_BACKEND_UNAVAILABLE',
  ): Promise<Answer> {
    const mood = moods.get(ask) ?? 'well';
    if (mood === 'unavailable') throw new IvrFault(unavailable, 'as told');
    if (mood === 'broken') throw new TypeError('as told');
    if (mood === 'silent') await wait(clock, 'never', signal);
    else if (mood !== 'well') await new Promise<void>((resolve) => clock.setTimeout(resolve, mood));
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
    misbehaves(route, mode) {
      for (const ask of ASKS[route]) moods.set(ask, MOODS[mode]);
    },
    openAccount: accounts.open,
    messages: outbox.messages,
    lastCode,
    wrongCode: () => String((Number(lastCode()) + 1) % 1_000_000).padStart(6, '0'),
  };
}
