// Every word with which an upstream token is ignored, reached from a good token by one change.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsedTokens } from '../../src/ivr/ports.ts';
import {
  UPSTREAM_REFUSALS,
  type UpstreamCheck,
  type UpstreamClaim,
  type UpstreamRefusal,
} from '../../src/ivr/upstream.ts';
import { loadUpstreamKey } from '../../src/upstream/keys.ts';
import { checkUpstreamToken } from '../../src/upstream/token.ts';
import { underHeader } from './forgeries.ts';
import { SPOILED } from './spoiled.ts';
import {
  CALL_ID,
  CUSTOMER,
  claim,
  claims,
  ed25519,
  memory,
  NOW,
  part,
  SECOND,
  SIGNERS,
  type Signer,
  sign,
} from './tokens.ts';

async function check(
  signer: Signer,
  what: UpstreamClaim,
  used: UsedTokens = memory(),
  now = NOW,
): Promise<UpstreamCheck> {
  return checkUpstreamToken(what, await loadUpstreamKey(signer.publicKey), used, now);
}

const PROVEN = { kind: 'proven', steps: ['account', 'oneTimeCode'] };
const ignored = (why: UpstreamRefusal) => ({ kind: 'ignored', why });

describe.each(SIGNERS)('a good token ($kind)', (signer) => {
  const proves = async (changes: Record<string, unknown>, now = NOW) =>
    check(signer, claim(signer, await sign(signer, claims(changes))), memory(), now);

  it('proves its steps, in its order', async () => {
    expect(await proves({})).toEqual(PROVEN);
    for (const steps of [
      ['account'],
      ['oneTimeCode', 'account'],
      ['birthDate', 'passcode'],
      ['account', 'passcode', 'birthDate', 'oneTimeCode'],
    ]) {
      expect(await proves({ steps })).toEqual({ kind: 'proven', steps });
    }
  });

  it('may live two minutes, and five seconds longer for clocks that differ', async () => {
    const exp = SECOND + 120;
    expect(await proves({ exp }, exp * 1000 + 4999)).toEqual(PROVEN);
    expect(await proves({ exp }, exp * 1000 + 5000)).toEqual(ignored('expired'));
  });

  it('may be five seconds ahead of our clock', async () => {
    for (const changes of [{ iat: SECOND + 5 }, { nbf: SECOND + 5 }]) {
      expect(await proves(changes)).toEqual(PROVEN);
      expect(await proves(changes, NOW - 1)).toEqual(ignored('not-yet'));
    }
  });

  it('may have an id and a customer of 128 visible characters', async () => {
    const jti = '!~'.repeat(64);
    const token = await sign(signer, claims({ jti, sub: jti }));
    expect(await check(signer, claim(signer, token, { customer: jti }))).toEqual(PROVEN);
  });

  it('may hold more claims and headers, up to 4096 characters', async () => {
    const payload = claims({ scope: 'calls', pad: '' });
    const header = { typ: 'JWT', kid: '2026-11' };
    const short = await sign(signer, payload, header);
    // Three bytes are four characters; the rest is found by filling up.
    let pad = 'x'.repeat(Math.floor(((4096 - short.length) * 3) / 4) - 2);
    let token = short;
    for (; ; pad += 'x') {
      const longer = await sign(signer, { ...payload, pad }, header);
      if (longer.length > 4096) break;
      token = longer;
    }
    expect(token.length).toBeGreaterThan(4094);
    expect(await check(signer, claim(signer, token))).toEqual(PROVEN);
  });

  it('is remembered by issuer and id, until a minute after it expires', async () => {
    const used = memory();
    const payload = claims();
    await check(signer, claim(signer, await sign(signer, payload)), used);
    const expiresAt = (SECOND + 120) * 1000;
    expect(used.asked).toEqual([{ issuer: 'pbx', jti: payload.jti, expiresAt }]);
  });
});

it('a good token of an Ed25519 key may name its algorithm by that', async () => {
  const signer = ed25519();
  const token = await underHeader(() => ({ alg: 'Ed25519' }))(signer, '');
  expect(await check(signer, claim(signer, token))).toEqual(PROVEN);
});

it('the table reaches every word', () => {
  expect(new Set(SPOILED.map(([why]) => why))).toEqual(new Set(UPSTREAM_REFUSALS));
});

describe.each(SIGNERS)('a token ($kind) is ignored', (signer) => {
  it.each(SPOILED)('as %s with %s', async (why, _, change) => {
    const payload = claims(change.claims);
    const good = await sign(signer, claims());
    const token = change.token
      ? await change.token(signer, good)
      : await sign(signer, change.payload ?? payload, change.header);
    const { customer = CUSTOMER, inviteCallId = CALL_ID } = change;
    const used = memory();
    const judged = await check(
      signer,
      claim(signer, token, { customer, inviteCallId }),
      change.used ?? used,
    );
    expect(judged).toEqual({ kind: 'ignored', why });
    // Whoever sends a spoiled token does not use up the good one.
    expect(used.asked).toEqual([]);
  });

  it('the second time it comes, and every time of many at once', async () => {
    const used = memory();
    const it = claim(signer, await sign(signer, claims()));
    expect(await check(signer, it, used)).toEqual(PROVEN);
    expect(await check(signer, it, used)).toEqual(ignored('replayed'));

    const other = claim(signer, await sign(signer, claims()));
    const all = await Promise.all(Array.from({ length: 20 }, () => check(signer, other, used)));
    expect(all.filter(({ kind }) => kind === 'proven')).toHaveLength(1);
  });

  it('with the id of a used one, whatever else it says', async () => {
    const used = memory();
    const { jti } = claims();
    await check(signer, claim(signer, await sign(signer, claims({ jti }))), used);
    const other = await sign(signer, claims({ jti, steps: ['account'], exp: SECOND + 90 }));
    expect(await check(signer, claim(signer, other), used)).toEqual(ignored('replayed'));
  });

  it('with any one letter changed', async () => {
    const good = await sign(signer, claims());
    // The last letter of the signature has bits that mean nothing.
    const places = fc.integer({ min: 0, max: good.length - 2 });
    const letters = fc.constantFrom(...'ABZaz09-_.= \u0000é');
    await fc.assert(
      fc.asyncProperty(places, letters, async (place, letter) => {
        const spoiled = good.slice(0, place) + letter + good.slice(place + 1);
        fc.pre(spoiled !== good);
        const { kind } = await check(signer, claim(signer, spoiled));
        expect(kind).toBe('ignored');
      }),
      { numRuns: 300 },
    );
  });

  it('without an error, whatever comes in its place', async () => {
    const header = part({ alg: signer.alg });
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5000 }),
      fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((all) => all.join('.')),
      fc.jsonValue().map((payload) => `${header}.${part(payload)}.AAAA`),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.string(), async (token, customer) => {
        const { kind } = await check(signer, claim(signer, token, { customer }));
        expect(kind).toBe('ignored');
      }),
    );
  });

  it('with any other value for one of its claims, though signed', async () => {
    const names = fc.constantFrom('iss', 'aud', 'sub', 'call', 'steps');
    await fc.assert(
      fc.asyncProperty(names, fc.jsonValue(), async (name, value) => {
        const payload = Buffer.from(JSON.stringify(claims({ [name]: value })));
        const token = await sign(signer, payload.toString('latin1'));
        const { kind } = await check(signer, claim(signer, token));
        expect(kind).toBe('ignored');
      }),
    );
  });
});
