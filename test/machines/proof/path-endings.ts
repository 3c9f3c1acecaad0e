// The rule M6 on every generated path: each call ends once, and as it says it did.

import type { Explored } from './chart-paths.ts';
import { at, chartOf, isWhole, kindOf, resultOf, wrong } from './path-evidence.ts';
import { dueTo } from './policy-table.ts';
import { resumptionOf } from './resumed-calls.ts';
import type { Step } from './walk.ts';

/** What must have happened on the way for a call to end so. */
const ENDED_BECAUSE: Readonly<Record<string, (step: Step) => boolean>> = {
  'hung-up': ({ from, event }) => event.type === 'caller.hungUp' && !isPending(from?.context),
  'livekit-lost': ({ event }) => event.type === 'call.lost',
  draining: ({ event }) => event.type === 'call.drain',
  'call-limit': ({ event }) => event.type.startsWith('xstate.after.callLimit'),
  'screened-out': ({ event, to: { context } }) =>
    /\.(actor\.screen$|after\.screening\.)/.test(event.type) &&
    dueTo(context.plan.screening, context.evidence).action === 'refuse',
  'no-line': ({ from, to }) => from === null && to.context.plan === null,
  'no-input': ({ event }) => kindOf(event) === 'noInput',
  'too-many-tries': ({ event }) => kindOf(event) === 'tooManyTries',
  'locked-out': ({ event }) => kindOf(event) === 'lockedOut',
  stranger: ({ event }) => kindOf(event) === 'stranger',
  'store-lost': ({ event }) => kindOf(event) === 'storeLost',
  'backend-unavailable': ({ event }) => /unavailable|notPossible/.test(kindOf(event) ?? ''),
  'handed-off': ({ event }) => resultOf(event)?.outcome === 'succeeded',
  'transfer-unknown': ({ from, event }) =>
    resultOf(event)?.outcome === 'unknown' ||
    (event.type === 'caller.hungUp' && isPending(from?.context)),
  'transfer-failed': ({ event }) => resultOf(event)?.outcome === 'failed',
  'desk-unavailable': ({ event, to }) =>
    resultOf(event)?.outcome === 'failed' || to.context.plan?.closed != null,
  fault: ({ event, to }) =>
    /^xstate\.(error\.actor\.(?!screen|lookUpCustomer)|after\.answer)/.test(event.type) ||
    kindOf(event) === 'faulted' ||
    (kindOf(event) === 'accepted' && to.context.account.ref === null) ||
    isLeftNameless(to.context),
};

/** Whether the caller may have been moved. */
const isPending = (context: Step['to']['context']) => context?.handOff?.outcome === 'unknown';

/** Through all there was to ask, and yet no account. */
const isLeftNameless = (context: Step['to']['context']) =>
  context.account.ref === null && context.route?.steps.length > 0 && isWhole(context);

/** Whether it was to end so already when the worker before was lost. */
function isSettledBefore(input: unknown, reason: string): boolean {
  const { way = null, tried = {} } = resumptionOf(input) ?? {};
  return way?.reason === reason || (reason === 'too-many-tries' && Object.keys(tried).length > 0);
}

export function wrongEndings(explored: Explored): string[] {
  const { simple, edges, states } = chartOf(explored, 'call');
  const settled = edges.filter(({ from }) => from.matches('closing'));
  const drains = edges.filter(
    ({ from, event }) => event.type === 'call.drain' && !from.matches('closing'),
  );
  const drained = new Set(drains.map(({ from }) => from));
  return [
    ...wrong(
      states.filter((state) => state.status === 'active' && !state.matches('closing')),
      (state) => drained.has(state),
      (state) => `a drain is not heard: ${at(state)}`,
    ),
    ...wrong(
      drains,
      ({ to }) => to.matches('closing') && to.context.reason === 'draining',
      ({ from, to }) => `a drain leads from ${at(from)} to ${at(to)}`,
    ),
    ...wrong(
      simple,
      ({ input, steps, end }) =>
        steps.some(ENDED_BECAUSE[end.output.ending.reason] ?? (() => false)) ||
        isSettledBefore(input, end.output.ending.reason),
      ({ steps, end }) => `${end.output.ending.reason} on ${steps.at(-1)?.event.type}`,
    ),
    ...wrong(
      simple,
      ({ end: { output } }) =>
        (output.ending.reason === 'handed-off') === (output.handOff?.outcome === 'succeeded') &&
        (output.ending.reason !== 'transfer-unknown' || output.handOff?.outcome === 'unknown'),
      ({ end: { output } }) => `${output.ending.reason}, hand-off ${output.handOff?.outcome}`,
    ),
    ...wrong(
      settled,
      ({ from, to }) => from.context.reason === to.context.reason,
      ({ from, event }) => `a second ending: ${at(from, event)}`,
    ),
  ];
}
