import { expect, test } from 'vitest';
import { reach } from '../../src/commands/doctor-clock.ts';
import { startStub } from '../backend/stub-server.ts';

/** A server whose clock goes wrong by so much. */
function clockedServer(aheadMs: number, status = 200) {
  return startStub((response) => {
    const date = new Date(Date.now() + aheadMs).toUTCString();
    response.writeHead(status, { date }).end();
  });
}

test.each([0, -90_000, 45_000])(
  'a clock that is %i ms ahead is told by about so much',
  async (aheadMs) => {
    await using server = await clockedServer(aheadMs);
    const there = await reach(server.url);
    if (!('aheadMs' in there) || there.aheadMs === null) throw new Error('it shows no clock');
    expect(Math.abs(there.aheadMs - aheadMs)).toBeLessThan(10_000);
  },
);

test('a refusal is an answer, and the clock of a WebSocket address is that of its web server', async () => {
  await using server = await clockedServer(60_000, 404);
  const there = await reach(server.url.replace('http', 'ws'));
  expect(there).toMatchObject({ code: null, aheadMs: expect.any(Number) });
  expect(server.asked[0]).toMatchObject({ method: 'HEAD', path: '/' });
  expect(server.asked[0]?.headers.authorization).toBeUndefined();
});

test('a redirect is an answer, and is not followed', async () => {
  await using server = await startStub((response) => {
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await reach(server.url)).toMatchObject({ code: null });
  expect(server.asked).toHaveLength(1);
});

test('a server that shows no clock is there all the same', async () => {
  await using server = await startStub((response) => {
    response.sendDate = false;
    response.end();
  });
  expect(await reach(server.url)).toEqual({ code: null, aheadMs: null });
});

test('where nobody is, the system says why', async () => {
  const server = await startStub(() => undefined);
  await server[Symbol.asyncDispose]();
  expect(await reach(server.url)).toEqual({ code: 'ECONNREFUSED' });
});
