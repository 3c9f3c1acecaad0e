// Findings on one call that really came: what it brought, by name and count, and what that means for the
// line it was for. Names come from the caller's side too, so they are shown with care.

import type { TrunkConfig } from '../config/schema.ts';
import { verdictHeaders } from '../screening/profiles.ts';
import type { CallFacts, KeyFacts } from './facts.ts';
import { error, type Finding, good, listed, shown, warning } from './finding.ts';

/** Names that are shown of one kind: a caller can send any number of headers. */
const MOST_NAMES = 60;

/** What an INVITE brought. `trunk`: the one of the configuration that it came over, where that is known. */
export function callFindings(call: CallFacts, trunk: TrunkConfig | undefined): Finding[] {
  const over = trunk === undefined ? 'a trunk that is not ours' : `trunk "${trunk.name}"`;
  return [
    good('call', `a call came over ${over}`),
    good('call-attributes', counted('attributes', call.attributes)),
    ...headerFindings(call.headers, trunk),
    endingFinding(call.canEndCall),
  ];
}

function endingFinding(canEndCall: CallFacts['canEndCall']): Finding {
  switch (canEndCall) {
    case true:
      return good('call-abilities', 'the bridge can refuse with a Reason (lk.sip.EndCall)');
    case false:
      return warning('call-no-end', 'the bridge does not know lk.sip.EndCall');
    case null:
      return good('call-abilities', 'whether the bridge knows lk.sip.EndCall could not be seen');
  }
}

function headerFindings(headers: CallFacts['headers'], trunk: TrunkConfig | undefined): Finding[] {
  if (headers === null) {
    return [
      error('call-no-headers', 'the bridge does not tell the headers (lk.sip.GetRemoteHeaders)'),
    ];
  }
  const findings = [good('call-headers', counted('headers', headers))];
  const wanted = trunk === undefined ? [] : verdictHeaders(trunk.profile);
  if (wanted.length === 0) return findings;
  const there = new Set(headers.map((name) => name.toLowerCase()));
  const found = wanted.filter((name) => there.has(name.toLowerCase()));
  return [
    ...findings,
    found.length > 0
      ? good('call-verdict', `of the headers a verdict is read from, ${listed(found)} came`)
      : warning('call-no-verdict', `none of the headers a verdict is read from: ${listed(wanted)}`),
  ];
}

function counted(kind: string, names: readonly string[]): string {
  const some = [...names].sort().slice(0, MOST_NAMES).map(shown).join(' ');
  const rest = names.length > MOST_NAMES ? ' …' : '';
  return names.length === 0 ? `0 ${kind}` : `${names.length} ${kind}: ${some}${rest}`;
}

/** What was keyed, counted. */
export function keyFindings({ wasAnswered, keys, others, hasty, ending }: KeyFacts): Finding[] {
  if (!wasAnswered) return [good('call-keys', 'the call was not answered, so no key came')];
  const until = ending === 'hungUp' ? 'until the call ended' : 'until listening stopped';
  const strange = others === 0 ? '' : `, ${others} events that are no key`;
  return [
    keys === 0
      ? warning('call-no-keys', `no key was heard ${until}${strange}`)
      : good('call-keys', `${some(keys)} ${until}${strange}`),
    ...(hasty > 0
      ? [warning('call-hasty-keys', `${some(hasty)} came less than 40 ms after the one before`)]
      : []),
  ];
}

function some(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`;
}

/** Nobody called. */
export function noCall(seconds: number | undefined): Finding {
  const within = seconds === undefined ? '' : ` within ${seconds} s`;
  return error('call-none', `no call came${within}`);
}

/** Somebody called, and was refused or hung up at once. */
export function lostCall(): Finding {
  return error('call-gone', 'a call came and was over before it could be looked at');
}
