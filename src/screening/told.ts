// The headers in which a carrier would tell a verdict: the way back from a verdict to its INVITE, for phones
// that are none. Promises to offer only what `evidenceFrom` reads as the very verdict that was asked for. Pure.

import { inviteHeaders } from './headers.ts';
import { evidenceFrom, type Profile } from './profiles.ts';
import { LABELS, labelOf, type ScreeningLabel } from './verdict.ts';

type Headers = Readonly<Record<string, string>>;

/** A word that no carrier has. */
const UNKNOWN = 'Unheard-Of';

/** TS 24.229; null: nothing is said. */
const WORDS: Readonly<Record<ScreeningLabel, string | null>> = {
  'passed-A': 'TN-Validation-Passed-A',
  'passed-B': 'TN-Validation-Passed-B',
  'passed-C': 'TN-Validation-Passed-C',
  passed: 'TN-Validation-Passed',
  failed: 'TN-Validation-Failed',
  none: null,
  error: UNKNOWN,
};

/**
 * The verdict on a calling number (E.164) in the headers of the trunk's carrier; null where it has no way to tell
 * that one.
 */
export function headersTelling(
  verdict: ScreeningLabel,
  profile: Profile,
  number: string,
): Headers | null {
  const headers = WORDS[verdict] === null ? {} : told(verdict, profile, number);
  const read = evidenceFrom(profile, inviteHeaders(Object.entries(headers)));
  return labelOf(read) === verdict ? headers : null;
}

/** The verdicts that a trunk's carrier can tell. */
export function tellable(profile: Profile): readonly ScreeningLabel[] {
  return LABELS.filter((verdict) => headersTelling(verdict, profile, '+15551230000') !== null);
}

function told(verdict: ScreeningLabel, profile: Profile, number: string): Headers {
  const word = WORDS[verdict] ?? '';
  const level = /^passed-([ABC])$/.exec(verdict)?.[1];
  if (typeof profile === 'object') return { [profile.header]: word };
  switch (profile) {
    case 'twilio':
      return { 'X-Twilio-VerStat': word };
    case 'telnyx':
      return { 'P-Asserted-Identity': `<sip:${number}@carrier.example;verstat=${word}>` };
    case 'bandwidth':
      return {
        'P-Asserted-Identity': withTheNumber(number, word.replace(/-[ABC]$/, '')),
        ...(level && { 'P-Attestation-Indicator': level }),
      };
    case 'avaya':
    case 'p-asserted-identity':
      return { 'P-Asserted-Identity': withTheNumber(number, word) };
    case 'from':
      return { From: withTheNumber(number, word) };
    case 'attestation-info':
      return level
        ? { 'Attestation-Info': level }
        : { 'P-Asserted-Identity': withTheNumber(number, word) };
    case 'none':
      return {};
    default:
      return profile satisfies never;
  }
}

function withTheNumber(number: string, word: string): string {
  return `<sip:${number};verstat=${word}@carrier.example>`;
}
