// Looks on while calls run, and keeps everything it gets to see: the live view, what LiveKit's server has of rooms,
// participants and dispatches, every row that was ever in the store.

import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import type { CallObservation } from '../../src/ivr/observation.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { allRows, carriedBy, dispatchText } from './leak-reading.ts';

const ROOMS_MS = 200;
const ROWS_MS = 500;
const PATIENCE_MS = 30_000;
/** Observations that are told of when something was waited for in vain. */
const LATELY = 12;

export interface Onlooker extends AsyncDisposable {
  /** The live view as it came. */
  readonly liveView: string;
  readonly observations: readonly CallObservation[];
  /** Texts, each once. */
  readonly rooms: ReadonlySet<string>;
  readonly ours: ReadonlySet<string>;
  readonly livekits: ReadonlySet<string>;
  readonly dispatches: ReadonlySet<string>;
  /** Rows of all tables, each with its table's name before it. */
  readonly rows: ReadonlySet<string>;
  /** The room of the call with this Call-ID, once it is there. */
  roomOf(callId: string): Promise<string>;
  /** Which observation is the first, from the `from`th on, that is of this room and so; once it is there. */
  sees(
    what: string,
    room: string,
    from: number,
    isSo: (observation: CallObservation) => boolean,
  ): Promise<number>;
  /** Looks at all rooms and at the store once more. */
  look(): Promise<void>;
}

/** Done when nothing that happens from now on is missed. */
export async function startOnlooker(
  livekit: LiveKitApi,
  workerUrl: string,
  storeUrl: string,
): Promise<Onlooker> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let liveView = '';
  const observations: CallObservation[] = [];
  const rooms = new Set<string>();
  const roomOf = new Map<string, string>();
  const ours = new Set<string>();
  const livekits = new Set<string>();
  const dispatches = new Set<string>();
  const rows = new Set<string>();

  const stream = await fetch(`${workerUrl}/events`, { signal });
  async function follow() {
    let rest = '';
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      liveView += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('data: {')) observations.push(JSON.parse(line.slice('data: '.length)));
      }
    }
  }

  const { host, key, secret } = livekit;
  const roomService = new RoomServiceClient(host, key, secret);
  const dispatchClient = new AgentDispatchClient(host, key, secret);
  async function lookAtRoom(name: string) {
    const [participants, dispatched] = await Promise.all([
      roomService.listParticipants(name),
      dispatchClient.listDispatch(name),
    ]);
    for (const participant of participants) {
      const carried = carriedBy(participant);
      ours.add(JSON.stringify(carried.ours));
      livekits.add(JSON.stringify(carried.livekits));
      const callId = participant.attributes['sip.callIDFull'];
      if (participant.kind === ParticipantInfo_Kind.SIP && callId) roomOf.set(callId, name);
    }
    for (const dispatch of dispatched) dispatches.add(dispatchText(dispatch.metadata));
  }
  async function lookAtRooms() {
    const all = await roomService.listRooms();
    for (const room of all) rooms.add(JSON.stringify(room.toJson()));
    // A room that closes meanwhile is no fault.
    await Promise.allSettled(all.map(({ name }) => lookAtRoom(name)));
  }
  async function lookAtStore() {
    for (const row of await allRows(storeUrl)) rows.add(row);
  }

  async function again(ms: number, look: () => Promise<void>) {
    while (!signal.aborted) {
      await look();
      await sleep(ms);
    }
  }
  const following = follow().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const looking = Promise.all([
    following,
    again(ROOMS_MS, lookAtRooms),
    again(ROWS_MS, lookAtStore),
  ]);
  // Whoever ends the look is told.
  looking.catch(() => undefined);

  async function until<Found>(find: () => Found | undefined, why: () => string): Promise<Found> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`never came: ${why()}`);
      await sleep(20);
    }
  }

  /** The last that was seen of a room. */
  const lately = (room: string) =>
    observations
      .filter((one) => one.room === room)
      .slice(-LATELY)
      .map(({ call, room, ...one }) => JSON.stringify(one))
      .join('\n  ');

  return {
    get liveView() {
      return liveView;
    },
    observations,
    rooms,
    ours,
    livekits,
    dispatches,
    rows,
    roomOf: (callId) =>
      until(
        () => roomOf.get(callId),
        () => `the room of ${callId}`,
      ),
    sees: (what, room, from, isSo) =>
      until(
        () => {
          const nth = observations.findIndex(
            (one, nth) => nth >= from && one.room === room && isSo(one),
          );
          return nth < 0 ? undefined : nth;
        },
        () => `${what}. Seen last:\n  ${lately(room)}`,
      ),
    look: async () => void (await Promise.all([lookAtRooms(), lookAtStore()])),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await looking;
    },
  };
}
