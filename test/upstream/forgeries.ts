// Tokens as somebody makes them who would like to be believed, or who misread the standard. Each takes the
// PBX and a good token of it.

import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { claims, ed25519, p256, part, type Signer, sign } from './tokens.ts';

export type Forgery = (signer: Signer, good: string) => string | Promise<string>;

const split = (token: string) => token.split('.') as [string, string, string];

export const withHeader =
  (header: object): Forgery =>
  (_, good) =>
    good.replace(/^[^.]+/, part(header));

export const withMoreHeader =
  (more: object): Forgery =>
  (signer, good) =>
    withHeader({ alg: signer.alg, ...more })(signer, good);

export const withPayload =
  (payload: object): Forgery =>
  (_, good) =>
    good.replace(/\.[^.]+\./, `.${part(payload)}.`);

export const withSignature =
  (signature: string): Forgery =>
  (_, good) =>
    good.replace(/[^.]+$/, signature);

export const borrowedSignature: Forgery = async (signer, good) => {
  const [, , signature] = split(await sign(signer, claims()));
  return withSignature(signature)(signer, good);
};

export const unsigned = (alg: string, signature = '') =>
  `${part({ alg })}.${part(claims())}.${signature}`;

/** Good claims under a header of any look, with a signature that the key would make under its own name. */
export const underHeader =
  (headerOf: (alg: string) => object): Forgery =>
  (signer) =>
    signed(signer.privateKey, `${part(headerOf(signer.alg))}.${part(claims())}`);

export const inSmallLetters = (alg: string) => ({ alg: alg.toLowerCase() });

export const otherAlgorithm = (alg: string) => ({ alg: alg === 'ES256' ? 'EdDSA' : 'ES256' });

/** Good claims under the PBX's own algorithm, with a key that is not for it. */
export const byKey =
  (privateKey: KeyObject, alg?: string): Forgery =>
  (signer) =>
    signed(privateKey, `${part({ alg: alg ?? signer.alg })}.${part(claims())}`);

export const onCurve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

export const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** RFC 7797: the payload as it is. Such a payload must have no dots, so the call has none. */
export const unencoded: Forgery = ({ alg, privateKey }) => {
  const header = part({ alg, b64: false, crit: ['b64'] });
  const payload = JSON.stringify(claims({ call: 'no-dots' }));
  return signed(privateKey, `${header}.${payload}`);
};

export const byHmac =
  (format: 'pem' | 'der'): Forgery =>
  ({ publicKey }) => {
    const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
    const text = `${part({ alg: 'HS256' })}.${part(claims())}`;
    const mac = createHmac('sha256', format === 'pem' ? publicKey : der).update(text);
    return `${text}.${mac.digest('base64url')}`;
  };

export const byAnother =
  (payload: unknown = claims()): Forgery =>
  ({ kind }) =>
    sign(kind === 'P-256' ? p256() : ed25519(), payload);

export const byOtherKind: Forgery = ({ kind }) =>
  sign(kind === 'P-256' ? ed25519() : p256(), claims());

export const bringingItsKey: Forgery = ({ kind }) => {
  const eve = kind === 'P-256' ? p256() : ed25519();
  const jwk = createPublicKey(eve.publicKey).export({ format: 'jwk' });
  return sign(eve, claims(), { jwk, kid: 'eve', jku: 'https://eve.example/keys' });
};

export const flattened: Forgery = (_, good) => {
  const [header, payload, signature] = split(good);
  return JSON.stringify({ protected: header, payload, signature });
};

export const twoSignatures: Forgery = async (signer, good) => {
  const [header, payload, signature] = split(good);
  const [otherHeader, , otherSignature] = split(await sign(signer, claims()));
  const signatures = [
    { protected: header, signature },
    { protected: otherHeader, signature: otherSignature },
  ];
  return JSON.stringify({ payload, signatures });
};

/** Signed by Node itself: jose would not sign what is no token. */
function signed(privateKey: KeyObject, text: string): string {
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${signBytes(hash, Buffer.from(text), key).toString('base64url')}`;
}
