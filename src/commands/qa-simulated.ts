// The stage of a scenario in this process: the real call, charts, recordings, tickets and store, on a simulated line
// and virtual time. Each scenario has a world of its own.

import { randomUUID } from 'node:crypto';
import { type CustomerWanted, milliseconds, type Scenario } from '../console/scenario.ts';
import type { DeskArrival, TransferEnd } from '../console/simulated-line.ts';
import type { Customer, Stage } from '../console/stage.ts';
import type { DemoAccount } from '../demo/bank-accounts.ts';
import { Secret } from '../machines/secret.ts';
import { inviteHeaders } from '../screening/headers.ts';
import { generateSigningKey, loadSigningKey } from '../ticket/keys.ts';
import type { LoadedEdition } from './edition.ts';
import { simulateCall } from './qa-simulated-call.ts';
import { openSimulatedWorlds } from './qa-simulated-world.ts';
import { openUpstream } from './qa-upstream.ts';
import { callingNumber, faultsOf, headersOf, type PlannedScenario } from './scenario-files.ts';
import { ticketIssuer } from './ticket-issuer.ts';

/** How long a desk takes to be heard. */
const DESK_MS = 800;
/** Longer than any call may last. */
const PATIENCE_MS = 20 * 60_000;

export type SimulatedStage = Stage & AsyncDisposable;
export type Staging = (planned: PlannedScenario) => Promise<SimulatedStage>;

/** Opens stages for scenarios of this configuration. */
export async function simulatedStages(edition: LoadedEdition): Promise<Staging> {
  const issueTicket = ticketIssuer(
    edition.config,
    await loadSigningKey(await generateSigningKey()),
  );

  return async (planned) => {
    const { scenario, dialled, trunk } = planned;
    const upstream = openUpstream(
      scenario.upstream ?? null,
      edition.planFor(dialled)?.upstream ?? null,
    );
    let observe: Parameters<Stage['dial']>[0] = () => undefined;
    const worlds = await openSimulatedWorlds({
      edition,
      issueTicket,
      trunk,
      plan: upstream.trustedBy,
      observe: (observation) => observe(observation),
    });
    const { clock, bank } = worlds;
    const account = opened(scenario.customer, (kind) => bank.openAccount(kind));
    for (const [route, mode] of faultsOf(scenario)) bank.misbehaves(route, mode);
    const calling = callingNumber(scenario);

    return {
      customer: account.customer,
      now: () => clock.now(),
      pass: (ms) => clock.pass(ms),
      until: (isSo) => clock.passUntil(isSo, clock.now() + PATIENCE_MS),
      async dial(listener) {
        observe = listener;
        const inviteCallId = `${randomUUID()}@simulated`;
        const told = headersOf(planned, edition.config, calling ?? 'anonymous');
        const call = simulateCall({
          worlds,
          caller: {
            room: `simulated-${randomUUID()}`,
            identity: 'simulated-caller',
            // Without a SIP leg a transfer fails at once, as it does live for this command's phone.
            sipCallId: scenario.transfer === undefined ? null : `SCL_${randomUUID()}`,
            inviteCallId,
            dialled,
            number: calling === null ? null : Secret.of(calling),
            trunkId: null,
            ruleId: null,
          },
          headers: inviteHeaders([
            ...told,
            ...(await upstream.headers(inviteCallId, account.id, worlds.now())),
          ]),
          desk: (agent) => arrival(scenario.desks?.[agent]),
          transfer: () => transferEnd(scenario.transfer),
        });
        await clock.settle();
        return call;
      },
      codes: async () =>
        bank.messages.flatMap(({ to, code }) => (to === account.phone ? [code] : [])),
      nobody: async () => bank.openAccount('unknown').number,
      [Symbol.asyncDispose]: () => worlds[Symbol.asyncDispose](),
    };
  };
}

interface Opened {
  readonly customer: Customer;
  /** What an upstream system knows the customer by. */
  readonly id: string;
  readonly phone: string | null;
}

/** The customer of a scenario; one that the demo bank has already, or somebody new. */
function opened(
  wanted: CustomerWanted,
  open: (kind: Extract<CustomerWanted, string>) => DemoAccount,
): Opened {
  if (typeof wanted === 'object') {
    const { account, birthDate = null, passcode = null } = wanted;
    return { customer: { account, birthDate, passcode }, id: 'nobody', phone: null };
  }
  const { number, birthDate, passcode, customer, phone } = open(wanted);
  return { customer: { account: number, birthDate, passcode }, id: customer, phone };
}

function arrival(wanted: 'never' | 'fails' | string | undefined): DeskArrival {
  if (wanted === undefined) return DESK_MS;
  return wanted === 'never' || wanted === 'fails' ? wanted : milliseconds(wanted);
}

function transferEnd(wanted: Scenario['transfer']): TransferEnd {
  if (wanted === undefined) return { outcome: 'failed', afterMs: 0 };
  return { outcome: wanted.outcome, afterMs: milliseconds(wanted.after) };
}
