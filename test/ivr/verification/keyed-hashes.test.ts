import { expect, test } from 'vitest';
import { keyedHashes } from '../../../src/ivr/verification/keyed-hashes.ts';
import { Secret } from '../../../src/machines/secret.ts';

const pepper = Secret.of('pepper-of-at-least-32-characters-01');
const hashes = keyedHashes(pepper);
const NUMBER = Secret.of('+15551237788');

test('a calling number has the hash that it has always had', () => {
  expect(hashes.number(NUMBER)).toBe('ITEtgdIdTWgBd-Ojg5juNpSAu-ncUmhJAuIXqjukIDI');
});

test('each purpose has a key of its own, and each pepper its own keys', () => {
  const others = keyedHashes(Secret.of('pepper-of-at-least-32-characters-02'));
  const same = (hash: Buffer) => hash.toString('base64url');
  const all = [hashes, others].flatMap((from) => [
    from.number(NUMBER),
    same(from.noAccount(NUMBER)),
    same(from.code({ challenge: '', account: '', call: '', purpose: '' }, NUMBER)),
  ]);
  expect(new Set(all).size).toBe(6);
});

const binding = { challenge: 'ch', account: 'acc', call: 'call-1', purpose: 'bank' };
const code = Secret.of('123456');

test('the digest of a code is the same for the same use', () => {
  expect(hashes.code(binding, code)).toHaveLength(32);
  expect(keyedHashes(pepper).code({ ...binding }, code)).toEqual(hashes.code(binding, code));
});

test.each(['challenge', 'account', 'call', 'purpose'] as const)(
  'the digest of a code is another one for another %s',
  (what) => {
    expect(hashes.code({ ...binding, [what]: 'x' }, code)).not.toEqual(hashes.code(binding, code));
  },
);

test.each([
  ['ch', 'acc', 'ca', 'll-1'],
  ['c', 'hacc', 'call-1', 'bank'],
  ['ch3:', 'acc', 'call-1', 'bank'],
  ['ch', 'acc,6:call-1', 'bank', ''],
])('words that are split elsewhere have another digest: %s|%s|%s|%s', (...words) => {
  const [challenge = '', account = '', call = '', purpose = ''] = words;
  const digest = hashes.code({ challenge, account, call, purpose }, code);
  expect(digest).not.toEqual(hashes.code(binding, code));
});

test('a code that ends in what another begins with has another digest', () => {
  const split = { ...binding, purpose: 'bank1' };
  expect(hashes.code(split, Secret.of('23456'))).not.toEqual(hashes.code(binding, code));
});
