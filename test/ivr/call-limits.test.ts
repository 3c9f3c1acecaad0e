import { expect, test } from 'vitest';
import { IvrFault } from '../../src/ivr/fault.ts';
import { keysAccountAndBirthDate } from './customers.ts';
import { brokenRecords } from './fake-stores.ts';
import { withLimit, withoutBargeIn } from './lines.ts';
import { type DialOptions, dial } from './scenario.ts';

test.each([
  { during: 'a prompt', limitMs: 5000, keys: '' },
  { during: 'the wait for a key', limitMs: 14_000, keys: '' },
  { during: 'an entry', limitMs: 12_000, keys: '3141' },
])('a call at its limit during $during is told so and ended', async ({ limitMs, keys }) => {
  const { caller, call, world } = await dial({ plan: withLimit(limitMs) });
  if (keys !== '') await caller.hears('enter-account');
  await caller.presses(keys);
  await caller.hears('time-limit');
  expect(world.clock.now()).toBe(limitMs);
  await caller.hears('goodbye');
  await call.ends('call-limit');
  expect(caller.phone.state).toBe('ended');
});

test('a call at its limit while the bank is asked does not wait for the answer', async () => {
  const { caller, call, bank } = await dial({ plan: withLimit(12_000) });
  bank.is('silent', 'lookup');
  await caller.hears('enter-account');
  await caller.presses('31415926');
  await caller.hears('one-moment', 'time-limit', 'goodbye');
  const { steps } = await call.ends('call-limit');
  expect(steps).toMatchObject([{ step: 'account', outcome: 'abandoned', tries: 1 }]);
});

test('a worker that may wait no longer tells the caller before it ends the call', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('314');
  call.drain();
  await caller.hears('technical-problem', 'goodbye');
  const { steps } = await call.ends('draining');
  expect(steps).toMatchObject([{ step: 'account', outcome: 'abandoned' }]);
});

test('a worker that may wait no longer lets a call that still rings go', async () => {
  const { caller, call } = await dial();
  expect(caller.phone.state).toBe('ringing');
  call.drain();
  const record = await call.ends('draining');
  expect(caller.phone.state).toBe('ended');
  expect(record.answeredAt).toBeNull();
  expect(call.asked).not.toContain('line.play');
});

test('a drain changes nothing for a call that is saying goodbye', async () => {
  const { caller, call } = await dial();
  await caller.hears('nothing-heard');
  call.drain();
  await caller.hears('goodbye');
  await call.ends('no-input');
});

const broken = () => Promise.reject(new IvrFault('IVR_LINE_LOST', 'as told'));

test('a call that cannot be answered ends as a fault, with a record', async () => {
  const { caller, call } = await dial({ line: () => ({ answer: broken }) });
  const record = await call.ends('fault');
  expect(record.answeredAt).toBeNull();
  expect(caller.phone.state).toBe('ended');
});

test('a call that is never answered is given up after 10 seconds', async () => {
  const { call, world } = await dial({
    line: () => ({ answer: () => new Promise(() => undefined) }),
  });
  await call.ends('fault');
  expect(world.clock.now()).toBe(10_000);
  const [told] = world.logged.filter((line) => line.includes('call ended by a fault'));
  expect(JSON.parse(told ?? '')).toMatchObject({
    level: 50,
    closing: { from: 'underway.answering', event: expect.stringMatching(/\bafter\.answer\b/) },
  });
});

test.each([
  { which: 'the first prompt', plan: {} },
  { which: 'a prompt that cannot be interrupted', plan: { plan: withoutBargeIn } },
])('when $which cannot be played the caller hears of a technical problem', async ({ plan }) => {
  const { caller, call } = await dial({ ...plan, line: failsToPlay(0) });
  await caller.hears('technical-problem', 'goodbye');
  const { steps } = await call.ends('fault');
  expect(steps).toMatchObject([{ step: 'account', outcome: 'faulted' }]);
});

test('when "connecting" cannot be played the caller hears of a technical problem', async () => {
  const { caller, call, bank } = await dial({ line: failsToPlay(3) });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  await caller.hears('technical-problem', 'goodbye');
  const record = await call.ends('fault');
  expect(record.auth).toBe('verified');
});

test('when nothing can be played at all the call still ends, with a record', async () => {
  const { caller, call } = await dial({ line: () => ({ play: broken }) });
  await call.ends('fault');
  expect(caller.phone.state).toBe('ended');
});

test('when the caller cannot be hung up the call still ends, with its own reason', async () => {
  const { caller, call } = await dial({ line: () => ({ hangUp: broken }) });
  await caller.hears('nothing-heard', 'goodbye');
  await call.ends('no-input');
});

test('when a refusal hangs the call still ends, with its own reason', async () => {
  const { call } = await dial({
    number: '+15105550109',
    line: () => ({ refuse: () => new Promise(() => undefined) }),
  });
  await call.ends('no-line');
});

test('when the line cannot be left in order there is a record all the same', async () => {
  const { caller, call, world } = await dial({ line: () => ({ leave: broken }) });
  await caller.hears('welcome');
  await caller.hangsUp();
  const record = await call.ends('hung-up');
  expect(await world.kept()).toEqual([record]);
});

test('where no ticket can be signed no desk is asked, and the caller is told', async () => {
  const { caller, call, bank } = await dial({
    world: { issueTicket: () => Promise.reject(new Error('as told')) },
  });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  await caller.hears('desk-unavailable', 'goodbye');
  await call.ends('desk-unavailable');
  expect(call.dispatches).toEqual([]);
  expect(call.transfers).toEqual([]);
});

test('a record that cannot be kept is reported, and is in the log', async () => {
  const full = new IvrFault('IVR_STORE_UNAVAILABLE', 'as told');
  const options: DialOptions = {
    world: {
      records: brokenRecords(full),
    },
  };
  const { caller, call, world } = await dial(options);
  await caller.hears('welcome');
  await caller.hangsUp();
  await expect(call.ends('hung-up')).rejects.toBe(full);
  const [entry] = world.logged.filter((line) => line.includes('could not be stored'));
  expect(JSON.parse(entry!)).toMatchObject({
    level: 50,
    record: { id: call.id, ending: { reason: 'hung-up' } },
    fault: { code: 'IVR_STORE_UNAVAILABLE' },
  });
});

/** A line that fails at the n-th prompt (from 0) and plays all others. */
function failsToPlay(which: number): NonNullable<DialOptions['line']> {
  let played = 0;
  return (line) => ({
    play: (clips, signal) => (played++ === which ? broken() : line.play(clips, signal)),
  });
}
