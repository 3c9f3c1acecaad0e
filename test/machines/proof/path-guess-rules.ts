// The rules V1 to V7 on every generated path: what somebody who guesses can learn, and what comes of it.

import type { AnyMachineSnapshot, AnyStateNode } from 'xstate';
import type { CallNotice } from '../../../src/machines/call.machine.ts';
import type { Proof } from '../../../src/machines/hand-off.machine.ts';
import type { LinePlan } from '../../../src/machines/line-plan.ts';
import type { StepName } from '../../../src/machines/outcome.ts';
import type { Subject } from '../../../src/machines/verify-entry.machine.ts';
import { KNOWN } from '../lines.ts';
import { STRANGER } from './alphabets.ts';
import type { Explored } from './chart-paths.ts';
import { isDropped } from './passage.ts';
import { allSteps, asksOf, at, chartOf, endOf, kindOf, resultOf, wrong } from './path-evidence.ts';
import type { Exploration, Path } from './paths.ts';
import type { Judges } from './rules.ts';
import { type Counterpart, differences } from './side-by-side.ts';
import { told } from './snapshot-text.ts';
import type { Happened, Step } from './walk.ts';

const BACKEND = /^(checkEntry|simChangedWithinHours|sendCode|lookUpCustomer)$/;
const QUESTION =
  /^(checkEntry|simChangedWithinHours|sendCode|step|oneTimeCode|verifyEntry|collectDigits)$/;
const FILLER_MS = 1000;
const WITHOUT_TRIES = /^(lockedOut|storeLost)$/;
/** Charts that deal with accounts. */
const CHARTS = ['verifyEntry', 'step', 'oneTimeCode', 'call'];

