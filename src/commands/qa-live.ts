// The stage of a scenario on a running system: a caller of its own in a room of its own over LiveKit, what is said
// as the worker shows it, the record as the store has it. What is not the caller's is left as it was.

import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../config/environment.ts';
import type { Config } from '../config/schema.ts';
import { followCall } from '../console/follow.ts';
import type { Happening, Scenario } from '../console/scenario.ts';
import type { Customer, Stage, StagedCall } from '../console/stage.ts';
import { demoBankAt } from '../demo/bank-from-outside.ts';
import type { CallRecord } from '../ivr/call-record.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { Observation } from '../ivr/observation.ts';
import { roomFor } from '../livekit/phone-token.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { openStore } from '../store/open-store.ts';
import { backendUrl } from './demo-bank.ts';
import { callingNumber, faultsOf, headersOf, type PlannedScenario } from './scenario-files.ts';
import { trunkIds } from './trunk-of.ts';

/** Longer than anything a caller may have to wait for in the files we ship. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

export type LiveStage = Stage & AsyncDisposable;

export interface LiveStages extends AsyncDisposable {
  open(planned: PlannedScenario): Promise<LiveStage>;
}

/** Opens stages on the system that the environment names. Throws where something of it cannot be reached. */
export async function liveStages(config: Config): Promise<LiveStages> {
  const env = readEnvironment([
    'LIVEKIT_URL',
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
    'TONEGATE_STORE',
    'TONEGATE_BACKEND_URL',
    'TONEGATE_WORKER_URL',
  ]);
  const workerUrl =
    env.TONEGATE_WORKER_URL.reveal() || `http://${config.http.host}:${config.http.port}`;
  const api: LiveKitApi = {
    host: env.LIVEKIT_URL.reveal(),
    key: env.LIVEKIT_API_KEY.reveal(),
    secret: env.LIVEKIT_API_SECRET.reveal(),
  };
  const bank = demoBankAt(backendUrl(config.backend.url, env.TONEGATE_BACKEND_URL.reveal()));
  const store = await openStore(env.TONEGATE_STORE.reveal(), { mode: 'existing' });
  const trunks = await trunkIds(api);
  // The native media library is loaded only here: the simulation does without.
  const { closeMedia, joinAsCaller } = await import('../livekit/phone.ts');
  const { intrude, throwOutAgents } = await import('../livekit/befalling.ts');

  let settingUp: Promise<unknown> = Promise.resolve();

  /** One after the other: being set up costs a call most, and its caller is not waited for when it is screened. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = settingUp.then(work);
    settingUp = mine.catch(() => undefined);
    return mine;
  }

  async function recordOf(id: string): Promise<CallRecord | null> {
    for await (const record of store.records.list()) if (record.id === id) return record;
    return null;
  }

  async function open(planned: PlannedScenario): Promise<LiveStage> {
    const { scenario, dialled, trunk } = planned;
    const { customer, phone } = await customerOf(scenario.customer);
    const faults = faultsOf(scenario);
    for (const [route, mode] of faults) await bank.misbehave(route, mode, customer.account);
    const calling = callingNumber(scenario);
    const leaving = new AsyncDisposableStack();
    leaving.defer(async () => {
      for (const [route] of faults) await bank.misbehave(route, 'ok', customer.account);
    });
    /** When the first call was made, after those before it. */
    let began: number | null = null;
    let changed = Promise.withResolvers<void>();
    const tell = () => {
      changed.resolve();
      changed = Promise.withResolvers();
    };

    async function dial(observe: (observation: Observation) => void): Promise<StagedCall> {
      const room = roomFor(dialled);
      const following = new AbortController();
      leaving.defer(() => following.abort());
      const seen = await followCall(workerUrl, room, following.signal);
      let record: CallRecord | null = null;
      let lost: unknown = null;

      async function follow(): Promise<void> {
        for await (const observation of seen) {
          if (observation.type === 'call.ended') {
            while (record === null) {
              record = await recordOf(observation.call);
              if (record === null) await sleep(LOOK_AGAIN_MS);
            }
          }
          observe(observation);
          tell();
        }
      }
      follow().catch((error: unknown) => {
        lost = error;
        tell();
      });
      const handset = await inTurn(async () => {
        began ??= performance.now();
        const phone = await joinAsCaller({
          api,
          room,
          agentName: config.agentName,
          dialled,
          calling,
          headers: Object.fromEntries(headersOf(planned, config, calling ?? 'anonymous')),
          trunkId: trunks.get(trunk ?? '') ?? null,
        });
        await Promise.race([phone.answered, phone.ended]);
        return phone;
      });
      leaving.defer(() => handset.hangUp());
      return {
        press: (key) => void handset.press(key).catch(() => undefined),
        hangUp: () => void handset.hangUp().catch(() => undefined),
        get record() {
          if (lost !== null) throw lost;
          return record;
        },
        async happens(what: Happening) {
          if (what === 'stranger') leaving.defer(await intrude(api, room));
          else if (what === 'livekit-lost') await throwOutAgents(api, room);
          else throw new IvrFault('IVR_CONFIG_INVALID', `"${what}" can only be simulated`);
        },
      };
    }

    return {
      customer,
      now: () => (began === null ? 0 : performance.now() - began),
      pass: (ms) => sleep(ms),
      async until(isSo) {
        const enough = new AbortController();
        const tooLate = sleep(PATIENCE_MS, true, { signal: enough.signal }).catch(() => true);
        let isLate = false;
        while (!isSo() && !isLate) {
          isLate = await Promise.race([changed.promise.then(() => false), tooLate]);
        }
        enough.abort();
        return !isLate || isSo();
      },
      dial,
      codes: async () => (phone === null ? [] : await bank.codesTo(phone)),
      nobody: async () => (await bank.openAccount('unknown')).number,
      [Symbol.asyncDispose]: () => leaving.disposeAsync(),
    };
  }

  /** The customer of a scenario, and the phone that codes go to; null: nobody knows it. */
  async function customerOf(
    wanted: Scenario['customer'],
  ): Promise<{ readonly customer: Customer; readonly phone: string | null }> {
    if (typeof wanted === 'object') {
      const { account, birthDate = null, passcode = null } = wanted;
      return { customer: { account, birthDate, passcode }, phone: null };
    }
    const { number, birthDate, passcode, phone } = await bank.openAccount(wanted);
    return { customer: { account: number, birthDate, passcode }, phone };
  }

  return {
    open,
    async [Symbol.asyncDispose]() {
      await closeMedia();
      await store[Symbol.asyncDispose]();
    },
  };
}
