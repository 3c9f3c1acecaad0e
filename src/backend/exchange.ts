// One POST of JSON and what came back. Promises that it is sent once and to one place, that it ends with its
// deadline or its caller, and that of a failed exchange only a code word is told: undici's own errors
// quote bytes of the answer.

import type { Silence, Unreadable } from '../doctor/facts.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { Secret } from '../machines/secret.ts';

export interface Posting {
  readonly url: string;
  /** Bearer token; empty: no Authorization header. */
  readonly token: Secret;
  /** Idempotency-Key. */
  readonly key: string;
  readonly body: object;
  /** From sending to the last byte that `read` wants. */
  readonly timeoutSeconds: number;
}

/** An answer with its status; only one with status 200 is read, and has to be JSON. Or why it is none. */
export type Reply =
  | { readonly status: number; readonly body: unknown }
  | { readonly flaw: Unreadable };

/** Answers are a few dozen bytes; longer ones are not read to their end. */
const ANSWER_LIMIT_BYTES = 64 * 1024;

/**
 * Answers what `read` makes of the response, or why there is none to its end. Rejects with the reason of
 * `caller` once that aborts.
 */
export async function post<Read>(
  { url, token, key, body, timeoutSeconds }: Posting,
  caller: AbortSignal,
  read: (response: Response) => Read | Promise<Read>,
): Promise<Read | { readonly flaw: Silence }> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutSeconds * 1000);
  try {
    caller.throwIfAborted();
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...(token.length > 0 ? { authorization: `Bearer ${token.reveal()}` } : {}),
        'idempotency-key': key,
        'content-type': 'application/json',
        'content-length': String(bytes.length),
        accept: 'application/json',
        'user-agent': 'tonegate',
      },
      // As a stream, because fetch sends any other body a second time where the answer is 421.
      body: new Blob([bytes]).stream(),
      duplex: 'half',
      redirect: 'manual',
      signal: AbortSignal.any([caller, deadline.signal]),
    });
    const answer = await read(response);
    caller.throwIfAborted();
    return answer;
  } catch (error) {
    caller.throwIfAborted();
    return {
      flaw: deadline.signal.aborted
        ? { kind: 'late' }
        : { kind: 'no-connection', code: codeOf(error) },
    };
  } finally {
    clearTimeout(timer);
    // Whatever of the answer has not been read is not wanted: lets go of its connection.
    deadline.abort();
  }
}

export async function readReply(response: Response): Promise<Reply> {
  const { status } = response;
  if (status !== 200) return { status, body: null };
  if (!/^application\/json\s*(;|$)/i.test(response.headers.get('content-type') ?? '')) {
    return { flaw: { kind: 'content-type' } };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_LIMIT_BYTES) return { flaw: { kind: 'too-long' } };
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return { status, body: JSON.parse(text) as unknown };
  } catch {
    return { flaw: { kind: 'not-json' } };
  }
}

/** The URL as it is asked. Throws `IVR_CONFIG_INVALID`, calling it `name`, for one that cannot be. */
export function webUrl(name: string, text: string): string {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `${name} must be an http(s) URL without user, password, query or fragment.`,
    );
  }
  return url.href;
}

/** Throws `IVR_CONFIG_INVALID` for a token that no header can hold; an empty one can be in none. */
export function checkToken(name: string, token: Secret): void {
  if (/^[\x21-\x7e]*$/.test(token.reveal())) return;
  throw new IvrFault(
    'IVR_CONFIG_INVALID',
    `${name} holds spaces, line ends or non-ASCII characters.`,
  );
}

/** The code word of a failed exchange (`ECONNREFUSED`); nothing else of it is safe to pass on. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no code';
}
