// Whether a worker can take calls now, and what keeps it from that: what `/readyz` answers.

import { IvrFault } from '../ivr/fault.ts';
import type { AgentServerState } from '../livekit/agent-server.ts';
import type { Store } from '../store/open-store.ts';
import type { Check, Readiness } from '../web/worker-http.ts';

interface WorkerState {
  readonly livekit: AgentServerState;
  readonly store: Store;
  /** Why a newer version of lines and recordings is not in use. */
  readonly refusal: string | null;
  readonly isDraining: boolean;
}

export async function readiness(worker: WorkerState): Promise<Readiness> {
  const { phase, fault } = worker.livekit;
  return {
    livekit:
      phase === 'registered'
        ? { ok: true }
        : { ok: false, why: fault?.message ?? 'connecting to LiveKit' },
    store: await storeCheck(worker.store),
    // A worker does not start with recordings that cannot be played, and takes over none.
    prompts:
      worker.refusal === null
        ? { ok: true }
        : { ok: true, why: `in use as before, the new version was refused: ${worker.refusal}` },
    draining: worker.isDraining
      ? { ok: false, why: 'draining: no new calls are taken' }
      : { ok: true },
  };
}

async function storeCheck(store: Store): Promise<Check> {
  try {
    await store.records.ping();
    return { ok: true };
  } catch (error) {
    if (!(error instanceof IvrFault)) throw error;
    return { ok: false, why: error.message };
  }
}
