import { createRequire } from 'node:module';
import { expect, test, vi } from 'vitest';

test('the media library prints nothing: its log is off, and events cannot be made to show', async () => {
  vi.stubEnv('LIVEKIT_DEBUG_LOG_ROOM_EVENTS', '1');
  await import('../../src/livekit/media.ts');
  const require = createRequire(import.meta.url);
  const library = createRequire(require.resolve('@livekit/rtc-node'));
  expect(library('./log.cjs').log.level).toBe('silent');
  expect(process.env.LIVEKIT_DEBUG_LOG_ROOM_EVENTS).toBeUndefined();
});
