// The doctor's round: brings the facts of everything a line needs together with what they mean. Changes
// nothing, but for the store, which is brought up to date as a worker would, and rooms of its own for
// desks that are to be tried.

import { readEnvironment, trunkSecret, trunkVariable } from '../config/environment.ts';
import type { Config } from '../config/schema.ts';
import { reachFindings } from '../doctor/bank.ts';
import { deskFinding, untriedDesk } from '../doctor/desk.ts';
import { driftFindings } from '../doctor/drift.ts';
import type { Drift, SipFacts } from '../doctor/facts.ts';
import { error, type Finding, good } from '../doctor/finding.ts';
import { lineFindings } from '../doctor/lines.ts';
import { routingFindings } from '../doctor/rules.ts';
import { clockFindings, serverFindings } from '../doctor/server.ts';
import { trunkFindings } from '../doctor/trunks.ts';
import { IvrFault } from '../ivr/fault.ts';
import { probeAgent } from '../livekit/desk-probe.ts';
import { inspectServer } from '../livekit/inspection.ts';
import { planRouting } from '../livekit/provisioning.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { Secret } from '../machines/secret.ts';
import { openStore } from '../store/open-store.ts';
import { loadPublishedKeys, loadSigningKey } from '../ticket/keys.ts';
import { backendUrl } from './demo-bank.ts';
import { reach } from './doctor-clock.ts';
import { loadEdition } from './edition.ts';
import { neededSecrets } from './provision.ts';
import { keysOf } from './signing-keys.ts';

export interface Round {
  readonly config: string;
  /** Whether the agents of desks are to be called. */
  readonly desks: boolean;
}

/** What a worker reads from its environment. */
const READ = [
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'TONEGATE_STORE',
  'TONEGATE_PEPPER',
  'TONEGATE_SIGNING_KEY',
  'TONEGATE_SIGNING_KEYS_PREVIOUS',
  'TONEGATE_BACKEND_TOKEN',
  'TONEGATE_BACKEND_URL',
  'TONEGATE_SMS_TOKEN',
] as const;

type Environment = ReturnType<typeof readEnvironment<(typeof READ)[number]>>;

/** Looks at everything; findings come as they are made. Throws what is wrong with configuration and environment. */
export async function* lookAtEverything({ config: file, desks }: Round): AsyncGenerator<Finding> {
  const { config, secrets } = await readAll(file);
  const lines = config.lines.length;
  yield good('configuration', `${lines} lines and all that is said on them are in order`);
  yield good('environment', 'all that a worker needs is set');
  yield* passwordFindings(config);
  yield* lineFindings(config);
  yield await storeFinding(secrets.TONEGATE_STORE);

  const api = liveKitOf(secrets);
  const bank = backendUrl(config.backend.url, secrets.TONEGATE_BACKEND_URL.reveal());
  const [server, clock, backend] = await Promise.all([
    inspectServer(api),
    reach(api.host),
    reach(bank),
  ]);
  const findings = serverFindings(server);
  yield* findings;
  // A clock that is wrong may be why the key was refused.
  if (clock.code === null) yield* clockFindings('LiveKit', clock);
  const isOpen = findings[0]?.code === 'livekit';
  if (isOpen && 'answer' in server.sip) yield* await sipFindings(api, config, server.sip.answer);
  if (isOpen && desks) yield* await deskFindings(api, config);
  yield* reachFindings(backend);
  if (backend.code === null) yield* clockFindings("the customer's server", backend);
}

export function liveKitOf(
  secrets: Pick<Environment, 'LIVEKIT_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET'>,
): LiveKitApi {
  return {
    host: secrets.LIVEKIT_URL.reveal(),
    key: secrets.LIVEKIT_API_KEY.reveal(),
    secret: secrets.LIVEKIT_API_SECRET.reveal(),
  };
}

