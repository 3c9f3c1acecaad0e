import { expect, test } from 'vitest';
import {
  createSimulatedLine,
  type SimulatedLine,
  type SimulatedLineOptions,
} from '../../src/console/simulated-line.ts';
import { VirtualClock } from '../../src/console/virtual-clock.ts';
import type { CallerFacts, Clip } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';

const caller: CallerFacts = {
  room: 'room',
  identity: 'caller',
  sipCallId: 'SCL_1',
  inviteCallId: 'invite-1',
  dialled: '+15105550100',
  number: Secret.of('+15551237788'),
  trunkId: null,
  ruleId: null,
};
const second: Clip = { samples: new Int16Array(16_000) };
const patient = new AbortController().signal;

function ring(changes: Partial<SimulatedLineOptions> = {}) {
  const clock = new VirtualClock();
  const line = createSimulatedLine({
    clock,
    caller,
    desk: () => 1000,
    transfer: () => ({ outcome: 'succeeded', afterMs: 3000 }),
    ...changes,
  });
  return { clock, line };
}

async function answered(changes: Partial<SimulatedLineOptions> = {}) {
  const { clock, line } = ring(changes);
  const answering = line.answer(patient);
  await clock.pass(500);
  await answering;
  return { clock, line };
}

/** Where a promise stands now. */
function follow(work: Promise<unknown>) {
  const state: { is: 'pending' | 'done' | 'rejected'; why?: unknown } = { is: 'pending' };
  work.then(
    () => {
      state.is = 'done';
    },
    (why: unknown) => {
      Object.assign(state, { is: 'rejected', why });
    },
  );
  return state;
}

test('strangers are told when they come, unless they are hidden, and seen by who looks', async () => {
  const { line } = ring();
  const came: string[] = [];
  line.onStranger((kind) => came.push(kind));
  expect(await line.strangers(patient)).toEqual([]);
  line.phone.letIn('agent', 'hidden');
  line.phone.letIn('egress');
  expect(came).toEqual(['egress']);
  expect(await line.strangers(patient)).toEqual(['agent', 'egress']);
  line.phone.letOut();
  expect(await line.strangers(patient)).toEqual([]);
});

test('a caller hears nothing until the call is answered', async () => {
  const { clock, line } = ring();
  const answering = follow(line.answer(patient));
  await clock.pass(499);
  expect(line.phone.state).toBe('ringing');
  expect(answering.is).toBe('pending');
  await clock.pass(1);
  expect(line.phone.state).toBe('answered');
  expect(answering.is).toBe('done');
});

test('a refused call was never answered, and its line has ended', async () => {
  const { line } = ring();
  await line.refuse('SIP;cause=608', patient);
  expect(line.phone.state).toBe('refused');
  await expect(line.ended).resolves.toBe('hungUp');
});

test('clips take as long as they are, one after the other', async () => {
  const { clock, line } = await answered();
  const playing = follow(line.play([second, second], patient));
  await clock.pass(1999);
  expect(playing.is).toBe('pending');
  await clock.pass(1);
  expect(playing.is).toBe('done');
});

test('an abort stops the sound at once, and the next one may begin in the same moment', async () => {
  const { clock, line } = await answered();
  const bargeIn = new AbortController();
  const first = follow(line.play([second], bargeIn.signal));
  await clock.pass(300);
  bargeIn.abort(new Error('barge-in'));
  const next = follow(line.play([second], patient));
  await clock.pass(0);
  expect(first).toEqual({ is: 'rejected', why: new Error('barge-in') });
  await clock.pass(1000);
  expect(next.is).toBe('done');
});

test('whoever asks with a signal that has aborted gets its reason', async () => {
  const { line } = await answered();
  const gone = AbortSignal.abort(new Error('too late'));
  await expect(line.play([second], gone)).rejects.toThrow('too late');
  await expect(line.setAttributes({ a: '1' }, gone)).rejects.toThrow('too late');
  expect(line.phone.attributes).toEqual({});
});

test('keys arrive one by one, also late ones; what is no key is told apart', async () => {
  const { line } = await answered();
  const keys: string[] = [];
  const ignored: string[] = [];
  line.onKey((key) => keys.push(key.reveal()));
  line.onIgnoredKey((why) => ignored.push(why));
  for (const key of ['0', '9', '*', '#', 'A', '12']) line.phone.press(key);
  line.phone.hangUp();
  line.phone.press('7');
  expect(keys).toEqual(['0', '9', '*', '#', '7']);
  expect(ignored).toEqual(['notAKey', 'notAKey']);
});

test('keys that may have been lost are told in their place among the others', async () => {
  const { line } = await answered();
  const heard: string[] = [];
  line.onKey((key) => heard.push(key.reveal()));
  line.onKeysMissed(() => heard.push('(missed)'));
  line.phone.press('1');
  line.phone.loseKeys();
  line.phone.press('2');
  expect(heard).toEqual(['1', '(missed)', '2']);
});

