// A caller whose side is asked to go elsewhere (REFER), and whether they went. Promises that nothing is called a
// success of which nobody saw the end.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TransferOutcome } from '../ivr/ports.ts';
import { unlessAborted } from './abort.ts';
import type { CallControl } from './call-control.ts';
import type { LegEnd } from './leg-end.ts';

/** A bridge ends its leg within a second of a transfer. */
const SEEN_OFF_MS = 3000;
const LOOK_AGAIN_MS = 100;

export class Referral {
  readonly #control: CallControl;
  readonly #leg: LegEnd;
  /** Whether the bridge said that the caller was moved: the leg is ours no more. */
  #isMoved = false;

  constructor(control: CallControl, leg: LegEnd) {
    this.#control = control;
    this.#leg = leg;
  }

  async refer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
    signal: AbortSignal,
  ): Promise<TransferOutcome> {
    signal.throwIfAborted();
    const referring = this.#control.transfer(target, headers, ringSeconds);
    const outcome = await unlessAborted(referring, signal);
    return outcome === 'succeeded' ? await this.#seenOff(signal) : outcome;
  }

  /** Whether the caller's leg is still with us. */
  async hasCaller(signal: AbortSignal): Promise<boolean> {
    if (this.#leg.end !== null || this.#isMoved) return false;
    return await unlessAborted(this.#control.hasCaller(), signal);
  }

  /**
   * What a success is worth. The bridge (v1.8.0) tells of one too where the call ended before anybody could say;
   * after a true one it keeps the leg for up to a second.
   */
  async #seenOff(signal: AbortSignal): Promise<TransferOutcome> {
    const wasHere = await this.hasCaller(signal);
    this.#isMoved = true;
    this.#leg.disregard();
    const until = performance.now() + SEEN_OFF_MS;
    while (wasHere && performance.now() < until) {
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
      if (!(await unlessAborted(this.#control.hasCaller(), signal))) return 'succeeded';
    }
    return 'unknown';
  }
}