/** Configuration, recordings and environment; throws the faults of all of them together. */
async function readAll(file: string): Promise<{ config: Config; secrets: Environment }> {
  const [edition, environment] = await Promise.allSettled([loadEdition(file), readKeys()]);
  if (edition.status === 'fulfilled' && environment.status === 'fulfilled') {
    return { config: edition.value.config, secrets: environment.value };
  }
  const reasons = [edition, environment].flatMap((one) =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  const other = reasons.find((reason) => !(reason instanceof IvrFault));
  if (other !== undefined) throw other;
  const messages = reasons.map(({ message }: IvrFault) => message);
  throw new IvrFault('IVR_CONFIG_INVALID', messages.join('\n'));
}

async function readKeys(): Promise<Environment> {
  const secrets = readEnvironment(READ);
  await keysOf('TONEGATE_SIGNING_KEY', loadSigningKey(secrets.TONEGATE_SIGNING_KEY));
  const previous = loadPublishedKeys(secrets.TONEGATE_SIGNING_KEYS_PREVIOUS);
  await keysOf('TONEGATE_SIGNING_KEYS_PREVIOUS', previous);
  return secrets;
}

/** Passwords and PINs that trunks and rules need and the environment does not have. */
function passwordFindings(config: Config): Finding[] {
  return neededSecrets(config).flatMap(([trunk, what]) => {
    try {
      if (trunkSecret(trunk, what) !== null) return [];
      return [error('trunk-password', `${trunkVariable(trunk, what)} is not set`)];
    } catch (fault) {
      return [error('trunk-password', messageOf(fault))];
    }
  });
}

/** What a fault of ours says, on one line; anything else is thrown on. */
function messageOf(fault: unknown): string {
  if (!(fault instanceof IvrFault)) throw fault;
  return fault.message.replaceAll('\n', '; ');
}

async function storeFinding(url: Secret): Promise<Finding> {
  try {
    await using store = await openStore(url.reveal());
    await store.records.ping();
    return good('store', 'the store opens, and its tables are up to date');
  } catch (fault) {
    if (!(fault instanceof IvrFault) || fault.code !== 'IVR_STORE_UNAVAILABLE') throw fault;
    return error('store-unusable', 'the store of TONEGATE_STORE cannot be opened or read');
  }
}

async function sipFindings(api: LiveKitApi, config: Config, sip: SipFacts): Promise<Finding[]> {
  const { drifts, findings } = await comparison(api, config);
  return [
    ...findings,
    ...routingFindings(config, sip, drifts),
    ...sip.trunks.flatMap((trunk) => trunkFindings(config, trunk)),
  ];
}

/** What is otherwise at LiveKit than wanted, or why that cannot be told. */
async function comparison(
  api: LiveKitApi,
  config: Config,
): Promise<{ drifts: readonly Drift[]; findings: readonly Finding[] }> {
  // Without its secrets nothing can be compared, and that they are missing has been told.
  if (passwordFindings(config).length > 0) return { drifts: [], findings: [] };
  try {
    const drifts = await driftsOf(api, config);
    return { drifts, findings: driftFindings(drifts) };
  } catch (fault) {
    const what = messageOf(fault);
    const isOurs = fault instanceof IvrFault && fault.code === 'IVR_CONFIG_INVALID';
    return { drifts: [], findings: [error(isOurs ? 'routing-invalid' : 'livekit-sip', what)] };
  }
}

async function driftsOf(api: LiveKitApi, config: Config): Promise<Drift[]> {
  const secretOf = (trunk: string, what: 'PASSWORD' | 'PIN') =>
    trunkSecret(trunk, what) ?? Secret.empty;
  const { changes } = await planRouting(api, config, secretOf);
  return changes.map((change) => ({ ...change, fields: change.fields.map(({ field }) => field) }));
}

/** Every agent that a desk names is called once, all at the same time. */
async function deskFindings(api: LiveKitApi, { desks }: Config): Promise<Finding[]> {
  const agents = new Map<string, { readonly desks: string[]; withinSeconds: number }>();
  for (const [name, desk] of Object.entries(desks)) {
    if (!('agent' in desk)) continue;
    const before = agents.get(desk.agent);
    agents.set(desk.agent, {
      desks: [...(before?.desks ?? []), name],
      withinSeconds: Math.max(before?.withinSeconds ?? 0, desk.joinWithinSeconds),
    });
  }
  return await Promise.all(
    [...agents].map(async ([agent, { desks: served, withinSeconds }]) => {
      const facts = { agent, desks: served, withinSeconds };
      try {
        const joinedMs = await probeAgent(api, agent, withinSeconds * 1000);
        return deskFinding({ ...facts, joinedMs });
      } catch (fault) {
        return untriedDesk(facts, messageOf(fault));
      }
    }),
  );
}
