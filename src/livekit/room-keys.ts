// The caller's keys as a room brings them: from the caller only, in order, and with every place told where
// some may be missing. Knows nothing of entries and prompts. Never prints a key.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { ParticipantKind, RoomEvent } from '@livekit/rtc-node';
import type { CallerLine, IgnoredKey } from '../ivr/ports.ts';
import { Secret } from '../machines/secret.ts';

const KEY = /^[0-9*#]$/;

export interface RoomKeys extends Pick<CallerLine, 'onKey' | 'onIgnoredKey' | 'onKeysMissed'> {
  /** When the key came that is being taken right now (`performance.now()`); null at any other time. */
  readonly arrivedAt: number | null;
}

/** Listens to the caller's keys from now on. */
export function listenForKeys(room: Room, caller: string): RoomKeys {
  let onKey: (key: Secret) => void = () => undefined;
  let onIgnoredKey: (why: IgnoredKey) => void = () => undefined;
  let onKeysMissed: () => void = () => undefined;
  let arrivedAt: number | null = null;

  function whyIgnored(key: string, sender: RemoteParticipant | undefined): IgnoredKey | null {
    if (sender?.identity !== caller) return 'stranger';
    if (sender.kind !== ParticipantKind.SIP) return 'notSip';
    return KEY.test(key) ? null : 'notAKey';
  }

  room.on(RoomEvent.DtmfReceived, (_code, key, sender) => {
    const why = whyIgnored(key, sender);
    if (why !== null) return onIgnoredKey(why);
    arrivedAt = performance.now();
    try {
      onKey(Secret.of(key));
    } finally {
      arrivedAt = null;
    }
  });
  // However short it was: in a reconnect of 0.25 s keys were lost (rtc-node 1.1.0, server v1.13.5). Those
  // before it have all been told by then, and those after it have not.
  room.on(RoomEvent.Reconnected, () => onKeysMissed());

  return {
    get arrivedAt() {
      return arrivedAt;
    },
    onKey(listener) {
      onKey = listener;
    },
    onIgnoredKey(listener) {
      onIgnoredKey = listener;
    },
    onKeysMissed(listener) {
      onKeysMissed = listener;
    },
  };
}
