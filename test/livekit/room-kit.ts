// People for a LiveKit room of tests: callers, bystanders and agents, each a participant of its own with
// ears. Runs on a real server, which the test starts. Knows nothing of calls.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  AudioSource,
  LocalAudioTrack,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { configSchema } from '../../src/config/schema.ts';
import { type Child, spawnChild } from '../../src/demo/child.ts';
import { startStack } from '../../src/demo/stack.ts';
import type { StackPorts } from '../../src/demo/stack-config.ts';
import type { Clip } from '../../src/ivr/ports.ts';
import { soundOf } from '../../src/livekit/media.ts';
import { applyRouting } from '../../src/livekit/provisioning.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { Secret } from '../../src/machines/secret.ts';

const SERVER = fileURLToPath(new URL('../../stack/bin/server', import.meta.url));
const PATIENCE_MS = 30_000;
const SECRET = 'secretsecretsecretsecretsecretsecret';

/** A local stack with its address. Disposing of it stops the stack. */
export interface TestStack extends AsyncDisposable {
  readonly api: LiveKitApi;
  /** The LiveKit server alone. */
  readonly server: Child;
  /** Starts the LiveKit server again after it was stopped. */
  restartServer(): Promise<void>;
}

export async function startTestStack(ports: StackPorts): Promise<TestStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tonegate-livekit-'));
  const stack = await startStack({ ports, dataDir, apiKey: 'devkey', apiSecret: SECRET });
  let server = stack.server;
  return {
    api: { host: `ws://127.0.0.1:${ports.livekit}`, key: 'devkey', secret: SECRET },
    get server() {
      return server;
    },
    restartServer: async () => {
      server = await spawnChild({
        name: 'livekit',
        command: SERVER,
        args: ['--config', join(dataDir, 'livekit.yaml')],
        output: { file: join(dataDir, 'livekit-again.log') },
      });
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await stack[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Sends the calls of one trunk, and of no other, to the agent `tonegate`. */
export async function routed(api: LiveKitApi, trunk: object): Promise<void> {
  const trunks = configSchema.shape.trunks.parse([trunk]);
  await applyRouting(api, { agentName: 'tonegate', trunks }, () => Secret.empty);
}

export interface Person {
  readonly room: string;
  readonly identity?: string;
  readonly kind?: 'standard' | 'sip' | 'agent';
  readonly attributes?: Record<string, string>;
  readonly metadata?: string;
  readonly hidden?: boolean;
}

async function tokenFor(api: LiveKitApi, person: Person): Promise<string> {
  const token = new AccessToken(api.key, api.secret, {
    identity: person.identity ?? randomUUID(),
    attributes: person.attributes ?? {},
    metadata: person.metadata ?? '',
  });
  token.kind = person.kind ?? 'standard';
  token.addGrant({
    roomJoin: true,
    room: person.room,
    canUpdateOwnMetadata: true,
    hidden: person.hidden ?? false,
    ...(person.kind === 'agent' ? { agent: true } : {}),
  });
  return await token.toJwt();
}

/** A job as an assignment would bring it. */
export async function jobFor(api: LiveKitApi, room: string) {
  const finished: string[] = [];
  const finish = (outcome: string) => void finished.push(outcome);
  return { url: api.host, token: await tokenFor(api, { room, kind: 'agent' }), finish, finished };
}

/** A participant whose audio is silence. */
export class Guest implements AsyncDisposable {
  readonly room = new Room();
  #sound: number[] = [];
  #source: AudioSource | null = null;
  #track: LocalAudioTrack | null = null;

  /** Joins; only callers have ears. */
  static async join(api: LiveKitApi, person: Person): Promise<Guest> {
    return await Guest.enter(api, await tokenFor(api, person), person.kind === 'sip');
  }

  static async enter(api: LiveKitApi, token: string, hears = false): Promise<Guest> {
    const guest = new Guest();
    guest.room.on(RoomEvent.TrackSubscribed, (track) => void guest.#listen(track));
    await guest.room.connect(api.host, token, { autoSubscribe: hears, dynacast: false });
    return guest;
  }

  /** Publishes silence: who publishes is seen by the others at once. */
  async publish(): Promise<void> {
    this.#source = new AudioSource(16_000, 1);
    this.#track = LocalAudioTrack.createAudioTrack('guest', this.#source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await this.room.localParticipant?.publishTrack(this.#track, options);
  }

  async press(keys: string): Promise<void> {
    for (const key of keys) {
      await this.room.localParticipant?.publishDtmf('0123456789*#'.indexOf(key), key);
    }
  }

  /** How many milliseconds of a tone have been heard so far. */
  heardMs(hertz: number): number {
    return this.#sound.filter((heard) => Math.abs(heard - hertz) < 60).length * 10;
  }

  /** Done when at least this much of a tone has been heard. */
  async hears(hertz: number, ms: number): Promise<void> {
    await until(
      () => this.heardMs(hertz) >= ms,
      () => `only ${this.heardMs(hertz)} ms of ${hertz} Hz were heard`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.room.disconnect();
    await this.#track?.close();
  }

  async #listen(track: RemoteTrack): Promise<void> {
    if (track.kind !== TrackKind.KIND_AUDIO) return;
    for await (const samples of soundOf(track)) {
      for (let at = 0; at + 160 <= samples.length; at += 160) {
        this.#sound.push(pitchOf(samples.subarray(at, at + 160)));
      }
    }
  }
}

/** Waits for something that becomes true by itself. */
export async function until(
  isSo: () => boolean,
  otherwise = () => 'it did not happen',
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(otherwise());
    await sleep(20);
  }
}

/** A pure tone. */
export function tone(hertz: number, ms: number): Clip {
  const samples = new Int16Array((16_000 * ms) / 1000);
  for (let n = 0; n < samples.length; n++) {
    samples[n] = 8000 * Math.sin((2 * Math.PI * hertz * n) / 16_000);
  }
  return { samples };
}

/** The pitch of 10 ms of a tone, by its zero crossings; 0 for silence. */
function pitchOf(samples: Int16Array): number {
  if (Math.max(...samples) < 1000) return 0;
  let first = -1;
  let last = -1;
  let rises = 0;
  for (let n = 1; n < samples.length; n++) {
    const [before, now] = [samples[n - 1] as number, samples[n] as number];
    if (before >= 0 || now < 0) continue;
    const at = n - now / (now - before);
    if (first < 0) first = at;
    else rises += 1;
    last = at;
  }
  return rises === 0 ? 0 : (16_000 * rises) / (last - first);
}
