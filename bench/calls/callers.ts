// A process of callers, away from what they call. Takes commands over IPC, a JSON text each, and tells what its
// callers did and heard, by the machine's clock.

import { findNoPrograms } from '../../src/livekit/media.ts';
import { sendForAgent } from '../../src/livekit/phone-token.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { type Caller, enterAsCaller } from './caller.ts';
import { now } from './clock.ts';

/** A call to be made. */
export interface CallPlan {
  readonly id: string;
  readonly room: string;
  readonly dialled: string;
  readonly calling: string;
  readonly trunkId: string | null;
}

export type Command =
  | {
      readonly do: 'enter';
      readonly api: LiveKitApi;
      readonly call: CallPlan;
      readonly frameMs: number;
    }
  | {
      readonly do: 'send';
      readonly api: LiveKitApi;
      readonly id: string;
      readonly room: string;
      readonly agent: string;
    }
  | { readonly do: 'press'; readonly id: string; readonly keys: string; readonly gapMs: number }
  | { readonly do: 'leave'; readonly id: string };

/** What a caller did or heard; `at` by the machine's clock. */
export type Told =
  | {
      readonly what: 'entered' | 'sent' | 'sound' | 'silence' | 'left';
      readonly id: string;
      readonly at: number;
    }
  | { readonly what: 'pressed'; readonly id: string; readonly at: readonly number[] }
  | { readonly what: 'ready' }
  | { readonly what: 'failed'; readonly id: string; readonly why: string };

// What callers need is no part of what is measured, and takes the machine from it.
findNoPrograms();

const callers = new Map<string, Caller>();
const tell = (told: Told) => process.send?.(told);

async function obey(command: Command): Promise<void> {
  switch (command.do) {
    case 'enter': {
      const { api, call, frameMs } = command;
      const { id } = call;
      const listener = {
        onSound: (at: number) => void tell({ what: 'sound', id, at }),
        onSilence: (at: number) => void tell({ what: 'silence', id, at }),
      };
      callers.set(id, await enterAsCaller({ api, ...call }, listener, frameMs));
      tell({ what: 'entered', id, at: now() });
      return;
    }
    case 'send': {
      const { api, id, room, agent } = command;
      tell({ what: 'sent', id, at: now() });
      return await sendForAgent(api, room, agent);
    }
    case 'press': {
      const { id, keys, gapMs } = command;
      const at = (await callers.get(id)?.press(keys, gapMs)) ?? [];
      tell({ what: 'pressed', id, at });
      return;
    }
    case 'leave': {
      const { id } = command;
      await callers.get(id)?.leave();
      callers.delete(id);
      tell({ what: 'left', id, at: now() });
    }
  }
}

process.on('message', (text: string) => {
  const command = JSON.parse(text) as Command;
  const id = command.do === 'enter' ? command.call.id : command.id;
  obey(command).catch((error: unknown) => tell({ what: 'failed', id, why: String(error) }));
});
tell({ what: 'ready' });
