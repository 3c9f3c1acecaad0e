import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { layTrap } from '../kit/trap.ts';

test('the media library prints nothing: its log is off, and events cannot be made to show', async () => {
  vi.stubEnv('LIVEKIT_DEBUG_LOG_ROOM_EVENTS', '1');
  await import('../../src/livekit/media.ts');
  const require = createRequire(import.meta.url);
  const library = createRequire(require.resolve('@livekit/rtc-node'));
  expect(library('./log.cjs').log.level).toBe('silent');
  expect(process.env.LIVEKIT_DEBUG_LOG_ROOM_EVENTS).toBeUndefined();
});

test('a process that only might have joined a room ends by itself', async () => {
  const media = new URL('../../src/livekit/media.ts', import.meta.url);
  const code = `await import(${JSON.stringify(media.href)})`;
  const args = ['--input-type=module', '--eval', code];
  await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
});

test('a process that has had the library begin prints nothing, and ends by itself', async () => {
  const media = new URL('../../src/livekit/media.ts', import.meta.url);
  const code = `
    const { beginMedia } = await import(${JSON.stringify(media.href)});
    await using media = await beginMedia();
    console.log(globalThis._ffiClientInstance !== undefined);
  `;
  const args = ['--input-type=module', '--eval', code];
  const printed = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(printed).toMatchObject({ stdout: 'true\n', stderr: '' });
});

const JOINING = fileURLToPath(new URL('joining.ts', import.meta.url));

test.each([
  { way: 'theirs', programs: true, logs: true },
  { way: 'ours', programs: false, logs: false },
])(
  'joining a room ($way) runs a program: $programs, hands the native log over: $logs',
  async ({ way, programs, logs }) => {
    await using trap = await layTrap('lsb_release');
    const PATH = [trap.folder, process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH };
    const printed = await promisify(execFile)(process.execPath, [JOINING, way], { env });
    expect(await trap.wasRun()).toBe(programs);
    // The library's own log may go on after it.
    const lines = /^lines of the native log: (\d+)$/m.exec(printed.stdout)?.[1];
    expect(Number(lines) > 0, printed.stdout).toBe(logs);
    if (way === 'ours') {
      expect(printed).toMatchObject({ stdout: 'lines of the native log: 0\n', stderr: '' });
    }
  },
);

describe('what happens in a process is put before a room', () => {
  const room = (changes: object = {}) => ({
    onFfiEvent: () => undefined,
    ffiHandle: { handle: 7n },
    preConnectEvents: [],
    ...changes,
  });
  const inRoom = (roomHandle: bigint) => ({
    message: { case: 'roomEvent', value: { roomHandle } },
  });
  const played = { message: { case: 'captureAudioFrame', value: {} } };
  const asked = { message: { case: 'rpcMethodInvocation', value: {} } };

  test('where it happened there, or somebody asks one of us', async () => {
    const { isFor } = await import('../../src/livekit/media.ts');
    expect(isFor(room(), inRoom(7n))).toBe(true);
    expect(isFor(room(), asked)).toBe(true);
  });

  test('and not where it happened elsewhere', async () => {
    const { isFor } = await import('../../src/livekit/media.ts');
    expect(isFor(room(), inRoom(8n))).toBe(false);
    expect(isFor(room(), played)).toBe(false);
    expect(isFor(room(), { message: {} })).toBe(false);
  });

  test('all of it before the room is joined, and until it has got to what it was told by then', async () => {
    const { isFor } = await import('../../src/livekit/media.ts');
    expect(isFor(room({ ffiHandle: undefined }), inRoom(8n))).toBe(true);
    expect(isFor(room({ preConnectEvents: [inRoom(7n)] }), inRoom(8n))).toBe(true);
  });
});
