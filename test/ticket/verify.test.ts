import { createHmac } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jwks } from '../../src/ticket/keys.ts';
import { mintTicket } from '../../src/ticket/mint.ts';
import {
  TicketError,
  type TicketErrorCode,
  type TicketExpectations,
  verifyTicket,
} from '../../src/ticket/verify.ts';
import { claims, expected, facts, key, now, otherKey, part, signed } from './tickets.ts';

/** The code a ticket is refused with; fails on any other error and on a ticket that passes. */
async function refusal(
  token: unknown,
  changes: Partial<TicketExpectations> = {},
): Promise<TicketErrorCode> {
  const error: unknown = await verifyTicket(token as string, { ...expected, ...changes }).then(
    () => new Error('the ticket passed'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TicketError)) throw error;
  return error.code;
}

describe('a good ticket', () => {
  it('gives the desk its claims', async () => {
    const got = await verifyTicket(await mintTicket(facts, key), expected);
    expect(got).toMatchObject({
      iss: 'tonegate',
      aud: 'sensitive',
      sub: 'acct_7f3a',
      room: facts.room,
      call: facts.call,
      sipCall: 'SCL_abc',
      line: 'bank',
      amr: ['kba', 'otp', 'sms'],
      screening: 'none',
      auth: 'verified',
    });
  });

  it('passes without the claims that may be absent', async () => {
    const got = await verifyTicket(await signed({ sub: undefined, sipCall: undefined }), expected);
    expect(got).not.toHaveProperty('sub');
    expect(got).not.toHaveProperty('sipCall');
  });

  it('hands on no claim that a ticket does not have', async () => {
    expect(await verifyTicket(await signed({ admin: true }), expected)).not.toHaveProperty('admin');
  });

  it('passes when the desk clock is five seconds behind', async () => {
    await verifyTicket(await signed({ iat: now() + 4, exp: now() + 100 }), expected);
  });

  it('passes with the key found by a function', async () => {
    await verifyTicket(await signed(), { ...expected, jwks: async () => key.publicJwk });
  });

  it('passes while another key signs, as long as its own is published', async () => {
    await verifyTicket(await signed(), { ...expected, jwks: jwks(otherKey, [key.publicJwk]) });
  });
});

