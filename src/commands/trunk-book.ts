// The configured trunk of a call, by what LiveKit says of how it came in. Knows what LiveKit said last, and
// nothing of calls.

import type { Logger } from 'pino';
import type { CallRoute } from '../ivr/call-world.ts';
import { type RoutingNames, routingNames } from '../livekit/provisioning.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';

/** A trunk that LiveKit has said is none of ours may be taken over: it is asked again after this. */
const STRANGER_MS = 5000;
/** Ways in that are remembered; more are forgotten all at once, and asked about again. */
const STRANGERS = 1000;
/** Every trunk that LiveKit makes has such an id; numbers that were bought from it come without one. */
const TRUNK_ID = /^ST_/;

export interface TrunkBook {
  readonly nameOf: (call: CallRoute) => string | null;
  /**
   * As `nameOf`, after looking all names up again where it is not known. Rejects with
   * `IVR_LIVEKIT_UNREACHABLE` where that fails: then nobody can say whose trunk it is.
   */
  readonly find: (call: CallRoute) => Promise<string | null>;
  /** Looks all names up again; until they are there the old ones hold. Never rejects. */
  refresh(): Promise<void>;
}

export function createTrunkBook(api: LiveKitApi, log: Logger): TrunkBook {
  let names: RoutingNames = { trunks: new Map(), boughtBy: new Map() };
  let asking: Promise<void> | null = null;
  /** When LiveKit said last that a way in is none of ours. */
  const strangers = new Map<string, number>();

  function nameOf({ trunkId, ruleId }: CallRoute): string | null {
    if (trunkId !== null && TRUNK_ID.test(trunkId)) return names.trunks.get(trunkId) ?? null;
    return names.boughtBy.get(ruleId ?? '') ?? null;
  }

  async function ask(): Promise<void> {
    try {
      names = await routingNames(api);
    } catch (error) {
      log.warn('trunk names could not be looked up');
      throw error;
    } finally {
      asking = null;
    }
  }

  function lookUp(): Promise<void> {
    asking ??= ask();
    return asking;
  }

  function isStranger(way: string): boolean {
    const since = strangers.get(way);
    return since !== undefined && performance.now() - since < STRANGER_MS;
  }

  return {
    nameOf,
    async find(call) {
      const known = nameOf(call);
      const way = `${call.trunkId} ${call.ruleId}`;
      if (known !== null || isStranger(way)) return known;
      await lookUp();
      const found = nameOf(call);
      if (found === null) {
        if (strangers.size >= STRANGERS) strangers.clear();
        strangers.set(way, performance.now());
      }
      return found;
    },
    refresh: () => lookUp().catch(() => undefined),
  };
}
