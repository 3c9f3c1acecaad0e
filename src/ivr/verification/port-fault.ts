// What a fault of a port is to a caller: an outcome of its own, and never a "wrong".

import { IvrFault } from '../fault.ts';

export type PortFault = 'unavailable' | 'storeLost';

/** Null: no port answers with such an error, so something of ours is broken. */
export function portFault(error: unknown): PortFault | null {
  if (!(error instanceof IvrFault)) return null;
  switch (error.code) {
    case 'IVR_BACKEND_UNAVAILABLE':
    case 'IVR_SMS_UNAVAILABLE':
      return 'unavailable';
    case 'IVR_STORE_UNAVAILABLE':
      return 'storeLost';
    default:
      return null;
  }
}
