// Findings on the customer's server: whether it is there, and whether it keeps docs/backend.openapi.yaml
// as far as that can be asked without an account.

import type { Exchange, Flaw, Probe } from './facts.ts';
import { error, type Finding, type Good, good, warning } from './finding.ts';

/** After this callers hear that they must wait. */
const SLOW_MS = 1000;

const PROBES: Readonly<Record<Probe, { readonly code: Good; readonly asked: string }>> = {
  token: { code: 'backend-token', asked: 'a wrong bearer token' },
  lookup: { code: 'backend-lookup', asked: 'the lookup of an unknown account' },
  customer: { code: 'backend-customer', asked: 'the lookup of an unknown customer' },
  repeat: { code: 'backend-repeat', asked: 'the same request with the same Idempotency-Key' },
  reuse: { code: 'backend-repeat', asked: 'another request with a used Idempotency-Key' },
  challenge: { code: 'backend-challenge', asked: 'a code for an unknown challenge' },
};

const RIGHT: Readonly<Record<Probe, string>> = {
  token: 'is refused',
  lookup: 'gets {"ref": null}',
  customer: 'gets {"ref": null}',
  repeat: 'gets the same answer',
  reuse: 'is refused',
  challenge: 'is not accepted',
};

/** Whether anything answers at `backend.url`; `code` is the system's word for why not. */
export function reachFindings(answer: { readonly code: string | null }): Finding[] {
  return answer.code === null
    ? [good('backend', "the customer's server answers")]
    : [error('backend-unreachable', `the customer's server gives no answer (${answer.code})`)];
}

/** What the answers of the customer's server say of it. */
export function conformanceFindings(exchanges: readonly Exchange[]): Finding[] {
  const lost = exchanges.flatMap(({ flaw }) => (flaw?.kind === 'no-connection' ? [flaw.code] : []));
  if (lost.length > 0 && lost.length === exchanges.length) {
    return reachFindings({ code: lost[0] ?? '' });
  }
  return [...exchanges.map(exchangeFinding), timeFinding(exchanges)];
}

function exchangeFinding({ probe, flaw }: Exchange): Finding {
  const { code, asked } = PROBES[probe];
  if (flaw === null) return good(code, `${asked} ${RIGHT[probe]}`);
  const what = `${asked} ${described(flaw)}`;
  const isTaken = flaw.kind === 'accepted';
  if (probe === 'token' && isTaken) return error('backend-token-any', what);
  if (probe === 'reuse' && isTaken) return warning('backend-key-reused', what);
  return error('backend-answer', what);
}

function described(flaw: Flaw): string {
  switch (flaw.kind) {
    case 'no-connection':
      return `gets no answer (${flaw.code})`;
    case 'status':
      return `is answered with status ${flaw.status}`;
    case 'late':
      return 'gets no whole answer within backend.timeoutSeconds';
    case 'redirect':
      return 'is redirected, which is never followed';
    case 'content-type':
      return 'gets an answer that is not marked application/json';
    case 'too-long':
      return 'gets an answer longer than 64 KiB';
    case 'not-json':
      return 'gets an answer that is not JSON';
    case 'schema':
      return 'gets an answer that does not fit its schema';
    case 'accepted':
      return 'is taken';
    case 'differs':
      return 'gets another answer than the first time';
  }
}

function timeFinding(exchanges: readonly Exchange[]): Finding {
  const slowest = Math.round(Math.max(...exchanges.map(({ ms }) => ms)));
  const what = `the slowest answer took ${slowest} ms`;
  return slowest > SLOW_MS ? warning('backend-slow', what) : good('backend-time', what);
}
