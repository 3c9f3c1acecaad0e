// Callers whose bank fails them in the middle of a call. (All faults on all routes, without a phone, are in
// test/ivr/secrecy.test.ts.)

import { type Fault, newCustomer, type Route } from '../kit/canary-customers.ts';
import type { Story } from './leak-callers.ts';
import { keysAccountAndBirthDate, story } from './leak-story.ts';

/** Each route twice or more, each fault twice or more. */
const BROKEN: readonly (readonly [Route, readonly Fault[]])[] = [
  ['lookup', ['garbage', 'redirect', '500']],
  ['knowledge', ['500', 'schema']],
  ['sim', ['hang', 'drop']],
  ['otp', ['schema', 'garbage']],
  ['check', ['redirect', 'hang', 'drop']],
  ['sms', ['500', 'redirect']],
];

export function broken(): Story[] {
  return BROKEN.flatMap(([route, modes]) =>
    modes.map((mode) => {
      const fault = { route, mode };
      return story({
        told: `meets a bank that answers at ${route} with ${mode}`,
        line: 'alone',
        customer: newCustomer({ fault, ...(route === 'sms' ? { code: null } : {}) }),
        async live(caller) {
          await keysAccountAndBirthDate(caller);
          if (route === 'check') {
            await caller.hears('enter-code');
            await caller.presses(caller.code());
          }
          await caller.hears('technical-problem');
        },
        ending: 'backend-unavailable',
        lastStep: 'unavailable',
      });
    }),
  );
}
