// What the simulated workers of one scenario share: a store in memory, the demo bank without HTTP, one virtual
// clock. What befalls a call from outside is done to these.

import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { VirtualClock } from '../console/virtual-clock.ts';
import { openSimulatedBank, type SimulatedBank } from '../demo/simulated-bank.ts';
import { noteSeal } from '../ivr/call-note.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { IvrFault } from '../ivr/fault.ts';
import { ALONE } from '../ivr/lease.ts';
import type { CallObservation } from '../ivr/observation.ts';
import { keyedHashes } from '../ivr/verification/keyed-hashes.ts';
import { openOutages } from '../ivr/verification/outages.ts';
import type { LinePlan } from '../machines/line-plan.ts';
import { Secret } from '../machines/secret.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { LoadedEdition } from './edition.ts';
import { upstreamChecker } from './upstream-checker.ts';

/** 20 November 2026, ten o'clock. */
const EPOCH = Date.UTC(2026, 10, 20, 10);
/** As long as the answers of most calls are held back. */
const FLOOR_MS = 1550;

export interface WorldOptions {
  readonly edition: LoadedEdition;
  readonly issueTicket: CallWorld['issueTicket'];
  readonly trunk: string | null;
  /** Changes the line that is dialled. */
  readonly plan: (plan: LinePlan) => LinePlan;
  readonly observe: (observation: CallObservation) => void;
}

export interface SimulatedWorlds extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly bank: SimulatedBank;
  readonly records: Store['records'];
  /** Wall clock, milliseconds. */
  now(): number;
  /** A worker's world, on the same store and bank as the others. */
  worker(workerId: string): CallWorld;
  /** From now on tries and codes cannot be counted. */
  loseStore(): void;
}

export async function openSimulatedWorlds(options: WorldOptions): Promise<SimulatedWorlds> {
  const { edition, trunk, plan } = options;
  const clock = new VirtualClock();
  const now = () => EPOCH + clock.now();
  const bank = openSimulatedBank(clock);
  const store = await openStore('sqlite::memory:', { now });
  const records = clock.port(store.records);
  const pepper = Secret.of(randomUUID());
  const checkUpstream = upstreamChecker(store.usedTokens, now);
  let isStoreLost = false;

  /** The same port, until the store is lost. */
  const losable = <Port extends object>(port: Port): Port =>
    new Proxy(clock.port(port), {
      get(target, name) {
        if (!isStoreLost) return Reflect.get(target, name);
        return () => Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'simulated: lost'));
      },
    });

  return {
    clock,
    bank,
    records,
    now,
    loseStore() {
      isStoreLost = true;
    },
    worker(workerId) {
      const outages = openOutages(() => clock.now(), clock);
      return {
        workerId,
        log: pino({ level: 'silent' }),
        edition: () => ({
          ...edition,
          planFor(dialled) {
            const found = edition.planFor(dialled);
            return found && plan(found);
          },
        }),
        trunkName: () => trunk,
        findTrunk: async () => trunk,
        checkUpstream: (claim) => clock.outside(checkUpstream(claim)),
        backend: outages.watchBackend(bank.backend),
        outages,
        records,
        tries: losable(store.tries),
        codes: losable(store.codes),
        // The demo bank sends its codes itself.
        sms: null,
        issueTicket: (request) => clock.outside(options.issueTicket(request)),
        hashes: keyedHashes(pepper),
        notes: noteSeal(pepper),
        lease: ALONE,
        floorMs: () => FLOOR_MS,
        observe: options.observe,
        measure: () => undefined,
        now,
        monotonic: () => clock.now(),
        clock,
      };
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
