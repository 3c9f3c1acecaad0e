import { expect, test } from 'vitest';
import { isSealed, sealOf } from '../../src/livekit/listener-seal.ts';

const SECRET = 'secretsecretsecretsecretsecretsecret';
const seal = sealOf(SECRET, 'a-room', 'a-listener');

test('a seal is good for its own room and identity', () => {
  expect(isSealed(seal, SECRET, 'a-room', 'a-listener')).toBe(true);
});

test.each([
  { which: 'in another room', is: () => isSealed(seal, SECRET, 'b-room', 'a-listener') },
  { which: 'of another identity', is: () => isSealed(seal, SECRET, 'a-room', 'b-listener') },
  {
    which: 'where only the border between the two has moved',
    is: () => isSealed(sealOf(SECRET, 'a', 'bc'), SECRET, 'ab', 'c'),
  },
  {
    which: 'by another secret',
    is: () =>
      isSealed(sealOf(`${SECRET}2`, 'a-room', 'a-listener'), SECRET, 'a-room', 'a-listener'),
  },
  {
    which: 'that is changed in one place',
    is: () =>
      isSealed(
        seal.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
        SECRET,
        'a-room',
        'a-listener',
      ),
  },
  { which: 'that is longer', is: () => isSealed(`${seal}A`, SECRET, 'a-room', 'a-listener') },
  { which: 'that is none', is: () => isSealed('', SECRET, 'a-room', 'a-listener') },
])('one $which is worth nothing', ({ is }) => {
  expect(is()).toBe(false);
});
