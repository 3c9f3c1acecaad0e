// Who speaks in the rooms, as LiveKit's server sees it: looked at again and again while a test goes on.

import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind, TrackType } from '@livekit/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';

const LOOK_AGAIN_MS = 50;

/** Who could be heard in a caller's room at a moment: the IVR's participants with audio, and the desks'. */
interface Look {
  /** In ms of `performance.now()`. */
  readonly at: number;
  /** Call-ID of the caller's INVITE. */
  readonly call: string;
  readonly voices: readonly string[];
  readonly desks: readonly string[];
}

export interface RoomWatch extends AsyncDisposable {
  /** For how long at a stretch more than one voice of ours could be heard in a caller's room, from a moment on; ms. */
  doubled(call: string, from?: number): number;
  /** The voices of ours in a caller's room, in order of their coming, each with its last look. */
  voices(call: string): readonly { readonly voice: string; readonly last: number }[];
  /** The desks that were heard in a caller's room when it was last looked at. */
  desks(call: string): readonly string[];
  /** When a caller's room was last looked at. */
  lastLook(call: string): number;
}

export function watchRooms(api: LiveKitApi): RoomWatch {
  const rooms = new RoomServiceClient(api.host.replace(/^ws/, 'http'), api.key, api.secret);
  const looks: Look[] = [];
  const stopping = new AbortController();

  async function look(): Promise<void> {
    const at = performance.now();
    const all = await rooms.listRooms();
    await Promise.all(
      all.map(async ({ name }) => {
        const people = await rooms.listParticipants(name);
        const caller = people.find(({ kind }) => kind === ParticipantInfo_Kind.SIP);
        const call = caller?.attributes['sip.callIDFull'];
        if (call === undefined) return;
        const heard = people
          .filter(({ kind }) => kind === ParticipantInfo_Kind.AGENT)
          .filter(({ tracks }) =>
            tracks.some(({ type, muted }) => type === TrackType.AUDIO && !muted),
          );
        const voices = heard
          .filter(({ name: who }) => !isDesk(who))
          .map(({ identity }) => identity);
        const desks = heard.map(({ name: who }) => who).filter(isDesk);
        looks.push({ at, call, voices, desks });
      }),
    );
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      // A server that is away is seen by others.
      await look().catch(() => undefined);
      await sleep(LOOK_AGAIN_MS);
    }
  }
  const running = run();
  const looksAt = (call: string) => looks.filter((one) => one.call === call);

  return {
    doubled(call, from = 0) {
      let longest = 0;
      let since: number | null = null;
      for (const { at, voices } of looksAt(call)) {
        if (at < from || voices.length < 2) since = null;
        else {
          since ??= at;
          longest = Math.max(longest, at - since + LOOK_AGAIN_MS);
        }
      }
      return longest;
    },
    voices(call) {
      const last = new Map<string, number>();
      for (const { at, voices } of looksAt(call)) {
        for (const voice of voices) last.set(voice, at);
      }
      return [...last].map(([voice, at]) => ({ voice, last: at }));
    },
    desks: (call) => looksAt(call).at(-1)?.desks ?? [],
    lastLook: (call) => looksAt(call).at(-1)?.at ?? 0,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

function isDesk(name: string): boolean {
  return name.endsWith('-desk');
}
