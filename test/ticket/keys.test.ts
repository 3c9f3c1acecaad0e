import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  generateSigningKey,
  jwks,
  loadPublishedKeys,
  loadSigningKey,
  TicketKeyError,
} from '../../src/ticket/keys.ts';

const pem = await generateSigningKey();
const otherPem = await generateSigningKey();
const publicPem = createPublicKey(pem).export({ format: 'pem', type: 'spki' }).toString();
const pkcs8 = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

describe('the signing key', () => {
  it('is read from PKCS#8 PEM, and named by the thumbprint of its public half', async () => {
    const { publicJwk } = await loadSigningKey(pem);
    const { x } = createPublicKey(pem).export({ format: 'jwk' });
    expect(publicJwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519', x, use: 'sig', alg: 'EdDSA' });
    expect(publicJwk.kid).toBe(await calculateJwkThumbprint(publicJwk, 'sha256'));
  });

  it('is read from whatever reveals it, and from one line with \\n written out', async () => {
    const { publicJwk } = await loadSigningKey(pem);
    expect((await loadSigningKey({ reveal: () => pem })).publicJwk).toEqual(publicJwk);
    expect((await loadSigningKey(pem.replaceAll('\n', '\\n'))).publicJwk).toEqual(publicJwk);
  });

  it('cannot be taken out again', async () => {
    const { privateKey } = await loadSigningKey(pem);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
  });

  const body = pem.split('\n')[1]!;
  it.each([
    ['nothing', ''],
    ['text', 'not a key'],
    ['an RSA key', pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
    ['an EC key', pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['an Ed448 key', pkcs8(generateKeyPairSync('ed448').privateKey)],
    ['an X25519 key', pkcs8(generateKeyPairSync('x25519').privateKey)],
    ['its public half', publicPem],
    ['two keys', pem + otherPem],
    ['a key cut short', pem.replace(body, body.slice(0, 30))],
    ['a key that is damaged', pem.replace(body, `${body.slice(0, -4)}%%%%`)],
    ['a key with text around it', `key: ${pem}`],
    ['a key under another label', pem.replaceAll('PRIVATE KEY', 'ED25519 PRIVATE KEY')],
  ])('is refused when it is %s, without a word of it', async (_, text) => {
    const error = await loadSigningKey(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TicketKeyError);
    const told = inspect(error, { showHidden: true, depth: 9 });
    for (const line of text.split('\n').filter((l) => l.length > 10 && !l.startsWith('---'))) {
      expect(told).not.toContain(line.slice(0, 12));
    }
  });
});

describe('the published keys', () => {
  it('are the signing key and the others, each once, and no private part', async () => {
    const current = await loadSigningKey(pem);
    const others = await loadPublishedKeys(`${otherPem}\n${publicPem}`);
    const { keys } = jwks(current, others);
    expect(keys.map(({ kid }) => kid)).toEqual([current.publicJwk.kid, others[0]!.kid]);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
  });

  it('may be none', async () => {
    expect(await loadPublishedKeys('')).toEqual([]);
  });

  it.each(['not a key', `${pem}tail`, pkcs8(generateKeyPairSync('ed448').privateKey)])(
    'are refused as a whole when one is no Ed25519 key',
    async (text) => {
      await expect(loadPublishedKeys(text)).rejects.toThrow(TicketKeyError);
    },
  );
});
