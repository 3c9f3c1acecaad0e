// What one call asks about accounts and gets to know. Promises that nothing but an exact, positive answer is
// `accepted`, that a fault is never a "wrong", and that an account that does not exist is counted and answered
// like one that does (docs/verification.md).

import type { SendQuestion, SendResult } from '../../machines/one-time-code.machine.ts';
import type { StepName } from '../../machines/outcome.ts';
import type { Secret } from '../../machines/secret.ts';
import type { AccountHandle, CheckQuestion, Verdict } from '../../machines/verify-entry.machine.ts';
import type { CallWorld } from '../call-world.ts';
import type { Account } from '../ports.ts';
import { accountHandle } from './account-handle.ts';
import { checking } from './checking.ts';
import { codeSending } from './code-sending.ts';
import { ownCodes } from './own-codes.ts';
import { type PortFault, portFault } from './port-fault.ts';
import type { VerifiedCall } from './verified-call.ts';

/** What is asked rejects when it is called off, or when something of ours is broken. */
export interface Verifier {
  /** Rejects also where the backend does not say. */
  lookUpCustomer(customer: Secret, signal: AbortSignal): Promise<AccountHandle>;
  check(question: CheckQuestion, signal: AbortSignal): Promise<Verdict>;
  /**
   * Hours since the SIM of the number on file changed; null: known unchanged, or no code will be sent anyway.
   * Rejects also where the backend does not say.
   */
  simChangedWithinHours(account: AccountHandle, signal: AbortSignal): Promise<number | null>;
  sendCode(question: SendQuestion, signal: AbortSignal): Promise<SendResult>;
  /** The caller is verified by these steps: forgets what failed at the account in them. Never rejects. */
  forgive(tally: string, steps: readonly StepName[]): Promise<void>;
}

/** Of what all calls share, what verification needs. */
type VerifierWorld = Pick<
  CallWorld,
  | 'backend'
  | 'clock'
  | 'codes'
  | 'hashes'
  | 'log'
  | 'measure'
  | 'monotonic'
  | 'outages'
  | 'sms'
  | 'tries'
>;

/** Makes what one call is verified with; it lives as long as the call. */
export function createVerifier(call: VerifiedCall, world: VerifierWorld): Verifier {
  const { backend, codes, hashes, sms, tries } = world;
  const own = sms === null ? null : ownCodes(codes, sms, hashes);
  const check = checking(call, world, own);
  const sending = codeSending(call, world, own);

  /** The outcome for the caller where a port fails. */
  async function told<Answer>(
    ask: string,
    signal: AbortSignal,
    act: () => Promise<Answer>,
  ): Promise<Answer | { readonly kind: PortFault }> {
    try {
      return await act();
    } catch (error) {
      const kind = portFault(error);
      if (kind === null) throw error;
      if (!signal.aborted) call.onFault(ask, error);
      return { kind };
    }
  }

  async function find(
    who: Secret,
    lookUp: (request: { call: string; signal: AbortSignal }) => Promise<Account>,
    signal: AbortSignal,
  ): Promise<AccountHandle> {
    // Before the question: what was keyed may be wiped by its end.
    const noAccount = hashes.noAccount(who);
    return accountHandle(await lookUp({ call: call.id, signal }), noAccount);
  }

  return {
    lookUpCustomer: (customer, signal) =>
      find(customer, (request) => backend.lookupCustomer(customer, request), signal),

    check: ({ subject, entry }, signal) =>
      told('checkEntry', signal, async () => {
        if (subject.step === 'account') {
          const account = await find(entry, (request) => backend.lookup(entry, request), signal);
          return { kind: account.ref === null ? 'unknown' : 'accepted', account } as const;
        }
        return check(subject, entry, signal);
      }),

    simChangedWithinHours: sending.simChangedWithinHours,

    sendCode: (question, signal) => told('sendCode', signal, () => sending.send(question, signal)),

    forgive: (tally, steps) =>
      tries.forgive(tally, steps).catch((error: unknown) => call.onFault('forgive', error)),
  };
}
