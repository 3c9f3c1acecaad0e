import { createPublicKey, ECDH, generateKeyPairSync, KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { IvrFault } from '../../src/ivr/fault.ts';
import { loadUpstreamKey } from '../../src/upstream/keys.ts';
import { ed25519, p256, pemOf, sign } from './tokens.ts';

const spki = { type: 'spki', format: 'pem' } as const;
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

async function fault(pem: string): Promise<IvrFault> {
  const error: unknown = await loadUpstreamKey(pem).then(
    () => new Error('the key was taken'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof IvrFault)) throw error;
  return error;
}

describe('a key is taken', () => {
  it('on P-256, for ES256 only', async () => {
    expect((await loadUpstreamKey(p256().publicKey)).algorithms).toEqual(['ES256']);
  });

  it('of Ed25519, for EdDSA by both of its names', async () => {
    const { algorithms } = await loadUpstreamKey(ed25519().publicKey);
    expect(algorithms).toEqual(['EdDSA', 'Ed25519']);
  });

  it('on P-256 with its point written short', async () => {
    const signer = p256();
    const { algorithms, key } = await loadUpstreamKey(compressed(signer.publicKey));
    const token = await sign(signer, 'x');
    await compactVerify(token, key, { algorithms: [...algorithms] });
  });

  it('with blanks and other line ends around it', async () => {
    const pem = `\ufeff\r\n  ${p256().publicKey.replaceAll('\n', '\r\n')}\r\n\r\n`;
    expect((await loadUpstreamKey(pem)).key).toBeInstanceOf(KeyObject);
  });
});

describe('a private key is refused in its own words', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const locked = { cipher: 'aes-256-cbc', passphrase: 'hush' };

  it.each([
    ['PKCS#8, P-256', ec.privateKey.export(pkcs8)],
    ['PKCS#8, Ed25519', ed.privateKey.export(pkcs8)],
    ['SEC 1', ec.privateKey.export({ type: 'sec1', format: 'pem' })],
    ['PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })],
    ['encrypted', ed.privateKey.export({ ...pkcs8, ...locked })],
    [
      'with its public half before it',
      ec.publicKey.export(spki) + String(ec.privateKey.export(pkcs8)),
    ],
    ['that is broken', '-----BEGIN PRIVATE KEY-----\nMIGH'],
  ])('%s', async (_, pem) => {
    const { code, message } = await fault(String(pem));
    expect(code).toBe('IVR_CONFIG_INVALID');
    expect(message).toMatch(/^This is a private key: .*-pubout.*new pair/);
  });
});

describe('no key is taken from', () => {
  const { publicKey: good } = p256();
  const [head, body, tail] = [...good.matchAll(/(-----BEGIN.*\n)([^-]+)(-----END.*)/g)][0]!.slice(
    1,
  );
  const ec = (namedCurve: string) => pemOf(generateKeyPairSync('ec', { namedCurve }).publicKey);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\n '],
    ['some text', 'canary'],
    ['P-384', ec('P-384')],
    ['P-521', ec('P-521')],
    ['secp256k1, which is no P-256', ec('secp256k1')],
    ['RSA', pemOf(rsa.publicKey)],
    ['X25519, which signs nothing', pemOf(generateKeyPairSync('x25519').publicKey)],
    ['Ed448', pemOf(generateKeyPairSync('ed448').publicKey)],
    ['two keys', good + good],
    ['a key with text before it', `canary\n${good}`],
    ['a key with text after it', `${good}canary`],
    ['a certificate', `${good.replaceAll('PUBLIC KEY', 'CERTIFICATE')}`],
    ['a PKCS#1 label', `${good.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY')}`],
    ['half a key', `${head}${body!.slice(0, 40)}\n${tail}`],
    ['no base64', `${head}canary!\n${tail}`],
    ['a JWK', '{"kty":"EC","crv":"P-256","x":"canary","y":"canary"}'],
  ])('%s', async (_, text) => {
    const error = await fault(text);
    expect(error).toMatchObject({
      code: 'IVR_CONFIG_INVALID',
      message: expect.stringMatching(/^This is not one public key .*docs\/upstream\.md/),
    });
    const told = inspect(error, { depth: 9, showHidden: true });
    expect(told).not.toContain('canary');
    if (body !== undefined) expect(told).not.toContain(body.slice(0, 20));
  });
});

/** The same key with the point in its other notation (SEC 1 §2.3.3). */
function compressed(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const point = ECDH.convertKey(
    der.subarray(-65),
    'prime256v1',
    undefined,
    undefined,
    'compressed',
  );
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  const base64 = Buffer.concat([head, point as Buffer]).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}
