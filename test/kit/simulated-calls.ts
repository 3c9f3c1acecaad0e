// Whole calls on simulated lines in a process of its own, many at once on one virtual clock: the real switchboard,
// charts, recordings, tickets and store. Each caller keys what it is asked for, as fast as a person.

import { pino } from 'pino';
import { loadEdition } from '../../src/commands/edition.ts';
import { ticketIssuer } from '../../src/commands/ticket-issuer.ts';
import { createSimulatedLine, type SimulatedLine } from '../../src/console/simulated-line.ts';
import { VirtualClock } from '../../src/console/virtual-clock.ts';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { openSimulatedBank } from '../../src/demo/simulated-bank.ts';
import { noteSeal } from '../../src/ivr/call-note.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import { ALONE } from '../../src/ivr/lease.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import { createObservers } from '../../src/ivr/observers.ts';
import type { CallerLine } from '../../src/ivr/ports.ts';
import { createSwitchboard, type Switchboard } from '../../src/ivr/switchboard.ts';
import { keyedHashes } from '../../src/ivr/verification/keyed-hashes.ts';
import { openOutages } from '../../src/ivr/verification/outages.ts';
import { Secret } from '../../src/machines/secret.ts';
import { openStore } from '../../src/store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../../src/ticket/keys.ts';

const BANK_LINE = '+15105550100';
const KEY_MS = 120;
/** 20 November 2026, ten o'clock. */
const EPOCH = Date.UTC(2026, 10, 20, 10);

/** Changes one caller's line, for faults that it does not have by itself. */
export type Spoil = (line: SimulatedLine, clock: VirtualClock) => Partial<CallerLine>;

export interface SimulatedCalls extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly switchboard: Switchboard;
  /** What was told of the calls so far, by room; kept only where asked for. */
  readonly heard: ReadonlyMap<string, readonly string[]>;
  /** Lets these customers call at once, each in a room of its own, until the last call is over. */
  serve(calls: readonly SimulatedCall[]): Promise<void>;
  records(): AsyncIterable<CallRecord>;
}

export interface SimulatedCall {
  readonly customer: DemoAccount;
  readonly room: string;
  readonly spoil?: Spoil;
}

export interface SimulationOptions {
  readonly customers: readonly DemoAccount[];
  /** Changes what all calls share. */
  readonly world?: Partial<CallWorld>;
  readonly keepHeard?: boolean;
}

export async function openSimulatedCalls(options: SimulationOptions): Promise<SimulatedCalls> {
  const clock = new VirtualClock();
  const edition = await loadEdition('tonegate.yaml');
  const store = await openStore('sqlite::memory:');
  const bank = openSimulatedBank(clock, 'bank', options.customers);
  const outages = openOutages(() => clock.now(), clock);
  const observers = createObservers(() => undefined);
  const heard = new Map<string, string[]>();
  const issueTicket = ticketIssuer(
    edition.config,
    await loadSigningKey(await generateSigningKey()),
  );
  const pepper = Secret.of('pepper-of-at-least-32-characters-01');
  const world: CallWorld = {
    workerId: 'w1',
    edition: () => edition,
    trunkName: () => 'bank-trunk',
    findTrunk: async () => 'bank-trunk',
    checkUpstream: async () => ({ kind: 'ignored', why: 'signature' }),
    backend: outages.watchBackend(bank.backend),
    outages,
    records: clock.port(store.records),
    tries: clock.port(store.tries),
    codes: clock.port(store.codes),
    sms: null,
    issueTicket: (request) => clock.outside(issueTicket(request)),
    hashes: keyedHashes(pepper),
    notes: noteSeal(pepper),
    lease: ALONE,
    floorMs: () => 0,
    log: pino({ level: 'silent' }),
    measure: () => undefined,
    now: () => EPOCH + clock.now(),
    monotonic: () => clock.now(),
    clock,
    ...options.world,
    observe(observation) {
      observers.tell(observation);
      options.world?.observe?.(observation);
    },
  };
  const switchboard = createSwitchboard(world, Number.POSITIVE_INFINITY);

  function press(line: SimulatedLine, keys: string): void {
    [...keys].forEach((key, i) => {
      clock.setTimeout(() => line.phone.press(key), (i + 1) * KEY_MS);
    });
  }

  async function one({ customer, room, spoil }: SimulatedCall): Promise<void> {
    const line = createSimulatedLine({
      clock,
      caller: {
        room,
        identity: `sip_${room}`,
        sipCallId: `SCL_${room}`,
        inviteCallId: room,
        dialled: BANK_LINE,
        number: null,
        trunkId: 'ST_1',
        ruleId: 'SDR_1',
      },
      desk: () => 500,
      transfer: () => ({ outcome: 'failed', afterMs: 0 }),
    });
    const { birthDate, phone } = customer;
    const [year, month, day] = birthDate.split('-');
    const unwatch = observers.watch((observation: CallObservation) => {
      if (observation.room !== room || observation.type !== 'prompt.began') return;
      const prompts = observation.prompts.map(String);
      if (options.keepHeard) heard.set(room, [...(heard.get(room) ?? []), ...prompts]);
      if (prompts.includes('enter-account')) press(line, customer.number);
      if (prompts.includes('enter-birth-date-mdy')) press(line, `${month}${day}${year}`);
      if (prompts.includes('enter-code')) {
        press(line, bank.messages.findLast(({ to }) => to === phone)?.code ?? '');
      }
    });
    try {
      await switchboard.take(room, async () => ({ ...line, ...spoil?.(line, clock) }));
    } finally {
      unwatch();
    }
  }

  return {
    clock,
    switchboard,
    heard,
    async serve(calls) {
      let left = calls.length;
      const all = calls.map((call) =>
        one(call).finally(() => {
          left -= 1;
        }),
      );
      const isOver = await clock.passUntil(() => left === 0, clock.now() + 3_600_000);
      if (!isOver) throw new Error(`${left} calls have not come to their end`);
      await Promise.all(all);
    },
    records: () => store.records.list(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** So many customers of a bank, each with a phone of its own. */
export function manyCustomers(count: number): DemoAccount[] {
  return Array.from({ length: count }, (_, i) => ({
    number: String(41_000_000 + i),
    customer: `customer-${i}`,
    birthDate: `19${30 + (i % 60)}-0${(i % 9) + 1}-1${i % 10}`,
    passcode: '1234',
    phone: `+1555${String(2_000_000 + i)}`,
    simChangedWithinHours: null,
  }));
}
