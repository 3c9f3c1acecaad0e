// A circuit breaker for each route of the customer's server, and one for text messages: what has failed
// several times in a row is not asked for a while (docs/backend.md, decision 16). Promises that only faults
// count, never a "wrong" and nobody's hanging up, and that a call is refused at once, never made to wait.

import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel';
import { IvrFault } from '../ivr/fault.ts';
import type { Backend, SmsSender } from '../ivr/ports.ts';

/** What is asked, by the names that logs and metrics have for it. */
export const ASKED_ROUTES = ['lookup', 'knowledge', 'sim', 'otp', 'check', 'sms'] as const;
export type AskedRoute = (typeof ASKED_ROUTES)[number];

/**
 * How asking ended. `answered`: a verdict, whichever. `unavailable`: a fault. `broken`: the breaker was open,
 * nothing was asked. `aborted`: the caller hung up.
 */
export const ASKED_OUTCOMES = ['answered', 'unavailable', 'broken', 'aborted'] as const;
export type AskedOutcome = (typeof ASKED_OUTCOMES)[number];

/** `closed`: asked as usual. `open`: not asked. `halfOpen`: one caller's question is the test. */
export type BreakerState = 'closed' | 'open' | 'halfOpen';

/** Told what happens; must not throw. */
export interface BreakerHooks {
  onAsked(asked: {
    readonly route: AskedRoute;
    readonly outcome: AskedOutcome;
    readonly seconds: number;
  }): void;
  onBreaker(route: AskedRoute, state: BreakerState): void;
}

/** In a row. One or two are a glitch; with each one more a caller waits for as long as the timeout is. */
const FAILURES = 5;
/** Long enough for a server to get its breath, short against a call: who calls again is served. */
const OPEN_MS = 10_000;

/** The backend behind breakers. Throws `IVR_BACKEND_UNAVAILABLE` also where it was not asked. */
export function withBreakers(backend: Backend, hooks: BreakerHooks): Backend {
  const breaker = (route: AskedRoute) =>
    createBreaker(route, 'IVR_BACKEND_UNAVAILABLE', 'docs/backend.md', hooks);
  const lookup = breaker('lookup');
  const knowledge = breaker('knowledge');
  const sim = breaker('sim');
  const otp = breaker('otp');
  const check = breaker('check');

  return {
    lookup: (account, request) => lookup(request.signal, () => backend.lookup(account, request)),

    lookupCustomer: (customer, request) =>
      lookup(request.signal, () => backend.lookupCustomer(customer, request)),

    checkKnowledge: (ref, factor, value, request) =>
      knowledge(request.signal, () => backend.checkKnowledge(ref, factor, value, request)),

    simChangedWithinHours: (ref, request) =>
      sim(request.signal, () => backend.simChangedWithinHours(ref, request)),

    sendCode: (ref, purpose, request) =>
      otp(request.signal, () => backend.sendCode(ref, purpose, request)),

    checkCode: (challenge, code, request) =>
      check(request.signal, () => backend.checkCode(challenge, code, request)),
  };
}

/** The sender behind a breaker. Throws `IVR_SMS_UNAVAILABLE` also where nothing was handed over. */
export function withSmsBreaker(sender: SmsSender, hooks: BreakerHooks): SmsSender {
  const sms = createBreaker('sms', 'IVR_SMS_UNAVAILABLE', 'docs/sms.md', hooks);
  return { send: (message, signal) => sms(signal, () => sender.send(message, signal)) };
}

/** A test that ended without a word on the server: its caller hung up. `cause`: how. */
class Abandoned extends Error {}

type Guarded = <Answer>(signal: AbortSignal, ask: () => Promise<Answer>) => Promise<Answer>;

function createBreaker(
  route: AskedRoute,
  code: 'IVR_BACKEND_UNAVAILABLE' | 'IVR_SMS_UNAVAILABLE',
  page: string,
  { onAsked, onBreaker }: BreakerHooks,
): Guarded {
  const isFault = (error: unknown) => error instanceof IvrFault && error.code === code;
  const policy = circuitBreaker(
    handleWhen((error) => isFault(error) || error instanceof Abandoned),
    {
      breaker: new ConsecutiveBreaker(FAILURES),
      // An abandoned test has told nothing, so the next caller's question is the test.
      halfOpenAfter: new DelegateBackoff(({ result }) =>
        'error' in result && result.error instanceof Abandoned ? 0 : OPEN_MS,
      ),
    },
  );
  policy.onBreak(() => onBreaker(route, 'open'));
  policy.onHalfOpen(() => onBreaker(route, 'halfOpen'));
  policy.onReset(() => onBreaker(route, 'closed'));

  async function guarded<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
    signal.throwIfAborted();
    // cockatiel lets the others wait for the outcome of the test: up to the timeout, and deaf to their hanging up.
    if (policy.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
    return await policy.execute(async () => {
      const isTest = policy.state === CircuitState.HalfOpen;
      try {
        return await ask();
      } catch (error) {
        // cockatiel closes at a test that ends with anything but a fault.
        throw isTest && !isFault(error) ? new Abandoned('', { cause: error }) : error;
      }
    });
  }

  return async (signal, ask) => {
    const begun = performance.now();
    const end = (outcome: AskedOutcome) =>
      onAsked({ route, outcome, seconds: (performance.now() - begun) / 1000 });
    try {
      const answer = await guarded(signal, ask);
      end('answered');
      return answer;
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        end('broken');
        throw new IvrFault(
          code,
          `"${route}" failed ${FAILURES} times in a row and is not asked for ${OPEN_MS / 1000} s. See ${page}.`,
        );
      }
      end(signal.aborted ? 'aborted' : 'unavailable');
      throw error instanceof Abandoned ? error.cause : error;
    }
  };
}
