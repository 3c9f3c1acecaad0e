import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { HandOffInput } from '../../src/machines/hand-off.machine.ts';
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
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'sensitive', kind: 'agent' });
  });

  test('may come after the comfort', () => {
    const desk = handOver();
    labelled();
    phone.promptEnds();
    phone.wait(9999);
    phone.ask('bringAgent').answer();
    expect(desk.ended()).toMatchObject({ outcome: 'succeeded' });
  });

  test('that was heard in time is not lost because the comfort takes longer', () => {
    const desk = handOver();
    labelled();
    phone.ask('bringAgent').answer();
    phone.wait(10_000);
    phone.promptEnds();
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
    expect(desk.ended()).toMatchObject({ outcome: 'succeeded', desk: 'sensitive' });
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

  test.each(['succeeded', 'unknown'] as const)('that ended %s is the end', (outcome) => {
    const desk = toOperator();
    phone.promptEnds();
    phone.ask('transfer').answer(outcome);
    expect(desk.ended()).toEqual({ outcome, desk: 'operator', kind: 'transfer' });
  });

  test('that failed leads to the next desk', () => {
    const desk = toOperator();
    phone.promptEnds();
    phone.ask('transfer').answer('failed');
    labelled();
    expect(deskAsked('bringAgent')).toBe('operator-desk');
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    expect(desk.ended()).toEqual({ outcome: 'succeeded', desk: 'operator-desk', kind: 'agent' });
  });

  test('without an answer is unknown five seconds after the ringing time', () => {
    const desk = toOperator();
    phone.promptEnds();
    phone.wait(29_999);
    expect(desk.ended()).toBeUndefined();
    phone.wait(1);
    expect(desk.ended()).toMatchObject({ outcome: 'unknown' });
  });

  test('that breaks is unknown: nobody can say where the caller is', () => {
    const desk = toOperator();
    phone.promptEnds();
    phone.ask('transfer').fail();
    expect(desk.ended()).toMatchObject({ outcome: 'unknown' });
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

describe('the labels on the caller', () => {
  test('are set before the desk is asked', () => {
    handOver();
    expect(phone.ask('setAttributes').input).toEqual({ desk: 'sensitive', proof: VERIFIED });
    expect(phone.asked('bringAgent')).toHaveLength(0);
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
});
