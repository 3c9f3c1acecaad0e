// One call's verification by itself: fake stores, a fake bank, virtual time, and a note of all that was asked.

import { pino } from 'pino';
import { VirtualClock } from '../../../src/console/virtual-clock.ts';
import { type CodesBy, openSimulatedBank } from '../../../src/demo/simulated-bank.ts';
import type { Happening } from '../../../src/ivr/measures.ts';
import type { LockOutPolicy } from '../../../src/ivr/ports.ts';
import { keyedHashes } from '../../../src/ivr/verification/keyed-hashes.ts';
import { openOutages } from '../../../src/ivr/verification/outages.ts';
import type { VerifiedCall } from '../../../src/ivr/verification/verified-call.ts';
import { createVerifier } from '../../../src/ivr/verification/verifier.ts';
import type { SendQuestion } from '../../../src/machines/one-time-code.machine.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { AccountHandle, Challenge } from '../../../src/machines/verify-entry.machine.ts';
import { PHONE_ON_FILE } from '../customers.ts';
import { openFakeCodes, openFakeTries } from '../fake-stores.ts';
import { type Notes, watchedPort } from '../watched-port.ts';

export const POLICY: LockOutPolicy = {
  softAfter: 5,
  softMs: 30_000,
  softLongestMs: 3_600_000,
  hardAfter: 15,
  hardMs: 86_400_000,
};

type World = Parameters<typeof createVerifier>[1];

interface Options {
  readonly codesBy?: CodesBy;
  readonly call?: Partial<VerifiedCall>;
  readonly world?: (world: World) => Partial<World>;
}

export function openVerification(options: Options = {}) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const bank = openSimulatedBank(clock, options.codesBy);
  const notes: Notes = { asks: [], misuses: [] };
  const measured: Happening[] = [];
  const logged: string[] = [];
  const faults: { ask: string; error: unknown }[] = [];
  const tries = openFakeTries(now);
  const codes = openFakeCodes(now);
  const outages = openOutages(now, clock);
  let hasLeft = false;
  const world: World = {
    backend: outages.watchBackend(bank.backend),
    outages,
    tries,
    codes,
    sms: options.codesBy === 'us' ? outages.watchSms(bank.sms) : null,
    hashes: keyedHashes(Secret.of('pepper-of-at-least-32-characters-01')),
    measure: (happening) => measured.push(happening),
    log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    monotonic: now,
    clock,
  };
  const changed = { ...world, ...options.world?.(world) };
  const around: World = {
    ...changed,
    backend: watchedPort('bank', changed.backend, notes),
    tries: watchedPort('tries', changed.tries, notes),
    codes: watchedPort('codes', changed.codes, notes),
    sms: changed.sms && watchedPort('sms', changed.sms, notes),
  };
  const call: VerifiedCall = {
    id: 'call-1',
    line: 'bank',
    dialled: '+15105550100',
    callerHash: 'caller-1',
    policy: POLICY,
    backendMs: 8000,
    floorMs: 0,
    hasLeft: () => hasLeft,
    onFault: (ask, error) => faults.push({ ask, error }),
    ...options.call,
  };
  const over = new AbortController();
  const { signal } = over;
  /** One more call, by default like the first one. */
  const verifier = (changes: Partial<VerifiedCall> = {}) =>
    createVerifier({ ...call, ...changes }, around);
  const ours = verifier();

  return {
    bank,
    clock,
    tries,
    codes,
    world,
    measured,
    logged,
    faults,
    signal,
    verifier,
    ours,
    /** What was asked of bank, stores and sender, in order. */
    get asked() {
      return notes.asks.map(({ what }) => what);
    },
    forgetAsked: () => void notes.asks.splice(0),
    hangUp() {
      hasLeft = true;
      over.abort();
    },
    /** The charts wait no longer. */
    giveUp: () => over.abort(),
    async lookUp(account: string = PHONE_ON_FILE.account): Promise<AccountHandle> {
      const question = { subject: { step: 'account' }, entry: Secret.of(account) } as const;
      const verdict = await ours.check(question, signal);
      if (!('account' in verdict) || verdict.account === undefined) throw new Error(verdict.kind);
      return verdict.account;
    },
    checkPasscode: (account: AccountHandle, passcode: string, by = ours) =>
      by.check({ subject: { step: 'passcode', account }, entry: Secret.of(passcode) }, signal),
    checkCode: (account: AccountHandle, challenge: Challenge, code: string, by = ours) =>
      by.check(
        { subject: { step: 'oneTimeCode', account, challenge }, entry: Secret.of(code) },
        signal,
      ),
    send: (account: AccountHandle, changes: Partial<SendQuestion> = {}, by = ours) =>
      by.sendCode(
        {
          account,
          digits: 6,
          ttlMs: 300_000,
          tries: 3,
          locale: 'en',
          replaces: null,
          ...changes,
        },
        signal,
      ),
  };
}

/** The challenge of a code that was sent. */
export function challengeOf(result: {
  readonly kind: string;
  readonly challenge?: Challenge;
}): Challenge {
  if (result.challenge === undefined) throw new Error(`no code was sent: ${result.kind}`);
  return result.challenge;
}
