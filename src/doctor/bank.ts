// Findings on the customer's server: whether it is there, and whether it keeps docs/backend.openapi.yaml,
// as far as that can be asked without an account, or with one.

import type { Fault } from './advice.ts';
import type { AccountFacts, Exchange, Flaw, Probe } from './facts.ts';
import { error, type Finding, type Good, good, warning } from './finding.ts';

/** After this callers hear that they must wait. */
const SLOW_MS = 1000;
/** No answer about an account is told to a caller sooner, as long as it may be that there is none. */
const FLOOR_MS = 1500;
/** A difference that some calls are enough to hear. */
const UNEVEN_MS = 100;

const PROBES: Readonly<
  Record<Probe, { readonly code: Good; readonly asked: string; readonly right: string }>
> = {
  token: { code: 'backend-token', asked: 'a wrong bearer token', right: 'is refused' },
  lookup: {
    code: 'backend-lookup',
    asked: 'the lookup of an unknown account',
    right: 'gets {"ref": null}',
  },
  customer: {
    code: 'backend-customer',
    asked: 'the lookup of an unknown customer',
    right: 'gets {"ref": null}',
  },
  repeat: {
    code: 'backend-repeat',
    asked: 'the same request with the same Idempotency-Key',
    right: 'gets the same answer',
  },
  reuse: {
    code: 'backend-repeat',
    asked: 'another request with a used Idempotency-Key',
    right: 'is refused',
  },
  challenge: {
    code: 'backend-challenge',
    asked: 'a code for an unknown challenge',
    right: 'is not accepted',
  },
  account: {
    code: 'backend-account',
    asked: 'the lookup of the account',
    right: 'gets a ref that does not hold its number',
  },
  'account-again': {
    code: 'backend-account',
    asked: 'a second lookup of the account',
    right: 'gets the same ref',
  },
  'account-customer': {
    code: 'backend-account',
    asked: 'the lookup of its customer',
    right: 'gets the same ref',
  },
  'unknown-ref': {
    code: 'backend-knowledge',
    asked: 'a question about an unknown ref',
    right: 'is refused',
  },
  'right-birth-date': {
    code: 'backend-knowledge',
    asked: 'the right birth date',
    right: 'is accepted',
  },
  'wrong-birth-date': {
    code: 'backend-knowledge',
    asked: 'a wrong birth date',
    right: 'gets {"accepted": false}',
  },
  'impossible-date': {
    code: 'backend-knowledge',
    asked: 'a birth date that never was',
    right: 'gets {"accepted": false}',
  },
  'right-passcode': {
    code: 'backend-knowledge',
    asked: 'the right passcode',
    right: 'is accepted',
  },
  'wrong-passcode': {
    code: 'backend-knowledge',
    asked: 'a wrong passcode',
    right: 'gets {"accepted": false}',
  },
  sim: { code: 'backend-sim', asked: 'the question for a SIM change', right: 'is answered' },
  code: { code: 'backend-code', asked: 'the wish for a code', right: 'is answered' },
  'code-again': {
    code: 'backend-code',
    asked: 'the same wish with the same Idempotency-Key',
    right: 'gets the same answer',
  },
  'wrong-code': {
    code: 'backend-code',
    asked: 'a wrong code',
    right: 'gets {"accepted": false}',
  },
  'other-call': {
    code: 'backend-code',
    asked: 'a code in another call than its own',
    right: 'is not accepted',
  },
};

/** Whether anything answers at `backend.url`; `code` is the system's word for why not. */
export function reachFindings(answer: { readonly code: string | null }): Finding[] {
  return answer.code === null
    ? [good('backend', "the customer's server answers")]
    : [error('backend-unreachable', `the customer's server gives no answer (${answer.code})`)];
}

/** Whether nobody was there to answer. */
export function isUnreached(exchanges: readonly Exchange[]): boolean {
  return exchanges.length > 0 && exchanges.every(({ flaw }) => flaw?.kind === 'no-connection');
}

/** What the answers of the customer's server say of it. */
export function conformanceFindings(exchanges: readonly Exchange[]): Finding[] {
  const [first] = exchanges;
  if (isUnreached(exchanges) && first?.flaw?.kind === 'no-connection') {
    return reachFindings({ code: first.flaw.code });
  }
  return [...exchanges.map(exchangeFinding), timeFinding(exchanges)];
}

/** What a test account shows beside its answers. */
export function accountFindings({ isFileOpen, lookupMs, code }: AccountFacts): Finding[] {
  return [
    ...(isFileOpen
      ? [warning('account-file-open', 'others than its owner may read or change the account file')]
      : []),
    ...(lookupMs === null ? [] : [evenFinding(lookupMs)]),
    ...(code === 'unanswered' ? [] : [good('backend-code', CODES[code])]),
  ];
}

const CODES: Readonly<Record<Exclude<AccountFacts['code'], 'unanswered'>, string>> = {
  unasked: 'no code was asked for: --send-code does that',
  noPhone: 'the account has no phone to send a code to: none was asked for',
  sent: 'look at the phone: exactly one message must have come; whether its code is accepted cannot be seen from here',
  leftToUs:
    'codes are left to us: nothing was sent, and the number on file is as it should be written',
};

function exchangeFinding({ probe, flaw }: Exchange): Finding {
  const { code, asked, right } = PROBES[probe];
  if (flaw === null) return good(code, `${asked} ${right}`);
  const what = `${asked} ${described(flaw)}`;
  if (probe === 'reuse' && flaw.kind === 'accepted') return warning('backend-key-reused', what);
  return error(faultOf(probe, flaw), what);
}

function faultOf(probe: Probe, { kind }: Flaw): Fault {
  switch (kind) {
    case 'accepted':
      return probe === 'token' ? 'backend-token-any' : 'backend-accepts';
    case 'refused':
      return 'backend-refuses';
    case 'unknown':
      return 'backend-no-account';
    case 'tells':
      return 'backend-ref-tells';
    case 'differs':
      if (probe === 'repeat') return 'backend-answer';
      return probe === 'code-again' ? 'backend-code-twice' : 'backend-ref-moves';
    default:
      return 'backend-answer';
  }
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
    case 'refused':
      return 'is not accepted';
    case 'unknown':
      return 'finds none';
    case 'tells':
      return 'gets a ref that holds what was asked for';
    case 'differs':
      return 'gets another answer than the first time';
  }
}

function timeFinding(exchanges: readonly Exchange[]): Finding {
  const slowest = Math.round(Math.max(...exchanges.map(({ ms }) => ms)));
  const what = `the slowest answer took ${slowest} ms`;
  return slowest > SLOW_MS ? warning('backend-slow', what) : good('backend-time', what);
}

/** Answers that come before the floor are told at the floor, so only what is above it can be heard. */
function evenFinding({ known, unknown }: NonNullable<AccountFacts['lookupMs']>): Finding {
  const audible = Math.abs(Math.max(known, FLOOR_MS) - Math.max(unknown, FLOOR_MS));
  const what = `lookups take ${Math.round(known)} ms for the account and ${Math.round(unknown)} ms for an unknown one`;
  return audible > UNEVEN_MS ? warning('backend-uneven', what) : good('backend-even', what);
}
