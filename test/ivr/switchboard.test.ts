import { expect, test } from 'vitest';
import { createSimulatedLine, type SimulatedLine } from '../../src/console/simulated-line.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import { withBacklog } from '../../src/ivr/record-backlog.ts';
import { createSwitchboard, type Waiting } from '../../src/ivr/switchboard.ts';
import { openWorld, type World } from './world.ts';

function ring({ clock }: World, sipCallId: string | null = null): SimulatedLine {
  return createSimulatedLine({
    clock,
    caller: {
      room: 'room',
      identity: 'caller',
      sipCallId,
      inviteCallId: null,
      dialled: '+15105550100',
      number: null,
      trunkId: null,
      ruleId: null,
    },
    desk: () => 500,
    transfer: () => ({ outcome: 'failed', afterMs: 0 }),
  });
}

const ROOM = 'call_+15105550100_x7';

const reasons = async (world: World) => (await world.kept()).map(({ ending }) => ending.reason);

test('calls take up room until their record is kept', async () => {
  const world = await openWorld();
  const switchboard = createSwitchboard(world, 2);
  expect([switchboard.calls, switchboard.load(), switchboard.hasRoom()]).toEqual([0, 0, true]);
  const lines = [ring(world), ring(world)] as const;
  const taken = lines.map((line) => switchboard.take(ROOM, async () => line));
  expect([switchboard.calls, switchboard.load(), switchboard.hasRoom()]).toEqual([2, 1, false]);
  await world.clock.settle();
  lines[0].phone.hangUp();
  await taken[0];
  expect([switchboard.calls, switchboard.load(), switchboard.hasRoom()]).toEqual([1, 0.5, true]);
  expect(switchboard.hasRoom(1)).toBe(false);
  lines[1].phone.hangUp();
  await taken[1];
  expect(await reasons(world)).toEqual(['hung-up', 'hung-up']);
});

test('while the event loop is late no call is taken, and the calls there are go on', async () => {
  const world = await openWorld();
  let waitMs = 0;
  const switchboard = createSwitchboard(world, 10, () => waitMs);
  const line = ring(world);
  const call = switchboard.take(ROOM, async () => line);
  waitMs = 150;
  expect([switchboard.load(), switchboard.hasRoom()]).toEqual([0.75, true]);
  waitMs = 300;
  expect([switchboard.load(), switchboard.hasRoom()]).toEqual([1, false]);
  await world.clock.pass(2000);
  expect(line.phone.state).toBe('answered');
  waitMs = 0;
  expect(switchboard.hasRoom()).toBe(true);
  line.phone.hangUp();
  await call;
  expect([switchboard.calls, switchboard.taken]).toEqual([0, 1]);
});

test('hazard: a caller who hangs up while the line is being joined has hung up', async () => {
  const world = await openWorld();
  const switchboard = createSwitchboard(world, 5);
  const line = ring(world);
  line.phone.hangUp();
  await switchboard.take(ROOM, async () => line);
  expect(await reasons(world)).toEqual(['hung-up']);
});

test('a drain takes no more calls and waits for the ones there are', async () => {
  const world = await openWorld();
  const switchboard = createSwitchboard(world, 5);
  const line = ring(world);
  const call = switchboard.take(ROOM, async () => line);
  let isDrained = false;
  const drained = switchboard.drain().then(() => {
    isDrained = true;
  });
  await world.clock.pass(5000);
  expect([isDrained, switchboard.hasRoom(), switchboard.load()]).toEqual([false, false, 1]);
  expect(line.phone.state).toBe('answered');
  line.phone.hangUp();
  await Promise.all([call, drained]);
  expect(await reasons(world)).toEqual(['hung-up']);
});

test('a stop ends every call with a word, also one that was only just being connected', async () => {
  const world = await openWorld();
  const switchboard = createSwitchboard(world, 5);
  const connecting = Promise.withResolvers<SimulatedLine>();
  void switchboard.take(ROOM, async () => ring(world));
  void switchboard.take(ROOM, () => connecting.promise);
  await world.clock.pass(5000);
  const stopped = switchboard.stop();
  connecting.resolve(ring(world));
  await world.clock.pass(15_000);
  await stopped;
  expect(await reasons(world)).toEqual(['draining', 'draining']);
  const spoken = world.observed.filter(({ type }) => type === 'prompt.began');
  expect(spoken.at(-1)).toMatchObject({ prompts: ['technical-problem', 'goodbye'] });
});

