// The stage of a scenario on a system that may be taken apart: workers and a store of its own for each, so that
// whatever befalls one call befalls no other. What is heard is what the workers show, the record what the store has.

import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedEdition } from '../../../src/commands/edition.ts';
import { openUpstream, type Upstream } from '../../../src/commands/qa-upstream.ts';
import {
  callingNumber,
  headersOf,
  type PlannedScenario,
} from '../../../src/commands/scenario-files.ts';
import { trunkIds } from '../../../src/commands/trunk-of.ts';
import type { Happening, Scenario } from '../../../src/console/scenario.ts';
import type { Stage } from '../../../src/console/stage.ts';
import { demoBankAt } from '../../../src/demo/bank-from-outside.ts';
import type { CallRecord } from '../../../src/ivr/call-record.ts';
import type { Observation } from '../../../src/ivr/observation.ts';
import { roomFor } from '../../../src/livekit/phone-token.ts';
import type { LinePlan } from '../../../src/machines/line-plan.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { ChaosSystem, Written } from '../../chaos/system.ts';
import { callOverLiveKit, callOverSip, needsSip } from './callers.ts';
import { openDesksAway } from './desks-away.ts';
import { startWorkers } from './workers.ts';

const LOOK_AGAIN_MS = 100;
/** As long as `tonegate qa --live` has it. */
const PATIENCE_MS = 60_000;
/** The shortest that a configuration may say: a quarter of an hour nobody waits for. */
const SHORT_LIMIT_SECONDS = 30;

/** Opens the stage. `edition`: the one that the file was read against. */
export async function openStageApart(
  system: ChaosSystem,
  edition: LoadedEdition,
  planned: PlannedScenario,
): Promise<Stage & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const { scenario, dialled, trunk } = planned;
  const name = basename(planned.file, '.yaml');
  const isBySip = needsSip(scenario);
  // The trunk sends its callers to one agent: whoever needs none has another.
  const agentName = isBySip ? system.config.agentName : `tonegate-${name}`;
  const happenings = happeningsOf(scenario);
  const store = happenings.has('store-lost')
    ? system.postgres.url
    : `sqlite:${join(system.folder, `${name}.db`)}`;

  const upstream = openUpstream(scenario.upstream ?? null, null);
  const trusting = await trustingLine(upstream, edition.planFor(dialled), system.folder);
  const desks = opening.use(await openDesksAway(system.api, scenario.desks ?? {}, name));
  let observe: (observation: Observation) => void = () => undefined;
  let changed = Promise.withResolvers<void>();
  let over = Promise.withResolvers<void>();
  let isOver = false;
  const workers = opening.use(
    await startWorkers(system, {
      name,
      happenings,
      store,
      configure: (config) => ({
        ...desks.configure(trusting(config)),
        agentName,
        ...(scenario.ends === 'call-limit' && { maxCallSeconds: SHORT_LIMIT_SECONDS }),
      }),
      observe(observation) {
        observe(observation);
        if (observation.type === 'call.ended') {
          isOver = true;
          over.resolve();
        }
        changed.resolve();
        changed = Promise.withResolvers();
      },
    }),
  );
  const kept = opening.use(await openStore(store, { mode: 'existing' }));

  const bank = demoBankAt(system.bankUrl);
  if (typeof scenario.customer !== 'string') throw new Error('give somebody new');
  const { number, customer, phone, ...entries } = await bank.openAccount(scenario.customer);
  const calling = callingNumber(scenario);
  const told = headersOf(planned, system.config, calling ?? 'anonymous');
  const began = performance.now();
  const records: CallRecord[] = [];
  let dialledCalls = 0;
  let hangingUp: Promise<void> = Promise.resolve();
  let isStoreLost = false;

  /** A store that was lost is there again once its call is over. */
  async function look(): Promise<void> {
    if (isStoreLost) {
      if (!isOver) return;
      await system.postgres.start();
      isStoreLost = false;
    }
    const found: CallRecord[] = [];
    for await (const record of kept.records.list()) found.push(record);
    records.splice(0, records.length, ...found);
  }

  async function call() {
    if (!isBySip) {
      return await callOverLiveKit({
        api: system.api,
        room: roomFor(dialled),
        agentName,
        dialled,
        calling,
        headers: Object.fromEntries(told),
        trunkId: (await trunkIds(system.api)).get(trunk ?? '') ?? null,
      });
    }
    return await callOverSip(system, {
      to: dialled,
      from: calling ?? 'anonymous',
      transfer: scenario.transfer,
      headers: async (callId) => [
        ...told,
        ...(await upstream.headers(callId, customer, Date.now())),
      ],
    });
  }

  const open = opening.move();
  return {
    customer: { account: number, ...entries },
    now: () => performance.now() - began,
    // A call that is over is not waited for.
    pass: (ms) => Promise.race([sleep(ms), over.promise]),
    async until(isSo) {
      const deadline = performance.now() + PATIENCE_MS;
      await hangingUp;
      workers.goOn();
      while (!isSo() && performance.now() < deadline) {
        await Promise.race([changed.promise, sleep(LOOK_AGAIN_MS)]);
        await look();
      }
      return isSo();
    },
    async dial(listener) {
      const nth = dialledCalls;
      dialledCalls += 1;
      observe = listener;
      over = Promise.withResolvers();
      isOver = false;
      const caller = open.use(await call());
      return {
        press: caller.press,
        hangUp() {
          hangingUp = caller.hangUp();
        },
        async happens(what) {
          await workers.happens(what);
          isStoreLost ||= what === 'store-lost';
        },
        get record() {
          return records[nth] ?? null;
        },
      };
    },
    codes: async () => (phone === null ? [] : await bank.codesTo(phone)),
    nobody: async () => (await bank.openAccount('unknown')).number,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function happeningsOf({ call }: Scenario): ReadonlySet<Happening> {
  return new Set(
    call.flatMap((step) => (typeof step === 'object' && step.happens ? [step.happens] : [])),
  );
}

/** Has the line of a configuration trust the upstream system, whose key is made for this call. */
async function trustingLine(
  upstream: Upstream,
  plan: LinePlan | null,
  folder: string,
): Promise<(config: Written) => Written> {
  const trusted = plan && upstream.trustedBy(plan).upstream;
  if (!trusted) return (config) => config;
  const { publicKey, ...names } = trusted;
  const publicKeyFile = join(folder, 'upstream.pem');
  await writeFile(publicKeyFile, publicKey);
  return (config) => ({
    ...config,
    lines: config.lines.map((line: Written) =>
      line.name === plan?.name ? { ...line, upstream: { ...names, publicKeyFile } } : line,
    ),
  });
}
