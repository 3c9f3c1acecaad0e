// What breaks around a call while leaks are looked for: every route of the customer's server in every way, and every
// port, with an error that says all that nobody may read.

import type { EndingReason } from '../../src/machines/outcome.ts';
import { FAULTS, ROUTES } from '../kit/canary-customers.ts';
import { withoutOperator } from './lines.ts';
import { fromThePbx, OURS, SILENT, THOROUGH, type Told } from './secrecy-telling.ts';

export const BROKEN_ROUTES: readonly Told[] = ROUTES.flatMap((route) =>
  FAULTS.map((mode) => {
    // Of a message only the status of the answer counts: with these it is taken over.
    const isTaken = route === 'sms' && (mode === 'schema' || mode === 'garbage');
    return {
      told: `meets a bank that answers at ${route} with ${mode}`,
      ending: isTaken ? ('handed-off' as const) : ('backend-unavailable' as const),
      customer: { fault: { route, mode }, ...(route === 'sms' ? OURS : {}) },
      plan: withoutOperator,
    };
  }),
);

/** Ports that break, with what their callers come to. */
const BREAKS = {
  'backend.lookup': 'fault',
  'backend.checkKnowledge': 'fault',
  'backend.simChangedWithinHours': 'backend-unavailable',
  'backend.sendCode': 'backend-unavailable',
  'sms.send': 'backend-unavailable',
  'tries.take': 'fault',
  'tries.settle': 'handed-off',
  'tries.isLocked': 'backend-unavailable',
  'tries.forgive': 'handed-off',
  'tries.rate': 'backend-unavailable',
  'codes.keep': 'backend-unavailable',
  'codes.submit': 'fault',
  'codes.consume': 'fault',
  'codes.revoke': 'backend-unavailable',
  'records.begin': 'handed-off',
  'records.append': 'handed-off',
  'line.answer': 'fault',
  'line.play': 'fault',
  'line.setAttributes': 'handed-off',
  'line.strangers': 'fault',
  // The operator is somewhere else.
  'line.bringAgent': 'handed-off',
  'line.leave': 'handed-off',
} as const satisfies Readonly<Record<string, EndingReason>>;

export const BROKEN_PORTS: readonly Told[] = Object.entries(BREAKS).map(([what, ending]) => {
  const [port = '', method = ''] = what.split('.');
  const broken = (known: string) => ({ [method]: () => Promise.reject(telling(known)) });
  return {
    told: `meets a ${what} that breaks`,
    ending,
    customer: OURS,
    answers: THOROUGH,
    plan: withoutOperator,
    keepsNoRecord: what === 'records.append',
    ...(port === 'line'
      ? { line: (_, known) => broken(known) }
      : {
          world: (world, known) => ({
            [port]: { ...Reflect.get(world, port), ...broken(known) },
          }),
        }),
  } satisfies Told;
});

/** The same where it is met on another way. */
export const BROKEN_ELSEWHERE: readonly Told[] = [
  {
    told: 'is to be checked by a bank that breaks',
    ending: 'fault',
    world: ({ backend }, known) => ({
      backend: { ...backend, checkCode: () => Promise.reject(telling(known)) },
    }),
  },
  {
    told: 'is known to another system, and the bank breaks',
    ending: 'handed-off',
    ...fromThePbx(['account']),
    world: ({ backend }, known) => ({
      ...fromThePbx(['account']).world(),
      backend: { ...backend, lookupCustomer: () => Promise.reject(telling(known)) },
    }),
  },
  {
    told: 'cannot be screened, for the bridge breaks',
    ending: 'screened-out',
    line: (_, known) => ({ headers: () => Promise.reject(telling(known)) }),
  },
  {
    told: 'cannot be refused, for the bridge breaks',
    ending: 'no-line',
    options: { number: '+15105550109' },
    line: (_, known) => ({ refuse: () => Promise.reject(telling(known)) }),
  },
  {
    told: 'cannot be hung up on',
    ending: 'no-input',
    answers: SILENT,
    line: ({ hangUp }, known) => ({
      async hangUp(signal) {
        await hangUp(signal);
        throw telling(known);
      },
    }),
  },
  {
    told: 'cannot be transferred, for the bridge breaks',
    ending: 'handed-off',
    answers: { 'enter-birth-date-mdy': ['0#'] },
    line: (_, known) => ({ transfer: () => Promise.reject(telling(known)) }),
  },
  {
    told: 'gets no ticket',
    ending: 'desk-unavailable',
    world: (_, known) => ({ issueTicket: () => Promise.reject(telling(known)) }),
  },
  {
    told: 'meets a bank that throws what is no error',
    ending: 'fault',
    world: ({ backend }, known) => ({
      backend: { ...backend, lookup: () => Promise.reject(known) },
    }),
  },
  {
    told: 'has a trunk that cannot be looked up',
    ending: 'screened-out',
    world: (_, known) => ({ findTrunk: () => Promise.reject(telling(known)) }),
  },
];

/** A call with a leak in every place that is searched: to see that the search finds it there. */
export const LEAKY: Told = {
  told: 'is betrayed',
  ending: 'handed-off',
  world: ({ backend, records, log, observe, measure }, known) => ({
    backend: {
      ...backend,
      async lookup(account, { call }) {
        log.info({ known });
        observe({ type: 'prompt.stopped', call, room: known });
        measure({ type: 'code.sent', line: known, by: 'us' });
        for (const key of account.reveal()) {
          log.info({ call, key });
          observe({ type: 'state.entered', machine: 'keypad', state: key, call, room: '' });
        }
        // As a reference it gets into charts, tallies and tickets.
        return { ref: account.reveal(), otp: { available: true, to: '…01' } };
      },
      checkKnowledge: async () => true,
      simChangedWithinHours: async () => null,
      sendCode: async (ref) => ({ challenge: ref }),
      checkCode: async () => true,
    },
    records: {
      ...records,
      append: (record) => records.append({ ...record, trunk: known }),
    },
  }),
  line: (line, known) => ({
    setAttributes: (attributes, signal) =>
      line.setAttributes({ ...attributes, 'ivr.note': known }, signal),
  }),
};

/** What somebody else's program may throw: name, words, cause, fields and even frames hold everything. */
function telling(known: string): Error {
  const words = `${known}\n    at ${known} (/${known}/index.js:1:1)`;
  const cause = new Error(known, { cause: known });
  return Object.assign(new AggregateError([cause, known], words, { cause }), {
    name: `Error of ${known}`,
    code: known,
    input: JSON.parse(known),
    toJSON: () => known,
  });
}