test('only a prompt that a key has stopped is told as hushed', async () => {
  const { clock, line } = await answered();
  const hushed: number[] = [];
  let prompt = new AbortController();
  line.onHushed((seconds) => hushed.push(seconds));
  line.onKey(() => prompt.abort(new Error('barge-in')));

  const cut = line.play([second], prompt.signal);
  prompt.abort(new Error('somebody else'));
  await expect(cut).rejects.toThrow('somebody else');
  prompt = new AbortController();
  const played = line.play([second], prompt.signal);
  await clock.pass(1000);
  await played;
  line.phone.press('1');
  expect(hushed).toEqual([]);

  prompt = new AbortController();
  const stopped = line.play([second], prompt.signal);
  line.phone.press('2');
  await expect(stopped).rejects.toThrow('barge-in');
  expect(hushed).toEqual([0]);
});

test('an end is told once, and stays what it was', async () => {
  const { line } = await answered();
  line.phone.hangUp();
  line.phone.lose();
  await expect(line.ended).resolves.toBe('hungUp');
  expect(line.phone.state).toBe('ended');
});

test('a lost room takes with it whatever was under way', async () => {
  const { line } = await answered();
  const playing = line.play([second], patient);
  line.phone.lose();
  await expect(playing).rejects.toMatchObject({ code: 'IVR_LINE_LOST' });
  await expect(line.ended).resolves.toBe('lost');
});

test('hanging up a line that has ended is done at once', async () => {
  const { line } = await answered();
  await line.hangUp(patient);
  await line.hangUp(patient);
  expect(line.phone.state).toBe('ended');
});

test('a desk comes when it comes, or never, or cannot be sent for', async () => {
  const comings = { soon: 700, never: 'never', fails: 'fails' } as const;
  const seen: string[] = [];
  const { clock, line } = await answered({
    desk(agent, metadata) {
      seen.push(`${agent} ${metadata}`);
      return comings[agent as keyof typeof comings];
    },
  });
  const soon = follow(line.bringAgent('soon', 'm1', patient));
  const impatient = new AbortController();
  const never = follow(line.bringAgent('never', 'm2', impatient.signal));
  await expect(line.bringAgent('fails', 'm3', patient)).rejects.toMatchObject({
    code: 'IVR_LIVEKIT_UNREACHABLE',
  });
  await clock.pass(700);
  expect(soon.is).toBe('done');
  await clock.pass(3_600_000);
  expect(never.is).toBe('pending');
  impatient.abort();
  await clock.settle();
  expect(never.is).toBe('rejected');
  expect(seen).toEqual(['soon m1', 'never m2', 'fails m3']);
});

test('a desk may be gone again, and nobody watches unless it is said', async () => {
  const { clock, line } = await answered({ desk: () => ({ afterMs: 100, staysMs: 400 }) });
  await expect(line.hasDesk(patient)).resolves.toBe(false);
  const coming = line.bringAgent('brief', '{}', patient);
  await clock.pass(100);
  await coming;
  await expect(line.hasDesk(patient)).resolves.toBe(true);
  await clock.pass(400);
  await expect(line.hasDesk(patient)).resolves.toBe(false);
  const impatient = new AbortController();
  const watching = follow(line.awaitWatcher(impatient.signal));
  await clock.pass(3_600_000);
  expect(watching.is).toBe('pending');
  impatient.abort();
  await clock.settle();
  expect(watching.is).toBe('rejected');
});

test('who hung up is not there any more', async () => {
  const { line } = await answered();
  await expect(line.hasCaller(patient)).resolves.toBe(true);
  line.phone.hangUp();
  await expect(line.hasCaller(patient)).resolves.toBe(false);
});

test('after a transfer the caller is elsewhere', async () => {
  const { clock, line } = await answered();
  const transferring = line.transfer('tel:+15105550199', {}, 25, patient);
  await clock.pass(3000);
  await expect(transferring).resolves.toBe('succeeded');
  expect(line.phone.state).toBe('answered');
  await clock.pass(1000);
  await expect(line.ended).resolves.toBe('hungUp');
});

test('a caller without a SIP leg cannot be transferred', async () => {
  const { line } = await answered({ caller: { ...caller, sipCallId: null } });
  await expect(line.transfer('tel:+15105550199', {}, 25, patient)).resolves.toBe('failed');
});

test('leaving the line leaves the caller on it, and may be done twice', async () => {
  const { line } = await answered();
  await line.leave();
  await line.leave();
  expect(line.phone.state).toBe('answered');
});

const misuses: readonly (readonly [string, (line: SimulatedLine) => Promise<unknown>])[] = [
  ['play', (line) => line.play([second], patient)],
  ['bringAgent', (line) => line.bringAgent('desk', '{}', patient)],
  ['transfer', (line) => line.transfer('tel:+15105550199', {}, 25, patient)],
];

test.each(misuses)(
  '%s before the answer, after the end or after leaving is a misuse',
  async (name, ask) => {
    await expect(ask(ring().line)).rejects.toThrow(`${name} while ringing`);
    const ended = await answered();
    ended.line.phone.hangUp();
    await expect(ask(ended.line)).rejects.toThrow(`${name} while ended`);
    const left = await answered();
    await left.line.leave();
    await expect(ask(left.line)).rejects.toThrow('misuse');
  },
);

test('refusing what was answered and playing two things at once are misuses', async () => {
  const { line } = await answered();
  await expect(line.refuse('', patient)).rejects.toThrow('refuse while answered');
  const playing = line.play([second], patient);
  await expect(line.play([second], patient)).rejects.toThrow('misuse');
  line.phone.lose();
  await expect(playing).rejects.toThrow('lost');
});
