import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { HandOffInput } from '../../src/machines/hand-off.machine.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { createDrive, type Drive } from './drive.ts';
import { BANK } from './lines.ts';

const VERIFIED = { auth: 'verified', amr: ['kba', 'otp', 'sms'], ref: 'ref-1' } as const;
const UNPROVED = { auth: 'failed', amr: [], ref: null } as const;

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function handOver(input: Partial<HandOffInput> = {}) {
  const actor = createActor(phone.charts.handOff, {
    clock: phone.clock,
    input: {
      desk: 'sensitive',
      desks: BANK.desks,
      comfort: ['connecting'],
      proof: VERIFIED,
      ...input,
    },
  });
  actor.subscribe({ error: () => undefined });
  actor.start();
  return { ended: () => actor.getSnapshot().output };
}

const labelled = () => phone.ask('setAttributes').answer();
const isStillThere = (is = true) => phone.ask('lookForDesk').answer(is);
const deskAsked = (port: string) => (phone.ask(port).input as { desk: string }).desk;

/** The agent of the desk that is asked is not heard, twice. */
function agentStaysAway() {
  for (const _attempt of [1, 2]) {
    phone.promptEnds();
    phone.wait(10_000);
  }
}

describe('an agent', () => {
  test('takes the call when it is heard and the comfort is spoken', () => {
    const desk = handOver();
    labelled();
    expect(phone.hears()).toEqual(['connecting']);
    phone.ask('bringAgent').answer();
    expect(desk.ended()).toBeUndefined();
    phone.promptEnds();
    expect(desk.ended()).toBeUndefined();
    isStillThere();
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'sensitive', kind: 'agent' });
  });

  test('may come after the comfort', () => {
    const desk = handOver();
    labelled();
    phone.promptEnds();
    phone.wait(9999);
    phone.ask('bringAgent').answer();
    isStillThere();
    expect(desk.ended()).toMatchObject({ outcome: 'succeeded' });
  });

  test('that was heard in time is not lost because the comfort takes longer', () => {
    const desk = handOver();
    labelled();
    phone.ask('bringAgent').answer();
    phone.wait(10_000);
    phone.promptEnds();
    isStillThere();
    expect(desk.ended()).toMatchObject({ outcome: 'succeeded' });
    expect(phone.asked('bringAgent')).toHaveLength(1);
  });

  test('is sent for once more after its time, and then the next desk is', () => {
    handOver();
    labelled();
    phone.promptEnds();
    phone.wait(9999);
    expect(phone.asked('bringAgent')).toHaveLength(1);
    phone.wait(1);
    expect(phone.asked('bringAgent')).toHaveLength(2);
    expect(phone.hears()).toEqual(['one-moment']);
    phone.promptEnds();
    phone.wait(10_000);
    expect(phone.asked('bringAgent')).toHaveLength(2);
    expect(deskAsked('setAttributes')).toBe('operator');
  });

  test('that does not come in time is not replaced before the comfort is spoken', () => {
    handOver();
    labelled();
    phone.wait(10_000);
    expect(phone.asked('bringAgent')).toHaveLength(1);
    phone.promptEnds();
    expect(phone.asked('bringAgent')).toHaveLength(2);
  });

  test('that cannot be sent for is tried once more', () => {
    handOver();
    labelled();
    phone.ask('bringAgent').fail();
    phone.promptEnds();
    phone.ask('bringAgent').fail();
    phone.promptEnds();
    expect(deskAsked('setAttributes')).toBe('operator');
  });

  test('that came at the second attempt takes the call', () => {
    const desk = handOver();
    labelled();
    phone.ask('bringAgent').fail();
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    phone.promptEnds();
    isStillThere();
    expect(desk.ended()).toMatchObject({ outcome: 'succeeded', desk: 'sensitive' });
  });

  test.each<[string, () => void]>([
    ['is gone again by the end of the comfort', () => isStillThere(false)],
    ['cannot be looked for', () => phone.ask('lookForDesk').fail()],
    ['is not found within two seconds', () => phone.wait(2000)],
  ])('that was heard and %s is sent for once more, and then the next desk is', (_, happens) => {
    const desk = handOver();
    labelled();
    for (const attempt of [1, 2]) {
      phone.ask('bringAgent').answer();
      phone.promptEnds();
      expect(phone.asked('bringAgent')).toHaveLength(attempt);
      happens();
    }
    expect(desk.ended()).toBeUndefined();
    expect(deskAsked('setAttributes')).toBe('operator');
  });
});

