// The least agent of `@livekit/agents` that plays and collects, as its own process for each job. Its load limit is
// lifted; everything else is as the framework has it.

import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AgentServer,
  AutoSubscribe,
  defineAgent,
  initializeLogger,
  ServerOptions,
} from '@livekit/agents';
import * as media from '@livekit/rtc-node';
import { askingsFrom } from '../calls/asking.ts';
import { playAndCollect } from '../calls/play-and-collect.ts';

const {
  BENCH_RECORDINGS = '',
  BENCH_KEYS = '',
  BENCH_PORT = '',
  LIVEKIT_URL = '',
  LIVEKIT_API_KEY = '',
  LIVEKIT_API_SECRET = '',
} = process.env;

/** Each job's process loads the recordings before it has a job. */
let askings = [];

export default defineAgent({
  prewarm: () => {
    askings = askingsFrom(BENCH_RECORDINGS);
  },
  entry: async (ctx) => {
    await ctx.connect(undefined, AutoSubscribe.SUBSCRIBE_NONE);
    ctx.room.on(media.RoomEvent.ParticipantDisconnected, () => ctx.shutdown());
    await playAndCollect(ctx.room, media, askings, (keys) =>
      appendFileSync(BENCH_KEYS, `${keys}\n`),
    );
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  initializeLogger({ pretty: false, level: 'warn' });
  const server = new AgentServer(
    new ServerOptions({
      agent: fileURLToPath(import.meta.url),
      agentName: 'bench-agents',
      wsURL: LIVEKIT_URL,
      apiKey: LIVEKIT_API_KEY,
      apiSecret: LIVEKIT_API_SECRET,
      production: true,
      host: '127.0.0.1',
      port: Number(BENCH_PORT),
      loadFunc: async () => 0,
      loadThreshold: Number.POSITIVE_INFINITY,
    }),
  );
  process.once('SIGTERM', () => void server.close().finally(() => process.exit(0)));
  await server.run();
}