test.each([
  { why: 'the caller was gone', fault: new IvrFault('IVR_LINE_LOST', 'gone'), reason: 'hung-up' },
  { why: 'LiveKit was', fault: new Error('no room'), reason: 'livekit-lost' },
])('a call that cannot be joined because $why has a record too', async ({ fault, reason }) => {
  const world = await openWorld();
  const switchboard = createSwitchboard(world, 5);
  await switchboard.take(ROOM, () => Promise.reject(fault));
  expect(await reasons(world)).toEqual([reason]);
  for await (const { screening } of world.records.list())
    expect(screening.action).not.toBe('refuse');
  expect(switchboard.calls).toBe(0);
  expect(world.measured).toEqual([{ type: 'call.missed', record: (await world.kept())[0] }]);
});

test('the record of a call that cannot be joined is kept once the store is back', async () => {
  const world = await openWorld();
  let isAway = true;
  const append: World['records']['append'] = (record) =>
    isAway ? Promise.reject(new Error('away')) : world.records.append(record);
  const records = withBacklog({ ...world.records, append }, world.log);
  const switchboard = createSwitchboard({ ...world, records }, 5);
  await switchboard.take(ROOM, () => Promise.reject(new Error('no room')));
  expect(world.logged.join()).toContain('"record":{');
  expect(await reasons(world)).toEqual([]);
  isAway = false;
  await records.beat('w1', 4000);
  expect(await reasons(world)).toEqual(['livekit-lost']);
});

test('a call whose record cannot be kept disturbs no other call', async () => {
  const world = await openWorld();
  let kept = 0;
  const records: World['records'] = {
    ...world.records,
    append: (record) =>
      kept++ === 0 ? Promise.reject(new Error('disk full')) : world.records.append(record),
  };
  const switchboard = createSwitchboard({ ...world, records }, 5);
  const lines = [ring(world), ring(world)] as const;
  const taken = lines.map((line) => switchboard.take(ROOM, async () => line));
  await world.clock.pass(1000);
  lines[0].phone.hangUp();
  await taken[0];
  expect(world.logged.join()).toContain('call has ended, its record is not kept yet');
  lines[1].phone.hangUp();
  await taken[1];
  expect(await reasons(world)).toEqual(['hung-up']);
});

const offeredAgain = (waiting: Partial<Waiting>) => ({
  since: 0,
  look: async () => ({ sipCallId: null, isServed: false, ...waiting }),
});
/** The caller is seen only once the room was joined. */
const OFFERED_AGAIN = offeredAgain({});
const join = () => Promise.reject(new Error('the room was joined'));

test('hazard: a call that has its worker is not joined, so that nobody is taken for a stranger', async () => {
  const world = await openWorld();
  const [one, other] = [createSwitchboard(world, 5), createSwitchboard(world, 5)];
  const line = ring(world, 'SCL_one');
  const call = one.take(ROOM, async () => line);
  await world.clock.pass(5000);
  await other.take(ROOM, join, offeredAgain({ sipCallId: 'SCL_one' }));
  await other.take(ROOM, join, offeredAgain({ isServed: true }));
  line.phone.hangUp();
  await call;
  await other.take(ROOM, join, offeredAgain({ sipCallId: 'SCL_one', isServed: true }));
  expect(await reasons(world)).toEqual(['hung-up']);
});

test.each([
  { isServed: true, joined: [] },
  { isServed: false, joined: ['livekit-lost'] },
])(
  'where the store does not know of the call an agent in its room is a reason ($isServed)',
  async ({ isServed, joined }) => {
    const world = await openWorld();
    const isBegunBefore = () => Promise.reject(new Error('away'));
    const records = { ...world.records, isBegunBefore };
    const switchboard = createSwitchboard({ ...world, records }, 5);
    await switchboard.take(ROOM, join, offeredAgain({ sipCallId: 'SCL_one', isServed }));
    expect(await reasons(world)).toEqual(joined);
  },
);

