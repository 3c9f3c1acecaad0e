// How a command ends when it could not do its work: 1 the thing asked for is not so, 2 wrong usage or
// bad configuration, 3 something needed could not be reached.

import { CommanderError } from 'commander';
import { type FaultCode, IvrFault } from '../ivr/fault.ts';

const EXIT_CODES: Readonly<Record<FaultCode, number>> = {
  IVR_CONFIG_INVALID: 2,
  IVR_PROMPT_INVALID: 2,
  IVR_PORT_BUSY: 3,
  IVR_STACK: 3,
  IVR_BACKEND_UNAVAILABLE: 3,
  IVR_SMS_UNAVAILABLE: 3,
  IVR_LIVEKIT_UNREACHABLE: 3,
  IVR_LINE_LOST: 3,
  IVR_STORE_UNAVAILABLE: 3,
};

export function exitCodeOf(error: unknown): number {
  // Commander has said so already, and knows whether it was a question for help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof IvrFault) return EXIT_CODES[error.code];
  return 1;
}

/** Says on stderr what went wrong: a fault in its own words, anything else with its stack. */
export function explain(error: unknown): void {
  if (error instanceof CommanderError) return;
  console.error(error instanceof IvrFault ? `tonegate: ${error.message}` : error);
}
