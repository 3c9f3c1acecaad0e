// The rules G1 to G4 on one call's way, be it a generated path or a storm: who is answered, what is asked,
// and what another system's word is worth.

import { isDeepStrictEqual } from 'node:util';
import type { CallNotice, UpstreamUse } from '../../../src/machines/call.machine.ts';
import {
  actionOf,
  type Course,
  chainFrom,
  courseOf,
  type Due,
  type Passage,
  rejectDeskOf,
} from './passage.ts';
import { dueTo } from './policy-table.ts';
import type { Judges } from './rules.ts';

export const GATE_JUDGES = {
  G1: (passage) => [...whoComesIn(passage), ...whereTo(passage)],

  G2: (passage) => left(passage, (by) => by !== 'upstream'),

  G3(passage) {
    const { proof, lookedUp, told, refs, desks } = passage;
    const course = courseOf(passage);
    const isKnown = ({ auth }: { auth: string }) => /^(identified|verified)$/.test(auth);
    return [
      ...left(passage, (by) => by === 'upstream'),
      ...unless(
        proof === null || observed(told).length === 0 || lookedUp.length > 0,
        'a proof is not looked at',
      ),
      ...unless(
        lookedUp.length <= 1 && lookedUp.every((name) => name === proof?.customer.reveal()),
        'another customer is looked up than the token names',
      ),
      ...unless(
        isDeepStrictEqual(
          notices(told, 'upstream.judged').map(({ as }) => as),
          useOf(passage, course),
        ),
        `a proof is told as ${notices(told, 'upstream.judged').map(({ as }) => as)}, not as ${useOf(passage, course)}`,
      ),
      ...unless(
        refs.every((ref) => ref === course.account),
        'something is asked about another account',
      ),
      ...unless(
        desks.every(({ proof: given }) => given.ref === (isKnown(given) ? course.account : null)),
        'a desk is told of another account',
      ),
    ];
  },

  G4({ plan, evidence, told }) {
    const screened = notices(told, 'call.screened');
    const due = plan === null || evidence !== null ? 1 : 0;
    return [
      ...unless(screened.length === due, `decided ${screened.length} times, not ${due}`),
      ...unless(
        plan === null || screened.every((notice) => isDeepStrictEqual(notice.evidence, evidence)),
        'decided by something else than was known in time',
      ),
    ];
  },
} as const satisfies Judges<Passage>;

function whoComesIn({ plan, evidence, isAnswered, isRefused, told, result }: Passage): string[] {
  const due = plan && evidence && dueTo(plan.screening, evidence);
  const isToBeRefused = plan === null || due?.action === 'refuse';
  const isOut = result?.ending.reason === 'screened-out';
  return [
    ...unless(!isAnswered || due != null, 'answered undecided'),
    ...unless(!isAnswered || !isToBeRefused, 'answered, and was to be refused'),
    ...unless(isRefused === isToBeRefused, `${isRefused ? '' : 'not '}refused`),
    ...unless(isOut === (due?.action === 'refuse') || result === null, `screened out: ${isOut}`),
    ...notices(told, 'call.screened').flatMap(({ decision: { action, wouldBe } }) =>
      unless(
        due == null || (action === due.action && wouldBe === due.wouldBe),
        `${action} (${wouldBe}) instead of ${due?.action} (${due?.wouldBe})`,
      ),
    ),
  ];
}

function whereTo(passage: Passage): string[] {
  const { plan, route, desks, isAsked, lookedUp, told, result } = passage;
  const isRouted = actionOf(passage) === 'route';
  const open = isRouted
    ? chainFrom(plan, rejectDeskOf(plan))
    : new Set([
        ...chainFrom(plan, route?.desk ?? null),
        ...chainFrom(plan, plan?.operator ?? null),
      ]);
  const strange = desks.filter(({ desk }) => !open.has(desk) || plan?.closed != null);
  const isBlank = ({ auth, amr }: { auth: string; amr: readonly string[] }) =>
    auth === 'none' && amr.length === 0;
  return [
    ...strange.map(({ desk }) => `${desk} takes a call that is none of its own`),
    ...(!isRouted
      ? []
      : [
          ...unless(!isAsked && lookedUp.length === 0, 'who is sent to a desk is asked something'),
          ...unless(observed(told).length === 0, 'who is sent to a desk comes to a step'),
          ...unless(
            desks.every(({ proof }) => isBlank(proof)),
            'sent to a desk with a proof',
          ),
          ...unless(result === null || isBlank(result), 'sent to a desk, and proved something'),
        ]),
  ];
}

/** Steps that were not left out, left out, or told as they ought to be, where that is the kind to look at. */
function left(passage: Passage, isOurs: (how: Due['how'] | undefined) => boolean): string[] {
  const { told, customer } = passage;
  const { steps } = courseOf(passage);
  const seen = observed(told);
  // Not come to the steps: not answered yet, still choosing, with the operator, or the customer not looked up.
  if (seen.length === 0 && customer === 'open') return [];
  const nth = steps.findIndex((due, i) => !isDeepStrictEqual(due, seen[i]));
  const at = nth < 0 ? steps.length : nth;
  const [due, got] = [steps[at], seen[at]];
  if (due === undefined && got === undefined) return [];
  // A code that comes first is greeted before it begins: the call may end meanwhile.
  const isAwaited = due?.how === 'asked' && due.step === 'oneTimeCode' && at === steps.length - 1;
  if (got === undefined && isAwaited) return [];
  const isProof = due?.how === 'upstream' || got?.how === 'upstream';
  if (!isOurs(isProof ? 'upstream' : got?.how)) return [];
  return [
    `${got?.step ?? due?.step} is ${got?.how ?? 'left out untold'}, not ${due?.how ?? 'due'}`,
  ];
}

/** What became of each step that the call came to, as it was told. */
function observed(told: readonly CallNotice[]): Due[] {
  return told.flatMap((notice): Due[] => {
    if (notice.type === 'step.began') return [{ step: notice.step, how: 'asked' }];
    if (notice.type !== 'step.ended') return [];
    const { step, outcome } = notice;
    return outcome === 'dropped' || outcome === 'upstream' ? [{ step, how: outcome }] : [];
  });
}

/** What must be told of a proof. */
function useOf({ customer, proof }: Passage, { account }: Course): UpstreamUse[] {
  if (proof === null || customer === 'open') return [];
  if (customer === 'unavailable') return ['unavailable'];
  if (customer.ref === null) return ['unknown-customer'];
  return account === null || account === customer.ref
    ? ['accepted']
    : ['accepted', 'other-account'];
}

function notices<Type extends CallNotice['type']>(told: readonly CallNotice[], type: Type) {
  return told.filter(
    (notice): notice is Extract<CallNotice, { type: Type }> => notice.type === type,
  );
}

const unless = (isRight: boolean, what: string) => (isRight ? [] : [what]);
