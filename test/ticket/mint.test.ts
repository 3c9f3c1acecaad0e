import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { mintTicket } from '../../src/ticket/mint.ts';
import { facts, key } from './tickets.ts';

describe('a minted ticket', () => {
  it('says in its header what it is and who signed it', async () => {
    expect(decodeProtectedHeader(await mintTicket(facts, key))).toEqual({
      alg: 'EdDSA',
      typ: 'ivr-handoff+jwt',
      kid: key.publicJwk.kid,
    });
  });

  it('holds exactly the claims of the contract', async () => {
    const claims = decodeJwt(await mintTicket({ ...facts, lifetimeSeconds: 90 }, key));
    expect(claims).toEqual({
      iss: 'tonegate',
      aud: 'sensitive',
      sub: 'acct_7f3a',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: claims.iat! + 90,
      room: facts.room,
      caller: createHash('sha256').update(`${claims.jti}:${facts.identity}`).digest('base64url'),
      call: facts.call,
      sipCall: 'SCL_abc',
      line: 'bank',
      amr: ['kba', 'otp', 'sms'],
      screening: 'none',
      auth: 'verified',
    });
  });

  it('does not show the identity of the caller', async () => {
    const [, payload] = (await mintTicket(facts, key)).split('.');
    const text = Buffer.from(payload!, 'base64url').toString();
    expect(text).not.toContain('15550001111');
  });

  it('has an id of its own, 128 random bits long', async () => {
    const tickets = await Promise.all(Array.from({ length: 50 }, () => mintTicket(facts, key)));
    const ids = tickets.map((ticket) => decodeJwt(ticket).jti!);
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16);
  });

  it.each([
    ['none', false],
    ['failed', false],
    ['identified', true],
    ['verified', true],
  ] as const)('names the account of a caller with auth %s: %s', async (auth, named) => {
    const claims = decodeJwt(await mintTicket({ ...facts, auth }, key));
    expect('sub' in claims).toBe(named);
  });

  it('leaves out what is not known', async () => {
    const claims = decodeJwt(await mintTicket({ ...facts, subject: null, sipCall: null }, key));
    expect(claims).not.toHaveProperty('sub');
    expect(claims).not.toHaveProperty('sipCall');
  });

  it.each([0, 0.5, -1, 121, Number.NaN, Number.POSITIVE_INFINITY])(
    'cannot live %s seconds',
    async (lifetimeSeconds) => {
      await expect(mintTicket({ ...facts, lifetimeSeconds }, key)).rejects.toThrow(RangeError);
    },
  );
});
