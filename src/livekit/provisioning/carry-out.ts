// Makes LiveKit's trunks and rules as wanted, one request after the other. Promises: nothing is given what
// another still has; cut off anywhere, the next run goes on from there.

import type { Step } from './difference.ts';
import { ruleInfo, trunkInfo } from './infos.ts';
import { type Keys, ruleKeys, trunkKeys } from './keys.ts';
import { inOrder } from './order.ts';
import type { Steps } from './plan.ts';
import type { SipAdmin } from './sip-admin.ts';
import type { Rule } from './wanted.ts';

interface Hand<Thing> {
  keys(thing: Thing): Keys;
  create(thing: Thing): Promise<void>;
  replace(id: string, thing: Thing): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Carries out the steps of trunks. */
export async function applyTrunks(sip: SipAdmin, steps: Steps['trunks']): Promise<void> {
  await carryOut(steps, {
    keys: trunkKeys,
    create: (trunk) => sip.createTrunk(trunkInfo(trunk)),
    replace: (id, trunk) => sip.replaceTrunk(id, trunkInfo(trunk)),
    remove: (id) => sip.removeTrunk(id),
  });
}

/** Carries out the steps of rules; `trunkIds` are those of our trunks, by name. */
export async function applyRules(
  sip: SipAdmin,
  steps: Steps['rules'],
  trunkIds: ReadonlyMap<string, string>,
): Promise<void> {
  const info = (rule: Rule) =>
    ruleInfo(
      rule,
      rule.trunks.map((name) => trunkIds.get(name) ?? ''),
    );
  await carryOut(steps, {
    keys: ruleKeys,
    create: (rule) => sip.createRule(info(rule)),
    replace: (id, rule) => sip.replaceRule(id, info(rule)),
    remove: (id) => sip.removeRule(id),
  });
}

/** Removes, changes, creates, so that at no moment two have what only one may have. */
async function carryOut<Thing>(steps: readonly Step<Thing>[], hand: Hand<Thing>): Promise<void> {
  const staying = new Map<string, Keys>();
  for (const { wanted, there } of steps) {
    if (there === null) continue;
    if (wanted === null) await hand.remove(there.id);
    else staying.set(there.id, hand.keys(there.thing));
  }
  const moves = steps.flatMap(({ change, wanted, there }) =>
    wanted && there && change.action === 'change'
      ? [{ id: there.id, to: hand.keys(wanted), thing: wanted }]
      : [],
  );
  const missing = steps.flatMap(({ wanted, there }) => (wanted && there === null ? [wanted] : []));
  for (const { how, move } of inOrder(moves, staying)) {
    if (how === 'change') await hand.replace(move.id, move.thing);
    else {
      await hand.remove(move.id);
      missing.push(move.thing);
    }
  }
  for (const thing of missing) await hand.create(thing);
}