describe('a ticket is refused', () => {
  const unsigned = async (header: object) =>
    `${part({ typ: 'ivr-handoff+jwt', kid: key.publicJwk.kid, ...header })}.${part(await claims())}`;
  const hmac = async (alg: string, secret: Buffer | string) => {
    const text = await unsigned({ alg });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const swapPayload = async (changes: object) => {
    const [header, payload, signature] = (await signed()).split('.');
    const body = JSON.parse(Buffer.from(payload!, 'base64url').toString());
    return `${header}.${part({ ...body, ...changes })}.${signature}`;
  };

  const forgeries: [string, TicketErrorCode, () => Promise<string>][] = [
    [
      'without a signature (alg none)',
      'signature',
      async () => `${await unsigned({ alg: 'none' })}.`,
    ],
    ['with alg None', 'signature', async () => `${await unsigned({ alg: 'None' })}.`],
    ['with an empty signature', 'signature', async () => `${await unsigned({ alg: 'EdDSA' })}.`],
    [
      'with HS256 and the public key as the secret',
      'signature',
      () => hmac('HS256', Buffer.from(key.publicJwk.x, 'base64url')),
    ],
    [
      'with HS256 and the JWK text as the secret',
      'signature',
      () => hmac('HS256', key.publicJwk.x),
    ],
    ['with an HMAC under alg EdDSA', 'signature', () => hmac('EdDSA', key.publicJwk.x)],
    ['with the same key under another alg name', 'signature', () => signed({}, { alg: 'Ed25519' })],
    ['signed by another key under its own kid', 'signature', () => signed({}, {}, otherKey)],
    [
      'signed by another key under our kid',
      'signature',
      () => signed({}, { kid: key.publicJwk.kid }, otherKey),
    ],
    [
      'with a key it brings along',
      'signature',
      () => signed({}, { jwk: otherKey.publicJwk }, otherKey),
    ],
    ['with a kid nobody knows', 'signature', () => signed({}, { kid: 'nobody' })],
    ['with its auth raised afterwards', 'signature', () => swapPayload({ auth: 'verified ' })],
    ['with its life extended afterwards', 'signature', () => swapPayload({ exp: now() + 121 })],
    ['of another type', 'malformed', () => signed({}, { typ: 'JWT' })],
    ['with the type in other letters', 'malformed', () => signed({}, { typ: 'IVR-Handoff+jwt' })],
    [
      'with the long form of the type',
      'malformed',
      () => signed({}, { typ: 'application/ivr-handoff+jwt' }),
    ],
    ['without a type', 'malformed', () => signed({}, { typ: undefined })],
    ['without a kid', 'malformed', () => signed({}, { kid: undefined })],
    ['without an alg', 'malformed', async () => `${await unsigned({})}.AA`],
    [
      'with a critical header nobody knows',
      'malformed',
      async () => `${await unsigned({ alg: 'EdDSA', crit: ['x'], x: 1 })}.AA`,
    ],
    ['of another issuer', 'issuer', () => signed({ iss: 'pbx' })],
    ['for another desk', 'audience', () => signed({ aud: 'general' })],
    ['that has expired', 'expired', () => signed({ iat: now() - 60, exp: now() - 1 })],
    ['at the very second of its expiry', 'expired', () => signed({ iat: now() - 60, exp: now() })],
    ['from the future', 'not-yet', () => signed({ iat: now() + 30, exp: now() + 90 })],
    ['for another room', 'room', () => signed({ room: 'call_+15105550100_zzzz' })],
    ['for another caller', 'caller', () => signed({ caller: 'AAAA' })],
    ['that lives too long', 'malformed', () => signed({ exp: now() + 121 })],
    ['that ends before it begins', 'malformed', () => signed({ exp: now() - 1 })],
    ['for several desks', 'malformed', () => signed({ aud: ['sensitive', 'general'] })],
  ];
  it.each(forgeries)('%s: %s', async (_, code, forge) => {
    expect(await refusal(await forge())).toBe(code);
  });

  const required = [
    'iss aud jti iat exp room caller call line amr screening auth'.split(' '),
    [undefined, null, '', 7.5, {}, [7], true],
  ] as const;
  it.each(required[0])('with a claim %s that is missing or of the wrong type', async (claim) => {
    for (const value of required[1]) {
      expect(await refusal(await signed({ [claim]: value })), JSON.stringify(value)).toBe(
        'malformed',
      );
    }
  });

  it.each(['sub', 'sipCall'])('with an optional claim %s of the wrong type', async (claim) => {
    for (const value of [null, '', 1, ['a']]) {
      expect(await refusal(await signed({ [claim]: value }))).toBe('malformed');
    }
  });

  it('with a word for auth or screening that is none of ours', async () => {
    expect(await refusal(await signed({ auth: 'VERIFIED' }))).toBe('malformed');
    expect(await refusal(await signed({ screening: 'passed-D' }))).toBe('malformed');
  });

  it('when the desk is in another room, is another desk or sees another caller', async () => {
    const token = await mintTicket(facts, key);
    expect(await refusal(token, { room: 'elsewhere' })).toBe('room');
    expect(await refusal(token, { audience: 'general' })).toBe('audience');
    expect(await refusal(token, { issuer: 'pbx' })).toBe('issuer');
    expect(await refusal(token, { caller: 'sip_+15550002222' })).toBe('caller');
    await verifyTicket(token, expected);
  });

  it('whatever text it is, and never with another error', async () => {
    const good = await signed();
    const segment = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }))
      .filter(([at, char]) => good[at] !== char)
      .map(([at, char]) => good.slice(0, at) + char + good.slice(at + 1))
      // The last character of a 64-byte signature carries four spare bits: not every change is one.
      .filter((token) => token.slice(0, -1) !== good.slice(0, -1));
    const header = fc.record(
      {
        alg: fc.constantFrom('EdDSA', 'HS256', 'none', 7),
        typ: fc.constantFrom('ivr-handoff+jwt', null),
        kid: fc.constantFrom(key.publicJwk.kid, '', 1),
      },
      { requiredKeys: [] },
    );
    const anything = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      damaged,
      fc.array(segment, { maxLength: 5 }).map((parts) => parts.join('.')),
      fc.tuple(header, segment, segment).map(([h, p, s]) => `${part(h)}.${p}.${s}`),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (token) => {
        expect(['malformed', 'signature']).toContain(await refusal(token));
      }),
      { numRuns: 500 },
    );
    await verifyTicket(good, expected);
  });

  it('when its payload is signed but is no object', async () => {
    const { CompactSign } = await import('jose');
    for (const payload of ['', 'null', '[]', '"text"', '{"iss":', '\u0000', '{}']) {
      const token = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'EdDSA', typ: 'ivr-handoff+jwt', kid: key.publicJwk.kid })
        .sign(key.privateKey);
      expect(await refusal(token), payload).toBe('malformed');
    }
  });

  it('when it is too long to be one', async () => {
    expect(
      await refusal(await signed({ room: 'r'.repeat(9000) }), { room: 'r'.repeat(9000) }),
    ).toBe('malformed');
  });

  it('without a word of it in the error', async () => {
    const token = await signed({ iss: 'pbx' });
    const error: Error = await verifyTicket(token, expected).catch((reason) => reason);
    const told = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    for (const piece of [...token.split('.'), 'pbx', facts.room, facts.identity]) {
      expect(told).not.toContain(piece);
    }
  });
});