export const GUESS_PATH_JUDGES: Judges<Explored> = {
  V1: (explored) => [
    ...['verifyEntry', 'oneTimeCode'].flatMap((id) =>
      wrong(
        chartOf(explored, id).simple,
        isToldInTime,
        ({ end, steps }) => `${id} tells in its own time: ${at(end, steps.at(-1)?.event)}`,
      ),
    ),
    ...(['step', 'oneTimeCode'] as const).flatMap((id) =>
      wrong(
        allSteps(chartOf(explored, id)).filter((step) => floors(step).length > 0),
        (step) => floors(step).every((floorMs) => floorMs === step.to.context.floorMs),
        ({ to }) => `${id} does not pass on how long answers are held back: ${at(to)}`,
      ),
    ),
    ...wrong(
      allSteps(chartOf(explored, 'call')).filter((step) => floors(step).length > 0),
      (step) => floors(step).every((floorMs) => floorMs === floorDue(step.to)),
      ({ to }) => `answers are held back for ${to.context.accepted} as if otherwise: ${at(to)}`,
    ),
  ],

  V2: (explored) =>
    CHARTS.flatMap((id) => {
      const chart = chartOf(explored, id);
      const pairs = [...strangersOf(chart), ...unknownsOf(chart)];
      return pairs.length === 0
        ? [`${id} deals with nobody`]
        : differences(chart, pairs, unlessRight);
    }),

  V3(explored) {
    const { states, edges } = chartOf(explored, 'call');
    return [
      ...wrong(
        chartOf(explored, 'verifyEntry').simple.filter(
          ({ end }) => endOf(end)?.kind === 'accepted',
        ),
        ({ input, end }) => isSomebody((input as { subject: Subject }).subject, end),
        ({ end }) => `accepted of nobody: ${at(end)}`,
      ),
      ...wrong(
        states.filter(({ context }) => context.account.ref === null),
        ({ context }) => context.accepted.length === 0 && /^(none|failed)$/.test(context.auth),
        (state) => `nobody has proved something: ${at(state)}`,
      ),
      ...wrong(
        edges.flatMap((step) => asksOf(step, 'handOff') as { proof: Proof }[]),
        ({ proof: { auth, ref } }) => /^(identified|verified)$/.test(auth) === (ref !== null),
        ({ proof: { auth, ref } }) => `a desk is told of ${ref}, ${auth}`,
      ),
    ];
  },

  V4(explored) {
    const locked = (id: string) =>
      chartOf(explored, id).simple.filter(({ steps }) =>
        steps.some(({ event }) => kindOf(event) === 'lockedOut'),
      );
    return [
      ...['verifyEntry', 'step', 'oneTimeCode'].flatMap((id) =>
        wrong(
          locked(id),
          ({ end }) => endOf(end)?.kind === 'lockedOut',
          ({ end }) => `${id} ends as ${endOf(end)?.kind} though locked out`,
        ),
      ),
      ...wrong(
        locked('call').flatMap(({ input, steps }) => {
          const { operator } = (input as { plan: LinePlan }).plan;
          const handOffs = steps.flatMap((step) => asksOf(step, 'handOff')) as HandOver[];
          return handOffs.map((handOff) => ({ ...handOff, operator }));
        }),
        ({ desk, operator, proof: { auth, amr } }) =>
          desk === operator && auth === 'failed' && amr.length === 0,
        ({ desk, proof: { auth, amr } }) =>
          `${desk} is told of who is locked out: ${auth} by ${amr}`,
      ),
      ...wrong(
        locked('call'),
        ({ end: { output } }) => output.auth === 'failed' && output.amr.length === 0,
        ({ end: { output } }) => `locked out, and ${output.auth} by ${output.amr}`,
      ),
    ];
  },

  V5: (explored) =>
    CHARTS.flatMap((id) =>
      wrong(
        chartOf(explored, id).simple,
        ({ steps }) => {
          const last = steps.findIndex(({ event }) => WITHOUT_TRIES.test(kindOf(event) ?? ''));
          const after = last < 0 ? [] : steps.slice(last).flatMap(({ asks }) => asks);
          return after.every(({ src }) => !QUESTION.test(src));
        },
        ({ steps }) =>
          `${id} goes on asking after ${steps.map(({ event }) => kindOf(event)).join(' ')}`,
      ),
    ),

  V6: (explored) =>
    wrong(
      chartOf(explored, 'call').simple,
      ({ steps }) => {
        const became = steps.filter(
          ({ from, to }) => from?.context.auth !== 'verified' && to.context.auth === 'verified',
        );
        const tellers = steps.flatMap((step) =>
          step.tells.flatMap((notice) =>
            (notice as { type: string }).type === 'caller.verified' ? [{ step, notice }] : [],
          ),
        );
        return (
          tellers.length === became.length &&
          tellers.every(
            ({ step, notice }) =>
              became.includes(step) && isVerifiedBy(step.to, notice as unknown as Verified),
          )
        );
      },
      ({ end }) => `verified is told otherwise than it is: ${at(end)}`,
    ),

  V7: (explored) => [
    ...['verifyEntry', 'oneTimeCode', 'call'].flatMap((id) =>
      wrong(
        chartOf(explored, id).states.filter((state) => asksNow(state, BACKEND)),
        isBridged,
        (state) => `nothing is heard in ${at(state)}`,
      ),
    ),
    ...wrong(
      chartOf(explored, 'oneTimeCode').states.filter((state) => waitsFor(state, 'floor')),
      isBridged,
      (state) => `nothing is heard of an answer that is there: ${at(state)}`,
    ),
    ...wrong(
      chartOf(explored, 'call').simple.flatMap(codesAfterSilence),
      ({ silentMs, due }) => silentMs === due,
      ({ silentMs, due, step }) => `silent for ${silentMs} ms, not ${due}: ${at(step.to)}`,
    ),
  ],
};

interface HandOver {
  readonly desk: string;
  readonly proof: Proof;
}

/** Whether each answer is told as soon as it is there and the pause is over. */
function isToldInTime({ input, steps }: Path): boolean {
  const { floorMs } = input as { floorMs: number };
  return steps.every((step, i) => {
    if (!isQuestion(step)) return true;
    const after = steps.slice(i + 1);
    const at = after.findIndex(isTold);
    const told = after[at];
    if (told === undefined) return false;
    const rested = floorMs === 0 ? 0 : after.findIndex(isRested);
    const answered = after.findIndex(isAnswer);
    return rested >= 0 && answered >= 0 && at === Math.max(rested, answered);
  });
}

/** A first question: what follows an answer about the SIM is none. */
const isQuestion = ({ event, asks }: Step) =>
  asks.some(({ src }) => BACKEND.test(src)) && !event.type.endsWith('.simChangedWithinHours');

const isTold = (step: Step) => step.to.status === 'done' || asksOf(step, 'step').length > 0;
type Verified = Extract<CallNotice, { type: 'caller.verified' }>;

const isVerifiedBy = ({ context }: AnyMachineSnapshot, { tally, steps }: Verified) =>
  tally === context.account.tally && steps.join() === context.accepted.join();

