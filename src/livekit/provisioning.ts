// What LiveKit must know before a call can come in: a trunk for each carrier, and rules that send its calls to
// our agent. Promises: what is there afterwards is what the configuration says; applying it again changes
// nothing; what does not carry the prefix `tonegate/` is never touched.

import { IvrFault } from '../ivr/fault.ts';
import { applyRules, applyTrunks } from './provisioning/carry-out.ts';
import { isOurs, PREFIX } from './provisioning/infos.ts';
import { planFrom, type RoutingPlan, stepsFrom } from './provisioning/plan.ts';
import { sipAdmin } from './provisioning/sip-admin.ts';
import { type RoutingConfig, type SecretOf, wantedRouting } from './provisioning/wanted.ts';
import type { LiveKitApi } from './server-api.ts';

/** Says what would change; changes nothing. Throws `IVR_CONFIG_INVALID` or `IVR_LIVEKIT_UNREACHABLE`. */
export async function planRouting(
  api: LiveKitApi,
  config: RoutingConfig,
  secretOf: SecretOf,
): Promise<RoutingPlan> {
  const wanted = wantedRouting(config, secretOf);
  return planFrom(await sipAdmin(api).list(), wanted, config, api.host);
}

/**
 * Makes LiveKit hold what the configuration says, and answers what that took. Throws `IVR_CONFIG_INVALID`
 * before anything is changed where somebody else takes the same calls. May be cut off at any point: the next
 * one goes on from there.
 */
export async function applyRouting(
  api: LiveKitApi,
  config: RoutingConfig,
  secretOf: SecretOf,
): Promise<RoutingPlan> {
  const wanted = wantedRouting(config, secretOf);
  const sip = sipAdmin(api);
  const before = await sip.list();
  const plan = planFrom(before, wanted, config, api.host);
  if (plan.conflicts.length > 0) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      ['nothing was changed:', ...plan.conflicts].join('\n'),
    );
  }
  if (plan.changes.every(({ action }) => action === 'unchanged')) return plan;
  await applyTrunks(sip, stepsFrom(before, wanted).trunks);
  // Trunks that are new have got their ids.
  const { trunks, rules } = stepsFrom(await sip.list(), wanted);
  const ids = new Map(trunks.map(({ change: { name, id } }) => [name, id ?? '']));
  await applyRules(sip, rules, ids);
  const after = planFrom(await sip.list(), wanted, config, api.host);
  return { ...plan, byHand: after.byHand };
}

/** The configured names of trunks, by the ids that LiveKit gave them. */
export interface RoutingNames {
  readonly trunks: ReadonlyMap<string, string>;
  /** The same by the rules of numbers bought from LiveKit, which have no trunk. */
  readonly boughtBy: ReadonlyMap<string, string>;
}

/** Looks up which configured trunk a trunk, or a rule without one, of ours stands for. */
export async function routingNames(api: LiveKitApi): Promise<RoutingNames> {
  const { trunks, rules } = await sipAdmin(api).list();
  const trunkOf = (name: string) => name.slice(PREFIX.length).split('/')[0] ?? '';
  return {
    trunks: new Map(
      trunks.filter(isOurs).map(({ sipTrunkId, name }) => [sipTrunkId, trunkOf(name)]),
    ),
    boughtBy: new Map(
      rules
        .filter((rule) => isOurs(rule) && rule.trunkIds.length === 0)
        .map(({ sipDispatchRuleId, name }) => [sipDispatchRuleId, trunkOf(name)]),
    ),
  };
}