describe('a ticket passes once', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('and is refused the second time', async () => {
    const token = await mintTicket(facts, key);
    await verifyTicket(token, expected);
    expect(await refusal(token)).toBe('replayed');
  });

  it('also when it comes back in another spelling of its signature', async () => {
    const token = await mintTicket(facts, key);
    await verifyTicket(token, expected);
    // The last character carries four spare bits: its neighbour stands for the same signature.
    const last = token.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(last) ^ 1]!;
    expect(await refusal(token.slice(0, -1) + twin)).toBe('replayed');
  });

  it('even when it is checked many times at once', async () => {
    const token = await mintTicket(facts, key);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => verifyTicket(token, expected)),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'replayed' });
  });

  it('and is not used up by a check that failed', async () => {
    const token = await mintTicket(facts, key);
    expect(await refusal(token, { room: 'elsewhere' })).toBe('room');
    await verifyTicket(token, expected);
  });

  it("by the desk's own memory, asked last, with the id and its end", async () => {
    const remember = vi.fn((_jti: string, _exp: number) =>
      Promise.resolve(remember.mock.calls.length === 1),
    );
    const token = await signed({ exp: now() + 77 });
    expect(await refusal(token, { caller: 'someone-else', seen: { remember } })).toBe('caller');
    expect(remember).not.toHaveBeenCalled();
    const { jti, exp } = await verifyTicket(token, { ...expected, seen: { remember } });
    expect(remember).toHaveBeenLastCalledWith(jti, exp);
    expect(await refusal(token, { seen: { remember } })).toBe('replayed');
  });

  it.each([['OK'], [null], [undefined], [1]])(
    'unless the memory says exactly true: %s',
    async (answer) => {
      const seen = { remember: () => answer as unknown as boolean };
      expect(await refusal(await signed(), { seen })).toBe('replayed');
    },
  );

  it('and is not accepted while the memory is away; that is no TicketError', async () => {
    const seen = { remember: () => Promise.reject(new Error('memory away')) };
    const error = await verifyTicket(await signed(), { ...expected, seen }).catch((e) => e);
    expect(error).not.toBeInstanceOf(TicketError);
    expect(error.message).toBe('memory away');
  });

  it('until it expires, and not again after that', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await mintTicket({ ...facts, lifetimeSeconds: 10 }, key);
    await verifyTicket(token, expected);
    vi.setSystemTime(Date.now() + 9000);
    expect(await refusal(token)).toBe('replayed');
    vi.setSystemTime(Date.now() + 2000);
    expect(await refusal(token)).toBe('expired');
  });
});

describe('keys from a URL', () => {
  const servers = new Set<ReturnType<typeof createServer>>();
  afterEach(() => {
    for (const server of servers) server.close();
    servers.clear();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.add(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
  }

  it('are fetched once, and again for a key that is new', async () => {
    let fetched = 0;
    let published = jwks(key);
    const url = await serve((_, response) => {
      fetched += 1;
      response.end(JSON.stringify(published));
    });
    vi.useFakeTimers({ toFake: ['Date'] });
    await verifyTicket(await signed(), { ...expected, jwks: url });
    await verifyTicket(await signed(), { ...expected, jwks: new URL(url) });
    expect(fetched).toBe(1);

    published = jwks(otherKey, [key.publicJwk]);
    const fromNewKey = () => signed({}, {}, otherKey);
    expect(await refusal(await fromNewKey(), { jwks: url })).toBe('signature');
    expect(fetched, 'a stranger cannot make us fetch at will').toBe(1);
    vi.setSystemTime(Date.now() + 5000);
    await verifyTicket(await fromNewKey(), { ...expected, jwks: url });
    expect(fetched).toBe(2);
    vi.useRealTimers();
  });

  it.each<[string, RequestListener]>([
    ['an error status', (_, response) => response.writeHead(503).end()],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/' }).end()],
    ['something else than JSON', (_, response) => response.end('<html>')],
    ['something else than a JWKS', (_, response) => response.end('{"keys":"none"}')],
    ['nothing at all', (request) => request.socket.destroy()],
  ])('that cannot be had (%s) say nothing about the ticket', async (_, listener) => {
    const jwks = await serve(listener);
    const token = await signed();
    const error: Error = await verifyTicket(token, { ...expected, jwks }).catch((e) => e);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TicketError);
    expect(error.cause).toBeDefined();
    await verifyTicket(token, expected);
  });

  it('are not asked for on behalf of something that is no ticket', async () => {
    let fetched = 0;
    const jwks = await serve((_, response) => {
      fetched += 1;
      response.end();
    });
    for (const token of ['a.b.c', await signed({}, { typ: 'JWT' }), `${part({ alg: 'none' })}..`]) {
      await refusal(token, { jwks });
    }
    expect(fetched).toBe(0);
  });

  it('of the wrong kind are no keys', async () => {
    const { kid, x } = key.publicJwk;
    expect(await refusal(await signed(), { jwks: { keys: [{ kty: 'oct', kid, k: x }] } })).toBe(
      'signature',
    );
    expect(await refusal(await signed(), { jwks: { keys: [] } })).toBe('signature');
  });
});
