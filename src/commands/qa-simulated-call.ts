// One simulated call of a scenario, whatever befalls it: a stranger, a lost room, a worker that is told to go, or
// dies and leaves the call to another one.

import { randomUUID } from 'node:crypto';
import type { Happening } from '../console/scenario.ts';
import { createSimulatedLine, type SimulatedLineOptions } from '../console/simulated-line.ts';
import type { StagedCall } from '../console/stage.ts';
import { beginCall } from '../ivr/begun-call.ts';
import { startCall } from '../ivr/call.ts';
import type { CallRecord } from '../ivr/call-record.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { IvrFault } from '../ivr/fault.ts';
import { LEASE_MS } from '../ivr/lease.ts';
import type { CallerLine } from '../ivr/ports.ts';
import { createSwitchboard } from '../ivr/switchboard.ts';
import type { SimulatedWorlds } from './qa-simulated-world.ts';

/** From a worker's death until another one goes on with its call. */
const FOUND_MS = 600;

export interface SimulatedCallOptions extends Omit<SimulatedLineOptions, 'clock'> {
  readonly worlds: SimulatedWorlds;
}

/** Rings at the first worker. */
export function simulateCall({ worlds, ...options }: SimulatedCallOptions): StagedCall {
  const { clock, records } = worlds;
  const line = createSimulatedLine({ clock, ...options });
  let phone = line.phone;
  let isBroken = false;
  let record: CallRecord | null = null;

  /** The line, as long as nothing of ours is broken. */
  function unlessBroken(line: CallerLine): CallerLine {
    return {
      ...line,
      play: (clips, signal) =>
        isBroken
          ? Promise.reject(new Error('simulated: the sound is broken'))
          : line.play(clips, signal),
    };
  }

  const first = worlds.worker(`simulated-${randomUUID().slice(0, 8)}`);
  const call = startCall(unlessBroken(line), first, beginCall(first));
  let isDead = false;
  call.record.then(
    (kept) => {
      // What it would have been, of a call that was given up.
      if (!isDead) record = kept;
    },
    () => undefined,
  );

  async function die(): Promise<void> {
    isDead = true;
    call.giveUp();
    await records.beat(first.workerId, 0);
    clock.setTimeout(() => void takeOver(), FOUND_MS);
  }

  async function takeOver(): Promise<void> {
    const second = worlds.worker(`${first.workerId}-next`);
    await records.beat(second.workerId, LEASE_MS);
    const [orphan] = await records.takeOver(second.workerId, 0, 1);
    if (orphan === undefined) return;
    const switchboard = createSwitchboard(second, 1);
    const over = switchboard.goOn(orphan, async () => rejoined());
    void over.then(async () => {
      record = await clock.outside(recordOf(call.id, records));
    });
  }

  /** The caller's room, as the next worker finds it. */
  function rejoined(): CallerLine {
    if (phone.state === 'ended' || phone.state === 'refused') {
      throw new IvrFault('IVR_LINE_LOST', 'simulated: the caller is gone');
    }
    const again = createSimulatedLine({ clock, ...options });
    phone = again.phone;
    return unlessBroken(again);
  }

  return {
    press: (key) => phone.press(key),
    hangUp: () => phone.hangUp(),
    get record() {
      return record;
    },
    async happens(what: Happening) {
      switch (what) {
        case 'stranger':
          phone.letIn('agent');
          break;
        case 'livekit-lost':
          phone.lose();
          break;
        case 'worker-lost':
          await die();
          break;
        case 'draining':
          call.drain();
          break;
        case 'store-lost':
          worlds.loseStore();
          break;
        case 'fault':
          isBroken = true;
          break;
        default:
          what satisfies never;
      }
      await clock.settle();
    },
  };
}

async function recordOf(
  id: string,
  records: Pick<CallWorld['records'], 'list'>,
): Promise<CallRecord | null> {
  for await (const record of records.list()) if (record.id === id) return record;
  return null;
}
