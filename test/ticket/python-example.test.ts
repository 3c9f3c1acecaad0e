// The Python of docs/ticket.md, run on real tickets: it must judge each as `tonegate/ticket` does.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { inProcessMemory } from '../../src/ticket/replay.ts';
import { type TicketError, verifyTicket } from '../../src/ticket/verify.ts';
import { expected, facts, now, otherKey, part, signed } from './tickets.ts';

const page = readFileSync('docs/ticket.md', 'utf8');
const example = /```python\n(.*?)```/s.exec(page)?.[1] ?? '';

/** Verifies each ticket in turn, in one process, and prints what came of it. */
const DRIVER = `
import sys

asked = json.loads(sys.argv[1])
used = set()

def remember(jti, exp):
    return jti not in used and used.add(jti) is None

keys = Keys(asked["jwks"])
for token in asked["tokens"]:
    try:
        claims = verify_ticket(token, keys=keys, remember=remember, **asked["expected"])
        print(claims["call"])
    except TicketError as error:
        print(error)
`;

/** What the example makes of these tickets, in a desk that has not seen them before. */
async function inPython(tokens: readonly string[]): Promise<string[]> {
  const server = createServer((_, response) => response.end(JSON.stringify(expected.jwks)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { jwks: _, ...desk } = expected;
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = JSON.stringify({ jwks, tokens, expected: desk });
  try {
    const run = await promisify(execFile)('python3', ['-c', example + DRIVER, asked]);
    return run.stdout.trimEnd().split('\n');
  } catch (error) {
    if ((error as { code: unknown }).code !== 'ENOENT') throw error;
    throw new Error('This test needs python3 and openssl: apt-get install python3 openssl');
  }
}

async function inTypeScript(tokens: readonly string[]): Promise<string[]> {
  const seen = inProcessMemory();
  const words: string[] = [];
  for (const token of tokens) {
    words.push(
      await verifyTicket(token, { ...expected, seen }).then(
        ({ call }) => call,
        (error: unknown) => (error as TicketError).code,
      ),
    );
  }
  return words;
}

test('the Python of the documentation judges tickets as we do', async () => {
  const good = await signed();
  const [header, , seal] = good.split('.');
  const tickets: Record<string, string> = {
    good,
    'used before': good,
    'of a caller without an account': await signed({ sub: undefined, auth: 'none', amr: [] }),
    'of another issuer': await signed({ iss: 'somebody' }),
    'for another desk': await signed({ aud: 'general' }),
    'for several desks': await signed({ aud: ['sensitive', 'general'] }),
    'too old': await signed({ iat: now() - 120, exp: now() - 1 }),
    'of the future': await signed({ iat: now() + 60, exp: now() + 120 }),
    'that lives too long': await signed({ exp: now() + 600 }),
    'for another room': await signed({ room: 'another' }),
    'for another caller': await signed({ caller: 'c29tZWJvZHkgZWxzZQ' }),
    'without a room': await signed({ room: undefined }),
    'without what was proved': await signed({ amr: 'otp' }),
    'signed by a stranger': await signed({}, {}, otherKey),
    'signed by a stranger in our name': await signed(
      {},
      { kid: expected.jwks.keys[0]?.kid },
      otherKey,
    ),
    'that is another kind of token': await signed({}, { typ: 'JWT' }),
    'with other claims under its signature': `${header}.${part({ auth: 'verified' })}.${seal}`,
    'without a signature': `${part({ alg: 'none', typ: 'ivr-handoff+jwt', kid: 'k' })}.${part({})}.`,
    'that is none': 'not a ticket',
  };
  const names = Object.keys(tickets);
  const told = (words: readonly string[]) => Object.fromEntries(names.map((n, i) => [n, words[i]]));
  const ours = told(await inTypeScript(Object.values(tickets)));
  expect(told(await inPython(Object.values(tickets)))).toEqual(ours);
  // Each in its own words, and only the good ones are good.
  expect(names.filter((name) => ours[name] === facts.call)).toEqual([
    'good',
    'of a caller without an account',
  ]);
  expect([...new Set(Object.values(ours))].sort()).toEqual(
    [
      facts.call,
      ...['malformed', 'signature', 'issuer', 'audience', 'expired', 'not-yet', 'room', 'caller'],
      'replayed',
    ].sort(),
  );
  expect(names.map((name) => ours[name]).includes(undefined)).toBe(false);
});
