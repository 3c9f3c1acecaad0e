// Who is in a caller's room that should not be: everybody but the caller, ourselves and a sealed listener of
// the doctor. The server's list shows all, hidden ones too; the room shows who comes, if it shows them.

import { ParticipantInfo_Kind } from '@livekit/protocol';
import type { Room } from '@livekit/rtc-node';
import { RoomEvent } from '@livekit/rtc-node';
import type { CallerLine } from '../ivr/ports.ts';
import { unlessAborted } from './abort.ts';
import type { CallControl } from './call-control.ts';
import { isSealed } from './listener-seal.ts';
import { unreachable } from './server-api.ts';

/** Whose presence is no wonder: the caller, and every identity under which this call is served. */
export interface Expected {
  readonly identities: ReadonlySet<string>;
  /** What a listener of the doctor is known by. */
  readonly secret: string;
}

interface Present {
  readonly identity: string;
  readonly metadata: string;
  readonly kind: number;
}

/** Watches the room from now on. */
export function watchStrangers(
  room: Room,
  control: Pick<CallControl, 'participants'>,
  { identities, secret }: Expected,
): Pick<CallerLine, 'strangers' | 'onStranger'> {
  let onStranger: (kind: string) => void = () => undefined;

  const isStranger = ({ identity, metadata }: Present) =>
    !identities.has(identity) && !isSealed(metadata, secret, room.name ?? '', identity);

  room.on(RoomEvent.ParticipantConnected, (arrived) => {
    if (isStranger(arrived)) onStranger(kindOf(arrived));
  });

  return {
    async strangers(signal) {
      signal.throwIfAborted();
      const present = await unlessAborted(control.participants(), signal);
      // A list without ourselves is not one of this room as it is now: it clears nobody.
      if (!present.some(({ identity }) => identity === room.localParticipant?.identity)) {
        throw unreachable('looking who is in the room: LiveKit does not list us');
      }
      return present.filter(isStranger).map(kindOf);
    },
    onStranger(listener) {
      onStranger = listener;
    },
  };
}

function kindOf({ kind }: Present): string {
  return ParticipantInfo_Kind[kind]?.toLowerCase() ?? 'unknown';
}
