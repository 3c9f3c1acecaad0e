import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AnyMachineSnapshot, AnyStateNode } from 'xstate';
import { transition } from 'xstate';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { FACTORS, type StepName } from '../../src/machines/outcome.ts';
import { call, collectDigits, EXPLORED, handOff, oneTimeCode, step } from './chart-paths.ts';
import { below } from './paths.ts';

// The rules that hold on every path. Numbered as in the design; storms.test.ts tries them at random.

const ended = (states: readonly AnyMachineSnapshot[]) =>
  states.filter(({ status }) => status === 'done');

test('M1: nobody is verified unless every step was accepted, a factor among them', () => {
  const verified = call.states.filter(({ context }) => context.auth === 'verified');
  expect(verified.length).toBeGreaterThan(0);
  for (const { context } of verified) {
    const plan = context.plan as LinePlan;
    const accepted = context.accepted as StepName[];
    expect(plan.steps.map(({ step: name }) => name)).toEqual(accepted);
    expect(accepted.some((name) => FACTORS.has(name))).toBe(true);
    expect(context.account.ref).not.toBeNull();
  }
});

test('M1: nothing but an accepting answer of a step moves a call towards verified', () => {
  const steps = call.edges.filter(({ from, to }) => from.context.accepted !== to.context.accepted);
  expect(steps.length).toBeGreaterThan(0);
  for (const { event } of steps) {
    expect(event.type).toMatch(/^xstate\.done\.actor\.(step|oneTimeCode)$/);
    expect(event.output).toMatchObject({ kind: 'accepted' });
  }
});

test('M2: once the caller has hung up, no port is asked and no chart is started', () => {
  const running = call.states.filter(({ status }) => status === 'active');
  expect(running.length).toBeGreaterThan(0);
  for (const state of running) {
    const [next, actions] = transition(call.machine, state, { type: 'caller.hungUp' });
    expect(next.status).toBe('done');
    expect(actions.filter(({ type }) => type === 'xstate.spawnChild')).toEqual([]);
  }
});

test('M3: no step checks more often than its tries, and each check uses one up', () => {
  for (const { context } of step.states) expect(context.tried).toBeLessThanOrEqual(3);
  const checks = step.edges.filter(({ to }) => to.matches('checking'));
  const begun = checks.filter(({ from }) => !from.matches('checking'));
  expect(begun.length).toBeGreaterThan(0);
  for (const { from, to } of begun) expect(to.context.tried).toBe(from.context.tried + 1);
});

test('M3: no more codes are sent than a line allows, and each is counted', () => {
  for (const { context } of oneTimeCode.states) expect(context.sent).toBeLessThanOrEqual(3);
  const begun = oneTimeCode.edges.filter(
    ({ from, to }) => to.matches('sending') && !from.matches('sending'),
  );
  expect(begun.length).toBeGreaterThan(0);
  for (const { from, to } of begun) expect(to.context.sent).toBe(from.context.sent + 1);
});

describe('M4: every state leaves by itself', () => {
  // Whatever these wait for, the call they are part of has its limit (`underway` in the call chart).
  const BOUNDED_BY_THE_CALL = [
    'collectDigits.announcing', // a prompt that is played
    'collectDigits.listening.prompting',
    'handOff.announcing',
    'handOff.bringing.comfort.speaking',
    'oneTimeCode.awaitingCode.pacing.open', // the code is entered beside it
  ];

  const untimed = Object.values(EXPLORED).flatMap(({ machine }) =>
    below(machine.root)
      .filter(({ type }) => type === 'atomic')
      .filter((node) => !upwards(node).some(hasDeadline)),
  );

  test('in time, but for those that the limit of the call ends', () => {
    expect(untimed.map(({ id }) => id).sort()).toEqual(BOUNDED_BY_THE_CALL);
  });

  test('outside that limit too: a call that closes needs nobody’s answer', () => {
    const closing = call.machine.root.states.closing as AnyStateNode;
    const slow = Object.values(closing.states).filter((node) => !hasOwnDeadline(node));
    expect(slow.map(({ id }) => id)).toEqual([]);
  });

  function upwards(node: AnyStateNode): AnyStateNode[] {
    return [node, ...(node.parent ? upwards(node.parent) : [])];
  }

  /** A timer, a way on at once, or a chart below that ends by itself. */
  function hasDeadline(node: AnyStateNode): boolean {
    const charts = new Set(Object.values(EXPLORED).map(({ machine }) => machine.id));
    const isLimit = node.id === 'call.underway';
    return (hasOwnDeadline(node) && !isLimit) || node.invoke.some(({ id }) => charts.has(id));
  }

  function hasOwnDeadline(node: AnyStateNode): boolean {
    const isAlways = node.always?.some(({ guard }) => guard === undefined) ?? false;
    return node.after.length > 0 || isAlways;
  }
});

