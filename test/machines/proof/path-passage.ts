// The way of a generated path through the gate and its steps, read from what was answered on it.

import { menuOf, type Screened } from '../../../src/machines/call/context.ts';
import { choiceName } from '../../../src/machines/call/vocabulary.ts';
import type { CallNotice, CallResult } from '../../../src/machines/call.machine.ts';
import type { Proof } from '../../../src/machines/hand-off.machine.ts';
import type { LinePlan, StepPlan } from '../../../src/machines/line-plan.ts';
import type { StepName } from '../../../src/machines/outcome.ts';
import type { AccountHandle, Subject } from '../../../src/machines/verify-entry.machine.ts';
import type { Keyed, Passage } from './passage.ts';
import { resultOf } from './path-evidence.ts';
import type { Path } from './paths.ts';
import { unread } from './policy-table.ts';
import type { Step } from './walk.ts';

const CAME = 'xstate.done.actor.';

export function passageOf({ input, steps, end }: Path): Passage {
  const { plan } = input as { plan: LinePlan | null };
  const asks = steps.flatMap((step) => step.asks);
  const asked = (src: string) => asks.filter((ask) => ask.src === src).map((ask) => ask.input);
  const came = (name: string) => steps.find(({ event }) => event.type === `${CAME}${name}`)?.event;
  const isBroken = (name: string) =>
    steps.some(({ event: { type } }) => type === `xstate.error.actor.${name}`);
  const isGivenUp = (name: string, delay: string) =>
    isBroken(name) ||
    steps.some(({ event: { type } }) => type.startsWith(`xstate.after.${delay}.`));
  const screened = came('screen')?.output as Screened | undefined;
  const customer = came('lookUpCustomer')?.output as AccountHandle | undefined;
  const subjects = asked('step').map((question) => (question as { subject: Subject }).subject);
  const codes = asked('oneTimeCode') as { account: AccountHandle }[];
  const unproved = isGivenUp('lookUpCustomer', 'customer') ? 'unavailable' : 'open';
  return {
    plan,
    route: plan && 'steps' in plan.route ? plan.route : chosen(plan, steps),
    evidence:
      screened?.evidence ??
      (plan && isGivenUp('screen', 'screening')
        ? unread(plan.screening, isBroken('screen') ? 'broken' : 'late')
        : null),
    proof: screened?.upstream ?? null,
    isAnswered: asked('answer').length > 0,
    isRefused: asked('refuse').length > 0,
    isAsked: asks.some(({ src }) => /^(choice|step|oneTimeCode)$/.test(src)),
    lookedUp: asked('lookUpCustomer').map((question) =>
      (question as { customer: { reveal(): string } }).customer.reveal(),
    ),
    customer: customer ?? unproved,
    keyed: (step) => keyed(steps, step),
    refs: [
      ...subjects.flatMap((subject) => ('account' in subject ? [subject.account.ref] : [])),
      ...codes.map(({ account }) => account.ref),
    ],
    desks: asked('handOff') as { desk: string; proof: Proof }[],
    told: steps.flatMap(({ tells }) => tells as CallNotice[]),
    result: (end.output as CallResult | undefined) ?? null,
  };
}

/** The way that was chosen from the menu; null: none. */
function chosen(plan: LinePlan | null, steps: readonly Step[]) {
  const names = steps.map(({ event }) => resultOf(event)?.choice);
  return menuOf(plan).find((_, i) => names.includes(choiceName(i))) ?? null;
}

/** What came back of a step. */
function keyed(steps: readonly Step[], name: StepName): Keyed | null {
  let asked: StepName | null = null;
  for (const { event, asks } of steps) {
    const result = resultOf(event) as { kind: string; account?: AccountHandle | null } | null;
    const isResult = /\.actor\.(step|oneTimeCode)$/.test(event.type) && asked === name;
    const ref = result?.account?.ref ?? null;
    if (isResult && (result?.kind === 'accepted' || result?.kind === 'unknown'))
      return { kind: result.kind, ref };
    for (const { src, input } of asks)
      if (src === 'step' || src === 'oneTimeCode') asked = (input as { plan: StepPlan }).plan.step;
  }
  return null;
}
