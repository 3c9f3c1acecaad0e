// What a worker leaves in the store so that another one can go on with its call. It names the room and the
// caller's participant, which may hold the calling number, and so is sealed: nobody reads it without the pepper.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Resumption } from '../machines/call.machine.ts';
import type { Secret } from '../machines/secret.ts';

export interface CallNote {
  /** Name of the room. */
  readonly room: string;
  /** Identity of the caller's participant; null while nobody has seen it. */
  readonly caller: string | null;
  /** Identities under which workers have been in the room for this call, the oldest first. */
  readonly own: readonly string[];
  /** Where the call stands; null while it rings. */
  readonly resumption: Resumption | null;
  /** How long ago the first of the steps was gone through that still count; null: none. */
  readonly proofAgeMs: number | null;
}

export interface NoteSeal {
  /** `call`: our call id; a note opens for its own call only. */
  seal(call: string, note: CallNote): Uint8Array;
  /** Null where it was sealed under another pepper, for another call, or by another version. */
  open(call: string, sealed: Uint8Array): CallNote | null;
}

/** Changes with what a note holds: one of another version is not gone by. */
const VERSION = 1;
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals notes under a key derived from `pepper` (HKDF-SHA256, RFC 5869; AES-256-GCM). */
export function noteSeal(pepper: Secret): NoteSeal {
  const purpose = `tonegate call note ${VERSION}`;
  const key = new Uint8Array(hkdfSync('sha256', pepper.reveal(), '', purpose, 32));
  return {
    seal(call, note) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(call));
      const text = cipher.update(JSON.stringify(note), 'utf8');
      return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]);
    },
    open(call, sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(call))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return JSON.parse(Buffer.concat([text, decipher.final()]).toString()) as CallNote;
      } catch {
        return null;
      }
    },
  };
}