const isRested = ({ event }: Step) => event.type.startsWith('xstate.after.floor.');
/** An answer, or none in time, after which nothing else is asked. */
const isAnswer = (step: Step) =>
  /^xstate\.after\.(verdict|sending)\./.test(step.event.type) ||
  (BACKEND.test(step.event.type.replace(/^xstate\.(done|error)\.actor\./, '')) &&
    !step.asks.some(({ src }) => BACKEND.test(src)));

const floors = (step: Step) =>
  ['step', 'oneTimeCode', 'verifyEntry'].flatMap((src) =>
    (asksOf(step, src) as { floorMs: number }[]).map(({ floorMs }) => floorMs),
  );

/** How long answers about the step at hand must be held back. */
function floorDue({ context }: AnyMachineSnapshot): number {
  const { route, position, account, upstreamAccount, floorMs } = context;
  const [step, ...after] = route.steps.slice(position);
  if (step.step === 'account') {
    const isTold = after.every((next: Parameters<typeof isDropped>[1]) => isDropped(context, next));
    return isTold ? 0 : floorMs;
  }
  const isProved = (context.accepted as readonly StepName[]).some((name) => name !== 'account');
  const isVouchedFor = account.ref !== null && account.ref === upstreamAccount?.ref;
  return isProved || isVouchedFor ? 0 : floorMs;
}

/** The same start twice: for a known account, and for nobody's. */
function strangersOf({ starts }: Exploration): [Step, Step][] {
  return starts.flatMap((known) => {
    const name = told(known.to.context).replaceAll(told(KNOWN), told(STRANGER));
    const stranger = starts.find((other) => other !== known && told(other.to.context) === name);
    return stranger ? [[known, stranger] as [Step, Step]] : [];
  });
}

/** Where it comes out that there is no such account and the caller is not told; and were there one. */
function unknownsOf({ edges }: Exploration): [Step, Step][] {
  return edges.flatMap((unknown) => {
    const { from, event } = unknown;
    if (kindOf(event) !== 'unknown' || resultOf(event)?.account?.ref !== null) return [];
    if (!isConcealed(from)) return [];
    const known = edges.find((edge) => edge.from === from && told(edge.event) === asKnown(event));
    return known ? [[unknown, known] as [Step, Step]] : [];
  });
}

/** Callers may well be heard to have the account that another system says is theirs. */
const isConcealed = ({ context }: AnyMachineSnapshot) =>
  context.concealsUnknown !== false &&
  (context.subject?.step ?? 'account') === 'account' &&
  context.upstreamAccount?.ref !== KNOWN.ref;

const asKnown = (event: Happened) =>
  told({ ...event, output: { ...(event.output as object), kind: 'accepted', account: KNOWN } });

/** The same happens to both, unless somebody is right. */
const unlessRight: Counterpart = (event) =>
  /^(accepted|unknown)$/.test(kindOf(event) ?? '') ? null : event;

function isSomebody(subject: Subject, end: AnyMachineSnapshot): boolean {
  const account = subject.step === 'account' ? endOf(end)?.account : subject.account;
  const isDecoy = subject.step === 'oneTimeCode' && subject.challenge.by === 'decoy';
  return account != null && account.ref !== null && !isDecoy;
}

const nodesOf = ({ _nodes }: AnyMachineSnapshot): readonly AnyStateNode[] => _nodes;

const asksNow = (state: AnyMachineSnapshot, what: RegExp) =>
  nodesOf(state).some(({ invoke }) => invoke.some(({ src }) => what.test(String(src))));

const waitsFor = (state: AnyMachineSnapshot, name: string) =>
  nodesOf(state).some(({ after }) => after.some(({ delay }) => delay === name));

const isBridged = (state: AnyMachineSnapshot) =>
  asksNow(state, /^playPrompt$/) || waitsFor(state, 'filler');

/** The code steps of a path: how long the caller is said to have heard nothing, and may have. */
function codesAfterSilence({ steps }: Path) {
  let due = 0;
  let wordMs = FILLER_MS;
  return steps.flatMap((step) => {
    const { type } = step.event;
    if (type === 'xstate.done.actor.step') due = wordMs;
    else if (/\.lookUpCustomer$|^xstate\.after\.customer\./.test(type)) due = FILLER_MS;
    else if (/\.(choice|playPrompt)$/.test(type)) due = 0;
    wordMs = Math.max(FILLER_MS, ...floors(step));
    const asked = asksOf(step, 'oneTimeCode') as { silentMs: number }[];
    return asked.map(({ silentMs }) => ({ silentMs, due, step }));
  });
}
