// What time it is elsewhere: the Date of whatever answer a web server gives. Asks nothing that needs a
// token, and reads nothing else of the answer.

import type { ClockFacts } from '../doctor/facts.ts';

const TIMEOUT_MS = 5000;

/** A server that answered, or the system's word for why not. */
export type Reached = ({ readonly code: null } & ClockFacts) | { readonly code: string };

/** Asks for `url` (`http`, `https`, `ws` or `wss`). Any answer will do, a refusal too. */
export async function reach(url: string): Promise<Reached> {
  const begun = Date.now();
  try {
    const response = await fetch(url.replace(/^ws/, 'http'), {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { code: null, aheadMs: aheadMs(response.headers.get('date'), begun, Date.now()) };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/**
 * Theirs minus ours, at least. A Date has whole seconds, so theirs is half a second later on average; and it
 * was written at any moment between asking and answer.
 */
function aheadMs(date: string | null, begun: number, ended: number): number | null {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return null;
  const apart = theirs + 500 - (begun + ended) / 2;
  return Math.sign(apart) * Math.max(0, Math.abs(apart) - (ended - begun) / 2);
}

/** Our own word, or the system's (`ECONNREFUSED`); no text of an error is passed on. */
function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `none in ${TIMEOUT_MS} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no connection';
}
