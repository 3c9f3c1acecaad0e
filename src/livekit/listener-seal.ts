// The mark by which lines know the listener of `tonegate doctor --listen`, which is in rooms on purpose: an
// HMAC over room and identity, under a key derived from LiveKit's API secret. Promises that nobody without
// that secret can make one, and that one made for a room or an identity is worth nothing in another.

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export function sealOf(secret: string, room: string, identity: string): string {
  const key = hkdfSync('sha256', secret, '', 'tonegate doctor listener', 32);
  const mac = createHmac('sha256', Buffer.from(key)).update(JSON.stringify([room, identity]));
  return mac.digest('base64url');
}

/** Whether `seal` is the one of this room and identity; takes as long for any other of its length. */
export function isSealed(seal: string, secret: string, room: string, identity: string): boolean {
  const [found, due] = [Buffer.from(seal), Buffer.from(sealOf(secret, room, identity))];
  return found.length === due.length && timingSafeEqual(found, due);
}