describe('a desk that is called by attributes alone', () => {
  const watched: LinePlan['desks'] = {
    watcher: { kind: 'attributes', joinWithinMs: 30_000, requires: [], otherwise: 'operator' },
    ...BANK.desks,
  };
  const toWatcher = () => handOver({ desk: 'watcher', desks: watched });

  test('has the call when somebody is heard and the comfort is spoken', () => {
    const desk = toWatcher();
    labelled();
    expect(phone.hears()).toEqual(['connecting']);
    expect(phone.asked('bringAgent')).toHaveLength(0);
    phone.promptEnds();
    phone.wait(29_999);
    phone.ask('awaitWatcher').answer();
    isStillThere();
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'watcher', kind: 'attributes' });
  });

  test.each<[string, () => void]>([
    ['to whom nobody comes', () => phone.wait(30_000)],
    ['that cannot be waited for', () => phone.ask('awaitWatcher').fail()],
    [
      'that was heard and is gone again',
      () => {
        phone.ask('awaitWatcher').answer();
        isStillThere(false);
      },
    ],
  ])('%s is not called twice: the next desk is asked', (_, happens) => {
    toWatcher();
    labelled();
    phone.promptEnds();
    happens();
    expect(phone.asked('awaitWatcher')).toHaveLength(1);
    expect(deskAsked('setAttributes')).toBe('operator');
  });

  test.each<[string, () => void]>([
    ['cannot be set', () => phone.ask('setAttributes').fail()],
    ['are not set within two seconds', () => phone.wait(2000)],
  ])('was not called at all where they %s', (_, happens) => {
    toWatcher();
    happens();
    phone.promptEnds();
    expect(phone.asked('awaitWatcher')).toHaveLength(0);
    expect(deskAsked('setAttributes')).toBe('operator');
  });
});

describe('a transfer', () => {
  const toOperator = () => {
    const desk = handOver({ desk: 'operator', proof: UNPROVED });
    labelled();
    return desk;
  };

  test('is announced before the sound goes away', () => {
    toOperator();
    expect(phone.hears()).toEqual(['connecting']);
    expect(phone.asked('transfer')).toHaveLength(0);
    phone.promptEnds();
    expect(phone.ask('transfer').input).toMatchObject({
      desk: 'operator',
      target: 'tel:+15105550199',
      ringMs: 25_000,
    });
  });

  test('that succeeded is the end', () => {
    const desk = toOperator();
    phone.promptEnds();
    phone.ask('transfer').answer('succeeded');
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'operator', kind: 'transfer' });
  });

  test('that failed leads to the next desk', () => {
    const desk = toOperator();
    phone.promptEnds();
    phone.ask('transfer').answer('failed');
    labelled();
    expect(deskAsked('bringAgent')).toBe('operator-desk');
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    isStillThere();
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'operator-desk', kind: 'agent' });
  });

  const doubts: readonly (readonly [string, () => void])[] = [
    ['says nothing', () => phone.ask('transfer').answer('unknown')],
    ['is none: it broke', () => phone.ask('transfer').fail()],
    ['does not come until five seconds after the ringing time', () => phone.wait(30_000)],
  ];
  const doubted = (happens: () => void) => {
    const desk = toOperator();
    phone.promptEnds();
    happens();
    expect(phone.open()).toEqual([]);
    phone.wait(1999);
    expect(phone.asked('lookForCaller')).toHaveLength(0);
    phone.wait(1);
    return desk;
  };

  test.each(doubts)(
    'whose answer %s has failed where the caller is still here two seconds later',
    (_, happens) => {
      const desk = doubted(happens);
      phone.ask('lookForCaller').answer(true);
      labelled();
      expect(phone.hears()).toEqual(['one-moment']);
      expect(deskAsked('bringAgent')).toBe('operator-desk');
      expect(desk.ended()).toBeUndefined();
    },
  );

  test.each(doubts)('whose answer %s is unknown where the caller is gone', (_, happens) => {
    const desk = doubted(happens);
    phone.ask('lookForCaller').answer(false);
    expect(desk.ended()).toEqual({ outcome: 'unknown', desk: 'operator', kind: 'transfer' });
  });

  test.each<[string, () => void]>([
    ['cannot be looked for', () => phone.ask('lookForCaller').fail()],
    ['is not found within two seconds', () => phone.wait(2000)],
  ])('in doubt is unknown where the caller %s', (_, happens) => {
    const desk = doubted(() => phone.ask('transfer').fail());
    happens();
    expect(desk.ended()).toMatchObject({ outcome: 'unknown' });
  });

  test('has its whole time: the ringing time and five seconds', () => {
    toOperator();
    phone.promptEnds();
    phone.wait(29_999);
    expect(phone.ask('transfer').isOpen).toBe(true);
  });
});

