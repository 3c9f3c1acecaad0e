import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { IvrFault, loggable } from '../../src/ivr/fault.ts';

test('a fault of ours is logged in its own words', () => {
  const fault = new IvrFault('IVR_LINE_LOST', 'joining the room: nobody is there');
  expect(loggable(fault)).toEqual({
    code: 'IVR_LINE_LOST',
    message: 'joining the room: nobody is there',
  });
});

test('of any other error only its kind and its place are logged, whatever its message holds', () => {
  const cause = new Error('31415926');
  const told = loggable(new TypeError('no account 31415926\n    at 31415926', { cause }));
  expect(inspect(told)).toContain('fault.test');
  expect(inspect(told, { depth: null, showHidden: true })).not.toContain('31415926');
  expect(loggable('31415926')).toEqual({ kind: 'string' });
  const named = Object.assign(new Error('wrong'), { name: 'Wrong31415926' });
  expect(loggable(named)).toMatchObject({ kind: 'Error' });
});
