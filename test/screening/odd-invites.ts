// INVITEs nobody would think of: made of the pieces that callers and carriers write, in any order.

import fc from 'fast-check';
import { PROFILES, type Profile, verdictHeaders } from '../../src/screening/profiles.ts';

const all: readonly Profile[] = [...PROFILES, { header: 'X-Stir-Result' }, { header: 'F' }];

/** The profiles that read anything. */
export const readers = all.filter((profile) => verdictHeaders(profile).length > 0);

const names = [...new Set(readers.flatMap(verdictHeaders)), 'f', 'y', 'Remote-Party-ID'];

const pieces = [
  'TN-Validation-Passed TN-Validation-Failed No-TN-Validation NULL tn-validation-passed',
  '-A -B -C -D -Diverted -Passthrough A B C A; ;verstat= verstat= ;user=phone ;tag=1',
  'sip: sips: tel: SIP: mailto: +15551230001 carrier.example [2001:db8::1] Caller "Caller"',
  '<sip:+15551230001@carrier.example <tel:+15551230001 " \\ < > ; , @ ? = : %3B %40 ""',
].flatMap((line) => line.split(' '));

const likely = [
  'TN-Validation-Passed-A',
  'TN-Validation-Failed',
  'A',
  '<sip:+15551230001;verstat=TN-Validation-Passed@carrier.example>',
  '<sip:+15551230001@carrier.example;verstat=TN-Validation-Passed>;tag=1',
  '<tel:+15551230001;verstat=TN-Validation-Passed-B>',
  '<tel:+15551230001;verstat=No-TN-Validation>',
  '<sip:+15551230001@carrier.example>',
];

export const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...pieces, ' ', '\t', '\r\n ', '\n'), { maxLength: 12 })
      .map((chosen) => chosen.join('')),
  },
  { weight: 6, arbitrary: fc.constantFrom(...likely) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

/** A header, of those the profile reads more often than not. */
export function headerFor(profile: Profile) {
  const own = fc.constantFrom(...verdictHeaders(profile));
  const name = fc.oneof({ weight: 2, arbitrary: own }, fc.constantFrom(...names));
  const written = name.chain((long) =>
    fc.constantFrom(long, long.toLowerCase(), long.toUpperCase()),
  );
  return fc.tuple(written, value);
}

export const inviteFor = (profile: Profile) => fc.array(headerFor(profile), { maxLength: 4 });