describe('the door', () => {
  test('is shut where the desk requires more than was proved', () => {
    handOver({ proof: UNPROVED });
    expect(deskAsked('setAttributes')).toBe('operator');
  });

  test('that is shut everywhere is nobody’s desk', () => {
    const desks = { sensitive: { ...BANK.desks.sensitive!, otherwise: null } };
    const desk = handOver({ proof: UNPROVED, desks });
    expect(desk.ended()).toEqual({ outcome: 'failed', desk: null, kind: null });
    expect(phone.asks).toEqual([]);
  });

  test('of a desk that does not exist is nobody’s desk', () => {
    expect(handOver({ desk: 'nowhere' }).ended()).toMatchObject({ outcome: 'failed', desk: null });
  });

  test('behind the last desk is the end', () => {
    const desk = handOver({ desk: 'operator-desk' });
    labelled();
    agentStaysAway();
    expect(desk.ended()).toEqual({ outcome: 'failed', desk: 'operator-desk', kind: 'agent' });
  });
});

describe('a chain of desks that goes in a circle, which no configuration makes', () => {
  const { sensitive } = BANK.desks;
  const other = { ...sensitive, agent: 'other-desk' };

  test.each<[string, LinePlan['desks'], readonly string[]]>([
    ['on itself', { sensitive: { ...sensitive, otherwise: 'sensitive' } }, ['sensitive']],
    [
      'over another',
      {
        sensitive: { ...sensitive, otherwise: 'other' },
        other: { ...other, otherwise: 'sensitive' },
      },
      ['sensitive', 'other'],
    ],
  ])('%s ends: each is asked once', (_, desks, asked) => {
    const desk = handOver({ desks });
    for (const name of asked) {
      expect(deskAsked('setAttributes')).toBe(name);
      labelled();
      agentStaysAway();
    }
    expect(desk.ended()).toMatchObject({ outcome: 'failed', desk: asked.at(-1) });
  });

  test('behind shut doors ends, too', () => {
    const desks = { sensitive: { ...sensitive, otherwise: 'sensitive' } };
    expect(handOver({ desks, proof: UNPROVED }).ended()).toMatchObject({ outcome: 'failed' });
  });
});

describe('the labels on the caller', () => {
  test('are set before the desk is asked', () => {
    handOver();
    expect(phone.ask('setAttributes').input).toEqual({ desk: 'sensitive', proof: VERIFIED });
    expect(phone.asked('bringAgent')).toHaveLength(0);
  });

  test.each(['sensitive', 'operator'])('are not what the caller of %s waits for', (desk) => {
    handOver({ desk });
    expect(phone.ask('setAttributes').isOpen).toBe(true);
    expect(phone.hears()).toEqual(['connecting']);
  });

  test('are set before the caller is moved, or for two seconds', () => {
    handOver({ desk: 'operator' });
    phone.promptEnds();
    phone.wait(1999);
    expect(phone.asked('transfer')).toHaveLength(0);
    phone.wait(1);
    expect(phone.asked('transfer')).toHaveLength(1);
  });

  test('hold nobody up: not set after two seconds, the desk is asked without', () => {
    handOver();
    phone.wait(1999);
    expect(phone.asked('bringAgent')).toHaveLength(0);
    phone.wait(1);
    expect(phone.asked('bringAgent')).toHaveLength(1);
  });

  test('that cannot be set hold nobody up', () => {
    handOver();
    phone.ask('setAttributes').fail();
    expect(phone.asked('bringAgent')).toHaveLength(1);
  });

  test('that cannot be set keep nobody from being moved', () => {
    handOver({ desk: 'operator' });
    phone.ask('setAttributes').fail();
    phone.promptEnds();
    expect(phone.asked('transfer')).toHaveLength(1);
  });
});
