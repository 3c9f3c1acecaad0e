// LiveKit's server API as this folder uses it. Promises: every refusal becomes an `IvrFault` here; no
// LiveKit error, and no room name or identity (both may hold the caller's number), goes any further.

import { ServerError } from 'livekit-server-sdk';
import { IvrFault } from '../ivr/fault.ts';

/** Where LiveKit is (`ws`, `wss`, `http` or `https`), and the key pair that tokens are signed with. */
export interface LiveKitApi {
  readonly host: string;
  readonly key: string;
  readonly secret: string;
}

/** Twirp's words, and what comes from before Twirp is asked. */
const KEY_REFUSALS = new Set(['unauthenticated', 'permission_denied', 'http_401', 'http_403']);

/** The word LiveKit gave for its refusal (`not_found`, …); null when there was no answer at all. */
export function refusalOf(error: unknown): string | null {
  return error instanceof ServerError ? (error.code ?? `http_${error.status}`) : null;
}

/** What a rejected API request means to the rest of the program; `attempt` says what was asked. */
export function apiFault(attempt: string, error: unknown): IvrFault {
  if (error instanceof IvrFault) return error;
  const refusal = refusalOf(error);
  if (refusal === null) return unreachable(`${attempt}: LiveKit gave no answer`);
  if (KEY_REFUSALS.has(refusal)) return keyRefused(attempt);
  return unreachable(`${attempt}: LiveKit answered ${refusal}`);
}

/** LiveKit is there, but does not know our key or secret. */
export function keyRefused(attempt: string): IvrFault {
  return unreachable(
    `${attempt}: LiveKit refused the API key or secret; check LIVEKIT_API_KEY and LIVEKIT_API_SECRET`,
  );
}

export function unreachable(message: string): IvrFault {
  return new IvrFault('IVR_LIVEKIT_UNREACHABLE', message);
}
