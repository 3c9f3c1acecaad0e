// The native media library as the rest of this folder uses it: rooms that come and go without leaving
// anything behind. Works around @livekit/rtc-node 1.1.0; each workaround says of what.

import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteTrack, RoomEvent } from '@livekit/rtc-node';
import { AudioStream, dispose, Room } from '@livekit/rtc-node';
import { bindToCall } from '../ivr/isolation.ts';
import { SAMPLE_RATE } from '../prompts/wav.ts';
import { unlessAborted } from './abort.ts';

const library = createRequire(import.meta.resolve('@livekit/rtc-node'));
const native = createRequire(library.resolve('./ffi_client.cjs'))('@livekit/rtc-ffi-bindings');

// It logs to stdout, and its warnings name participants, whose identities hold calling numbers.
library('./log.cjs').log.level = 'silent';
// The native part hands each line of its log over to JavaScript, twelve hundred for a join, or writes it to stderr.
process.env.RUST_LOG = 'off';
const { livekitInitialize } = native;
native.livekitInitialize = (...[tell, , version]: Initialize) =>
  livekitInitialize(tell, false, version);
// With this it would print every event of a room, keys included.
delete process.env.LIVEKIT_DEBUG_LOG_ROOM_EVENTS;

const LEAVE_MS = 3000;
/** Where nothing ever is, by the Debian policy manual (9.1.1); no address of a server either. */
const NOWHERE = '/nonexistent';

/**
 * Has this process find no program any more, for one that runs none: at every join the library would run
 * `lsb_release`, a shell script on Debian, which takes 50 ms of a processor while a caller waits.
 */
export function findNoPrograms(): void {
  process.env.PATH = NOWHERE;
}

/**
 * Has the library begin before there is a room: no caller waits then for what it sets up with the first one of a
 * process, 40 ms of a processor. Asks no server for anything. Disposing is `closeMedia`.
 */
export async function beginMedia(): Promise<AsyncDisposable> {
  const room = openRoom();
  await enterRoom(room, NOWHERE, '').catch(() => undefined);
  await leaveRoom(room);
  return { [Symbol.asyncDispose]: closeMedia };
}

/** How the library begins, with the first room of the process. */
type Initialize = [tell: (event: Uint8Array) => void, capturesLogs: boolean, version: string];

/** What the library tells, to all rooms of the process alike. */
interface Event {
  readonly message: {
    readonly case?: string;
    readonly value?: { readonly roomHandle?: bigint };
  };
}

/** How the library tells a room of everything. */
interface Told {
  onFfiEvent: (event: Event) => unknown;
  readonly ffiHandle?: { readonly handle: bigint };
  /** What a room was told before it was in; it gets to that with whatever it is told next. */
  readonly preConnectEvents: readonly Event[];
}

/** A room whose events belong to the call that it is opened in. */
export function openRoom(): Room {
  const room = new Room();
  const told = room as unknown as Told;
  const tell = bindToCall(told.onFfiEvent);
  told.onFfiEvent = (event) => {
    if (isFor(told, event)) tell(event);
  };
  return room;
}

/**
 * Whether an event can be of use to a room. Every room is told of everything in the process and puts it through a
 * lock and two promises before it looks: with many calls that grows by their square.
 */
export function isFor({ ffiHandle, preConnectEvents }: Told, { message }: Event): boolean {
  if (ffiHandle === undefined || preConnectEvents.length > 0) return true;
  if (message.case === 'rpcMethodInvocation') return true;
  return message.case === 'roomEvent' && message.value?.roomHandle === ffiHandle.handle;
}

/** Connects without subscribing to anything. */
export async function enterRoom(room: Room, url: string, token: string): Promise<void> {
  await room.connect(url, token, { autoSubscribe: false, dynacast: false });
}

/** Disconnects, whichever side ended it, so that the room can be freed. Done within three seconds. */
export async function leaveRoom(room: Room): Promise<void> {
  try {
    // It waits for the server, which may be frozen or out of reach.
    await Promise.race([room.disconnect(), sleep(LEAVE_MS, undefined, { ref: false })]);
  } finally {
    // Where the server ended it `disconnect()` does nothing, and the library would keep the room for ever.
    const { onFfiEvent } = room as unknown as Told;
    const { _ffiClientInstance } = globalThis as { _ffiClientInstance?: EventEmitter };
    _ffiClientInstance?.off('ffi_event', onFfiEvent);
    room.removeAllListeners();
  }
}

/**
 * What is heard of a track, piece by piece, until it ends: 16 kHz, mono. `pieceMs`: how much at a time, by default
 * what the library sees fit. Nothing where the library has let go of the track since it told of it.
 */
export async function* soundOf(track: RemoteTrack, pieceMs?: number): AsyncGenerator<Int16Array> {
  const size = pieceMs === undefined ? {} : { frameSizeMs: pieceMs };
  let stream: AudioStream;
  try {
    stream = new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1, ...size });
  } catch {
    return;
  }
  for await (const { data } of stream) yield data;
}

/**
 * Waits until `find` finds something: asked now, and again at each of the events. Rejects with the
 * signal's reason when it aborts.
 */
export async function whenInRoom<T>(
  room: Room,
  events: readonly RoomEvent[],
  find: () => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const look = () => {
    const found = find();
    if (found !== undefined) resolve(found);
  };
  for (const event of events) room.on(event, look);
  try {
    look();
    return await unlessAborted(promise, signal);
  } finally {
    for (const event of events) room.off(event, look);
  }
}

/** Ends the native library's threads, without which the process does not exit. Nothing works after it. */
export async function closeMedia(): Promise<void> {
  await dispose();
}
