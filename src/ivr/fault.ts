// Faults are ours (a component broke); what callers do are outcomes, and never thrown.

export type FaultCode =
  | 'IVR_CONFIG_INVALID'
  | 'IVR_PROMPT_INVALID'
  | 'IVR_BACKEND_UNAVAILABLE'
  | 'IVR_SMS_UNAVAILABLE'
  | 'IVR_LIVEKIT_UNREACHABLE'
  | 'IVR_LINE_LOST'
  | 'IVR_STORE_UNAVAILABLE'
  | 'IVR_PORT_BUSY'
  | 'IVR_STACK';

/**
 * What of an error may be logged. Our own faults say no values; of any other error only its kind and
 * where it came from, since its message may hold anything.
 */
export function loggable(error: unknown): object {
  if (error instanceof IvrFault) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { kind: typeof error };
  // A message may have lines that look like frames.
  const stack = (error.stack ?? '').replace(error.message, '');
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const kind = /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error';
  return { kind, at: frames.map((frame) => frame.trim()) };
}

/** A fault with a stable code. The message says what was attempted and how to mend it, never a value. */
export class IvrFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IvrFault';
    this.code = code;
  }
}
