// Where carriers put their verdict, and how what several headers say becomes one verdict. Promises that
// headers which disagree are never believed, neither of them. docs/screening.md is the page for operators.

import type { InviteHeaders } from './headers.ts';
import type { Place } from './name-addr.ts';
import {
  assertedIdentity,
  fromHeader,
  isSame,
  type Statement,
  type Witness,
  wordIn,
} from './statement.ts';
import { type Evidence, nothing } from './verdict.ts';
import { ATTESTATION, BANDWIDTH, STANDARD, TELNYX, TWILIO, UNBELIEVED } from './words.ts';

/** The carriers and conventions that are known by name. */
export const PROFILES = [
  'twilio',
  'telnyx',
  'bandwidth',
  'avaya',
  'p-asserted-identity',
  'from',
  'attestation-info',
  'none',
] as const;

/** How a trunk's carrier tells its verdict; `{header}`: in a header of that name, in the words of TS 24.229. */
export type Profile = (typeof PROFILES)[number] | { readonly header: string };

interface Reading {
  readonly witnesses: readonly Witness[];
  /** What the statements of the witnesses, in their order, come to. */
  readonly verdict: (...statements: readonly (Statement | null)[]) => Evidence;
}

/** As TS 24.229 has it: with the number, before the @; many put it behind the host. */
const WITH_THE_URI: readonly Place[] = ['user', 'uri'];
const ANYWHERE: readonly Place[] = ['user', 'uri', 'header'];

const READINGS: Readonly<Record<(typeof PROFILES)[number], Reading>> = {
  twilio: agreed(wordIn('X-Twilio-VerStat', TWILIO)),
  telnyx: agreed(assertedIdentity(['uri'], TELNYX)),
  bandwidth: {
    witnesses: [
      assertedIdentity(ANYWHERE, BANDWIDTH),
      wordIn('P-Attestation-Indicator', ATTESTATION),
    ],
    verdict: graded,
  },
  avaya: agreed(assertedIdentity(WITH_THE_URI, STANDARD), fromHeader(WITH_THE_URI, STANDARD)),
  'p-asserted-identity': agreed(assertedIdentity(WITH_THE_URI, STANDARD)),
  from: agreed(fromHeader(WITH_THE_URI, STANDARD)),
  'attestation-info': {
    witnesses: [wordIn('Attestation-Info', ATTESTATION), assertedIdentity(WITH_THE_URI, STANDARD)],
    verdict: attested,
  },
  none: agreed(),
};

/** The headers a profile reads, as carriers write their names. Empty: there is nothing to read. */
export function verdictHeaders(profile: Profile): readonly string[] {
  return readingOf(profile).witnesses.map(({ header }) => header);
}

/** What the headers of an INVITE say by a profile. Never throws, whatever they hold. */
export function evidenceFrom(profile: Profile, headers: InviteHeaders): Evidence {
  const { witnesses, verdict } = readingOf(profile);
  return verdict(...witnesses.map(({ statement }) => statement(headers)));
}

function readingOf(profile: Profile): Reading {
  return typeof profile === 'string' ? READINGS[profile] : agreed(wordIn(profile.header, STANDARD));
}

/** Whoever speaks must say the same. */
function agreed(...witnesses: readonly Witness[]): Reading {
  return { witnesses, verdict: agreement };
}

function agreement(...statements: readonly (Statement | null)[]): Evidence {
  const made = statements.filter((statement) => statement !== null);
  const [first, ...others] = made;
  if (first === undefined) return nothing('none');
  const meaning = others.every((other) => isSame(first, other)) ? first : UNBELIEVED;
  return { ...meaning, source: made.map(({ source }) => source).join('+') };
}

/** One header has the verdict, the other its level: without the first, the second was not the carrier's. */
function graded(verified: Statement | null = null, level: Statement | null = null): Evidence {
  if (level === null) return agreement(verified);
  if (verified === null) return { ...UNBELIEVED, source: level.source };
  const isGraded = verified.verdict === 'passed' || verified.verdict === 'failed';
  const meaning =
    level.verdict === 'error' ? UNBELIEVED : { ...verified, level: isGraded ? level.level : null };
  return { ...meaning, source: `${verified.source}+${level.source}` };
}

/** A level is a verdict in itself; a verdict beside it may leave the level out, but not contradict it. */
function attested(level: Statement | null = null, verified: Statement | null = null): Evidence {
  const isBare = verified?.verdict === 'passed' && verified.level === null;
  return agreement(level, isBare && level ? { ...verified, level: level.level } : verified);
}
