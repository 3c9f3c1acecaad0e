// A call from the moment that this worker has it, before anybody has joined its room: noted in the store, so that
// it has a record and can be gone on with, whatever becomes of this process.

import { randomUUID } from 'node:crypto';
import type { CallNote } from './call-note.ts';
import type { CallRecord } from './call-record.ts';
import type { CallWorld } from './call-world.ts';
import { recordOfNobody } from './journal.ts';
import type { OrphanedCall } from './ports.ts';
import { type RecordKeeping, recordKeeping } from './record-keeping.ts';

/** What is known of a call that another worker has lost. */
export interface LostCall {
  readonly record: CallRecord;
  /** Null: it cannot be read here, so that nobody goes on with the call. */
  readonly note: CallNote | null;
  /** How long ago that was noted. */
  readonly notedAgoMs: number;
}

export interface BegunCall {
  readonly id: string;
  readonly keeping: RecordKeeping;
  /** Null: it begins here. */
  readonly before: LostCall | null;
}

/** A call that begins here. */
export function beginCall(world: CallWorld): BegunCall {
  const id = randomUUID();
  const keeping = recordKeeping(world.records, world.log.child({ call: id }));
  return { id, keeping, before: null };
}

/** Notes that somebody waits in this room, of whom nothing else is known yet. */
export function noteArrival({ id, keeping }: BegunCall, room: string, world: CallWorld): void {
  const note = { room, caller: null, own: [], resumption: null, proofAgeMs: null };
  keeping.note(() => ({
    record: recordOfNobody(id, world, 'worker-lost'),
    note: world.notes.seal(id, note),
  }));
}

/** Takes up a call that another worker has lost. */
export function takeUpCall(
  orphan: OrphanedCall,
  world: CallWorld,
): BegunCall & { readonly before: LostCall } {
  const { id, ifLost: record, notedAgoMs } = orphan;
  const note = world.notes.open(id, orphan.note);
  const keeping = recordKeeping(world.records, world.log.child({ call: id }));
  return { id, keeping, before: { record, note, notedAgoMs } };
}
