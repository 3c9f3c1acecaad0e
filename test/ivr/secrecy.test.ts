import { inspect } from 'node:util';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import { createSimulatedLine } from '../../src/console/simulated-line.ts';
import { provideCall } from '../../src/ivr/effects.ts';
import { createKeypad } from '../../src/ivr/keypad.ts';
import type { StepName } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import type { Policy } from '../../src/screening/policy.ts';
import { nothing } from '../../src/screening/verdict.ts';
import { keysAccountAndBirthDate, NO_PHONE, PHONE_ON_FILE, UNKNOWN } from './customers.ts';
import type { FakeBank } from './fake-bank.ts';
import { type Call, type Caller, type DialOptions, dial } from './scenario.ts';
import { openWorld } from './world.ts';

interface Story {
  readonly told: string;
  readonly ending: Parameters<Call['ends']>[0];
  readonly options?: DialOptions;
  readonly live: (caller: Caller, bank: FakeBank) => Promise<void>;
}

/** An INVITE whose headers hold the calling number, a customer and a token. */
const HEADERS = [
  ['From', '"15551237788" <sip:+15551237788@carrier.example>;tag=1'],
  ['P-Asserted-Identity', '<sip:+15551237788;verstat=TN-Validation-Passed-A@carrier.example>'],
  ['X-Twilio-VerStat', '15551237788'],
  ['X-Customer-Id', 'customer-1001'],
  ['X-Auth-Token', 'eyJhbGciOiJFUzI1NiJ9.canary.token'],
] as const;

const fromThePbx = (steps: readonly StepName[], policy: Partial<Policy> = {}): DialOptions => ({
  headers: HEADERS,
  plan: (plan) => ({
    ...plan,
    screening: { ...plan.screening, accept: 'all', ...policy },
    upstream: { issuer: 'pbx', audience: 'us', publicKey: 'PEM' },
  }),
  world: { checkUpstream: async () => ({ kind: 'proven', steps }) },
});

const STORIES: readonly Story[] = [
  {
    told: 'is refused for what the headers say',
    ending: 'screened-out',
    options: fromThePbx(['account'], { accept: 'validated' }),
    live: async () => undefined,
  },
  {
    told: 'cannot be screened, because the bridge breaks',
    ending: 'screened-out',
    options: {
      headers: HEADERS,
      line: () => ({ headers: () => Promise.reject(new Error(JSON.stringify(HEADERS))) }),
    },
    live: async () => undefined,
  },
  {
    told: 'was verified by another system',
    ending: 'handed-off',
    options: fromThePbx(['account', 'birthDate', 'oneTimeCode']),
    live: async () => undefined,
  },
  {
    told: 'was verified by another system, and the bank breaks',
    ending: 'handed-off',
    options: fromThePbx(['account', 'birthDate']),
    async live(caller, bank) {
      bank.is('broken', 'lookupCustomer');
      await keysAccountAndBirthDate(caller);
      await caller.hears('enter-code');
      await caller.presses(bank.lastCode());
    },
  },
  {
    told: 'is verified',
    ending: 'handed-off',
    async live(caller, bank) {
      await keysAccountAndBirthDate(caller);
      await caller.hears('enter-code');
      await caller.presses(bank.lastCode());
    },
  },
  {
    told: 'keys wrong codes, asks for another, and is turned away',
    ending: 'handed-off',
    async live(caller, bank) {
      await keysAccountAndBirthDate(caller);
      await caller.hears('enter-code');
      await caller.presses(bank.wrongCode());
      await caller.hears('rejected', 'enter-code-again');
      await caller.waits(15_000);
      await caller.presses('9#');
      await caller.hears('code-on-its-way');
      await caller.presses(bank.wrongCode());
    },
  },
  {
    told: 'has an account that nobody knows',
    ending: 'handed-off',
    async live(caller) {
      await keysAccountAndBirthDate(caller, UNKNOWN);
      await caller.presses(UNKNOWN.birthDate);
    },
  },
  {
    told: 'has no phone on file',
    ending: 'handed-off',
    live: (caller) => keysAccountAndBirthDate(caller, NO_PHONE),
  },
  {
    told: 'hangs up in the middle of an entry',
    ending: 'hung-up',
    async live(caller) {
      await caller.hears('enter-account');
      await caller.presses('314159');
      await caller.hangsUp();
    },
  },
  {
    told: 'keys too fast, and more than anybody waits for',
    ending: 'handed-off',
    async live(caller, bank) {
      bank.is(7000, 'lookup');
      await caller.hears('enter-account');
      await caller.presses(PHONE_ON_FILE.account, 5);
      await caller.hears('not-clear');
      await caller.presses(PHONE_ON_FILE.account);
      await caller.presses(PHONE_ON_FILE.birthDate.repeat(5));
    },
  },
  {
    told: 'meets a bank that breaks',
    ending: 'fault',
    async live(caller, bank) {
      bank.is('broken', 'checkKnowledge');
      await keysAccountAndBirthDate(caller);
    },
  },
  {
    told: 'meets a record store that breaks',
    ending: 'hung-up',
    options: {
      world: {
        records: {
          append: () => Promise.reject(new Error('as told')),
          list: () => {
            throw new Error('as told');
          },
          ping: () => Promise.reject(new Error('as told')),
        },
      },
    },
    async live(caller) {
      await keysAccountAndBirthDate(caller);
      await caller.hangsUp();
    },
  },
];