test('hazard: LiveKit that comes back offers a call again that has its worker, or had it: it is left alone', async () => {
  const world = await openWorld();
  const [one, other] = [createSwitchboard(world, 5), createSwitchboard(world, 5)];
  const line = ring(world, 'SCL_one');
  const call = one.take(ROOM, async () => line);
  await world.clock.pass(5000);
  const again = ring(world, 'SCL_one');
  await other.take(ROOM, async () => again, OFFERED_AGAIN);
  expect([line.phone.state, again.phone.state]).toEqual(['answered', 'ringing']);
  line.phone.hangUp();
  await call;
  await other.take(ROOM, async () => ring(world, 'SCL_one'), OFFERED_AGAIN);
  expect(await reasons(world)).toEqual(['hung-up']);

  const next = ring(world, 'SCL_other');
  const nextCall = other.take(ROOM, async () => next, OFFERED_AGAIN);
  await world.clock.pass(5000);
  expect(next.phone.state).toBe('answered');
  next.phone.hangUp();
  await nextCall;
});

/** A call of a worker that is lost, on its way to a desk, as the store gives it to another one. */
async function orphaned(world: World, afterMs = 5000) {
  const first = { ...world, workerId: 'w0' };
  const switchboard = createSwitchboard(first, 5);
  const line = ring(world);
  void switchboard.take(ROOM, async () => line);
  await world.clock.pass(afterMs);
  const [call = ''] = switchboard.running;
  switchboard.giveUp(call);
  await world.clock.settle();
  await world.records.beat('w0', 0);
  await world.records.beat(world.workerId, 3_600_000);
  const [lost] = await world.records.takeOver(world.workerId, 0, 1);
  if (lost === undefined) throw new Error('there is no lost call');
  return lost;
}

test('hazard: a call whose desk had come before its worker was lost is left to the desk, with a record', async () => {
  const world = await openWorld();
  const lost = await orphaned(world);
  const line = ring(world);
  const asked: string[] = [];
  let hasLeft = false;
  const before = world.observed.length;
  await createSwitchboard(world, 5).goOn(lost, async () => ({
    ...line,
    async deskHere(call) {
      asked.push(call);
      return { desk: 'sensitive', auth: 'verified', amr: ['kba', 'otp'] };
    },
    async leave() {
      hasLeft = true;
      await line.leave();
    },
  }));
  expect(asked).toEqual([lost.id]);
  expect(hasLeft).toBe(true);
  const [record] = await world.kept();
  expect(record).toMatchObject({
    id: lost.id,
    ending: { result: 'success', reason: 'handed-off' },
    desk: 'sensitive',
    handoff: { kind: 'agent', outcome: 'succeeded' },
    auth: 'verified',
    amr: ['kba', 'otp'],
    resumed: true,
    workerId: world.workerId,
  });
  expect(record?.steps.map(({ outcome }) => outcome)).not.toContain('abandoned');
  const after = world.observed.slice(before);
  expect(after.filter(({ type }) => type === 'prompt.began')).toEqual([]);
});

test.each([
  { was: 'answered', afterMs: 5000, is: 'answered' },
  { was: 'ringing', afterMs: 0, is: 'ringing' },
])(
  'while it is looked for a desk a call that was $was is made ready to be spoken to, or rings on',
  async ({ afterMs, is }) => {
    const world = await openWorld();
    const lost = await orphaned(world, afterMs);
    const line = ring(world);
    const looked = Promise.withResolvers<null>();
    const before = world.observed.length;
    const done = createSwitchboard(world, 5).goOn(lost, async () => ({
      ...line,
      deskHere: () => looked.promise,
    }));
    await world.clock.pass(500);
    expect(line.phone.state).toBe(is);
    expect(world.observed.slice(before)).toEqual([]);
    looked.resolve(null);
    await world.clock.pass(5000);
    expect(line.phone.state).toBe('answered');
    line.phone.hangUp();
    await done;
  },
);

test('where nobody can say whether a desk is there the call goes on', async () => {
  const world = await openWorld();
  const lost = await orphaned(world);
  const line = ring(world);
  const done = createSwitchboard(world, 5).goOn(lost, async () => ({
    ...line,
    deskHere: () => Promise.reject(new Error('LiveKit is away')),
  }));
  await world.clock.pass(5000);
  expect(line.phone.state).toBe('answered');
  line.phone.hangUp();
  await done;
  expect(await reasons(world)).toEqual(['hung-up']);
});