test('M5: no state of any chart prints a key, and no result of a call can hold one', () => {
  const keyed = ['1234', '55', '05', '50', '00'];
  const entries = [...collectDigits.states, ...step.states].filter(
    ({ context }) => context.entry.length > 1,
  );
  expect(entries.length).toBeGreaterThan(0);
  for (const state of entries) {
    const printed = `${JSON.stringify(state.context.entry)} ${inspect(state.context.entry)}`;
    expect(keyed.filter((keys) => printed.includes(keys))).toEqual([]);
  }
  for (const state of [...call.states, ...oneTimeCode.states, ...handOff.states]) {
    expect(Object.keys(state.context)).not.toContain('entry');
  }
});

test('M6: every call ends in exactly one ending, and success is a desk that has the caller', () => {
  const results = ended(call.states).map(({ output }) => output);
  expect(results.length).toBeGreaterThan(0);
  for (const { ending, handOff: taken } of results) {
    expect(Object.keys(ending)).toEqual(['result', 'reason']);
    expect(ending.reason === 'handed-off').toBe(taken?.outcome === 'succeeded');
    expect(ending.reason === 'transfer-unknown').toBe(taken?.outcome === 'unknown');
  }
});

describe('M8: a backend that fails is never a wrong entry', () => {
  const isFault = ({ event }: { event: { type: string; output?: unknown } }) =>
    /^xstate\.(error\.actor\.(?!playPrompt)|after\.verdict\.)/.test(event.type) ||
    (event.output as { kind?: string } | undefined)?.kind === 'unavailable';

  test('in a step, a code or a hand-over', () => {
    const faults = [...step.edges, ...oneTimeCode.edges].filter(isFault);
    expect(faults.length).toBeGreaterThan(0);
    for (const { to } of faults) expect(['unavailable', 'faulted']).toContain(to.value);
  });

  test('in a call, whatever comes after it', () => {
    const after = call.edges
      .filter(({ event }) => /\.actor\.(step|oneTimeCode)$/.test(event.type))
      .filter(isFault)
      .map(({ to }) => to.context);
    expect(after.length).toBeGreaterThan(0);
    for (const { auth, reason } of after) {
      expect(auth).not.toBe('failed');
      expect(reason).not.toBe('too-many-tries');
    }
    const turned = call.edges.filter(({ from, to }) => from.context.auth !== to.context.auth);
    const failing = turned.filter(({ to }) => to.context.auth === 'failed');
    expect(failing.length).toBeGreaterThan(0);
    for (const { event } of failing) expect(event.output).toMatchObject({ kind: 'tooManyTries' });
  });
});

test('M9: no desk is asked that requires more than the call has proved', () => {
  const asked = handOff.states.filter(({ context }) => context.asked !== null);
  expect(asked.length).toBeGreaterThan(0);
  for (const { context } of asked) {
    const { requires } = context.desks[context.asked];
    expect(context.proof.amr).toEqual(expect.arrayContaining(requires));
  }
});