/** What nobody may ever read anywhere. */
function canaries(bank: FakeBank): readonly string[] {
  const keyed = [PHONE_ON_FILE, NO_PHONE, UNKNOWN].flatMap(({ account, birthDate }) => [
    account,
    birthDate,
    `${birthDate.slice(4)}-${birthDate.slice(0, 2)}-${birthDate.slice(2, 4)}`,
  ]);
  const codes = bank.messages.flatMap(({ to, code }) => [to.slice(1), code]);
  const wrong = bank.messages.length > 0 ? [bank.wrongCode()] : [];
  const sent = ['15551237788', 'customer-1001', 'canary.token'];
  return [...keyed, ...codes, ...wrong, '314159', ...sent];
}

/** Ids are drawn at random and may hold any digits. */
const withoutIds = (text: string) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');

test.each(STORIES)(
  'nothing a caller keyed is left anywhere when the caller $told',
  async ({ live, ending, options }) => {
    const { caller, call, bank, world } = await dial(options);
    await live(caller, bank);
    await call.ends(ending).catch((error: Error) => expect(error.message).toBe('as told'));

    const tickets = [
      ...call.dispatches.map(({ metadata }) => JSON.parse(metadata).ticket),
      ...call.transfers.map(({ ticket }) => ticket),
    ];
    const left = {
      log: world.logged.join(''),
      observed: JSON.stringify(world.observed),
      records: JSON.stringify(await world.kept()),
      attributes: JSON.stringify(caller.phone.attributes),
      tickets: JSON.stringify(tickets.map((ticket) => decodeJwt(ticket))),
      asked: JSON.stringify(call.asked),
    };
    expect(left.log).toContain('"level":20');
    for (const [where, text] of Object.entries(left)) {
      for (const canary of canaries(bank)) {
        expect(withoutIds(text).includes(canary), `${canary} in ${where}`).toBe(false);
      }
    }
  },
);

test('no digit that is read out to a caller is shown to an onlooker', async () => {
  const { caller, call, world } = await dial();
  await keysAccountAndBirthDate(caller);
  await caller.hears('digit-0', 'digit-1', 'enter-code');
  await caller.hangsUp();
  await call.ends('hung-up');
  const shown = world.observed.filter(({ type }) => type === 'prompt.began');
  expect(shown.at(-1)).toMatchObject({ prompts: ['code-sent', 'enter-code', 'resend-hint'] });
  expect(JSON.stringify(shown)).toContain('ending in ••• Please');
  expect(JSON.stringify(shown)).not.toContain('digit-');
});

test('nothing a caller keyed can be read off the running charts', async () => {
  const world = await openWorld();
  const { clock, bank } = world;
  const edition = world.edition();
  const plan = edition.planFor('+15105550100');
  const recordings = edition.recordingsFor(plan);
  const seen: string[] = [];
  const line = createSimulatedLine({
    clock,
    caller: {
      room: 'room',
      identity: 'sip_+15551237788',
      sipCallId: 'SCL_1',
      inviteCallId: 'invite-1',
      dialled: '+15105550100',
      number: Secret.of('+15551237788'),
      trunkId: 'ST_1',
      ruleId: 'SDR_1',
    },
    desk: () => 500,
    transfer: () => ({ outcome: 'failed', afterMs: 100 }),
  });
  const keypad = createKeypad(
    () => clock.now(),
    () => undefined,
  );
  line.onKey((key) => keypad.press(key));
  const actor = createActor(
    provideCall({
      call: 'call-1',
      lineName: 'bank',
      line,
      keypad,
      labels: () => ({}),
      screen: async () => ({ evidence: nothing('none'), upstream: null }),
      refusalReason: 'SIP;cause=608',
      backend: bank.backend,
      speak: (utterance, signal) => line.play(recordings.clips(utterance, 'en'), signal),
      ticketFor: async () => 'ticket',
      onFault: (ask, error) => {
        throw new Error(`${ask} failed`, { cause: error });
      },
    }),
    { input: { plan, today: '2026-11-20' }, clock, inspect: look },
  );
  function look(inspected: InspectionEvent) {
    const event = 'event' in inspected ? inspected.event : null;
    const snapshot = 'snapshot' in inspected ? { ...inspected.snapshot } : {};
    const { context, input, output, error } = snapshot as Record<string, unknown>;
    const told = { event, context, input, output, error };
    seen.push(JSON.stringify(told), inspect(told, { depth: 6, showHidden: true }));
  }
  function lookAtAll() {
    seen.push(JSON.stringify(actor.getPersistedSnapshot()), JSON.stringify(actor.getSnapshot()));
    seen.push(inspect(actor.getSnapshot().context, { depth: 10, showHidden: true }));
  }

  actor.start();
  const presses = async (keys: string) => {
    await clock.pass(3000);
    for (const key of keys) {
      line.phone.press(key);
      await clock.pass(150);
      lookAtAll();
    }
  };
  await presses(PHONE_ON_FILE.account);
  await presses('01011980');
  await presses(PHONE_ON_FILE.birthDate);
  await presses(bank.wrongCode());
  await presses(bank.lastCode());
  await clock.pass(60_000);
  expect(actor.getSnapshot().output?.auth).toBe('verified');

  lookAtAll();
  expect(seen.some((text) => text.includes('digit.pressed'))).toBe(true);
  expect(seen.some((text) => text.includes('[secret]'))).toBe(true);
  const all = seen.join('\n');
  for (const canary of [...canaries(bank), '01011980', '1980-01-01']) {
    expect(all.includes(canary), canary).toBe(false);
  }
  // Nor one key at a time, which could be put together again.
  expect(all).not.toMatch(/"?digit"?: ?['"]\d/);
});
