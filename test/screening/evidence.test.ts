// What holds of the verdict on every INVITE, whatever is in it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inviteHeaders } from '../../src/screening/headers.ts';
import { evidenceFrom, verdictHeaders } from '../../src/screening/profiles.ts';
import type { Evidence } from '../../src/screening/verdict.ts';
import { headerFor, inviteFor, readers, value } from './odd-invites.ts';

const RUNS = { numRuns: 1000 };

/** The better the higher: what is failed or cannot be believed is equally bad. */
const rank = ({ verdict }: Evidence) => ({ passed: 2, none: 1, failed: 0, error: 0 })[verdict];

/** Another reading of what stands outside of quotes: a quote opens and closes unless a backslash escapes it. */
const unquoted = (text: string) => text.replace(/"(?:[^"\\]|\\.)*(?:"|$)/gs, '');

const keyOf = (name: string) =>
  ({ f: 'from', y: 'identity' })[name.toLowerCase()] ?? name.toLowerCase();

describe.each(readers.map((profile) => ({ profile, name: JSON.stringify(profile) })))(
  'profile $name',
  ({ profile }) => {
    const own = verdictHeaders(profile).map(keyOf);
    const invite = inviteFor(profile);

    test('makes one well-formed verdict of anything, without an error', () => {
      fc.assert(
        fc.property(invite, (seen) => {
          const { verdict, level, source } = evidenceFrom(profile, inviteHeaders(seen));
          if (verdict === 'none' || verdict === 'error') expect(level).toBeNull();
          expect(source === 'none' ? verdict : 'none').toBe('none');
          const sources = source === 'none' ? [] : source.split('+');
          expect(sources.filter((name) => !own.includes(name))).toEqual([]);
        }),
        RUNS,
      );
    });

    test('says passed only where a header of its own says so outside of quotes', () => {
      fc.assert(
        fc.property(invite, (seen) => {
          if (evidenceFrom(profile, inviteHeaders(seen)).verdict !== 'passed') return;
          const says = seen.filter(([name]) => own.includes(keyOf(name)));
          const isAttested = ([name, text]: [string, string]) =>
            keyOf(name) === 'attestation-info' && /^\s*[abc];?\s*$/i.test(text);
          const isPassed = ([, text]: [string, string]) =>
            /tn-validation-passed/i.test(unquoted(text));
          expect(says.some((said) => isPassed(said) || isAttested(said))).toBe(true);
        }),
        RUNS,
      );
    });

    test('never says better for another value of a header that was there', () => {
      fc.assert(
        fc.property(
          invite,
          headerFor(profile),
          value,
          fc.boolean(),
          (seen, [name, text], other, isFirst) => {
            const before = [...seen, [name, text] as const];
            const another = [name, other] as const;
            const after = isFirst ? [another, ...before] : [...before, another];
            const was = evidenceFrom(profile, inviteHeaders(before));
            expect(rank(evidenceFrom(profile, inviteHeaders(after)))).toBeLessThanOrEqual(
              rank(was),
            );
          },
        ),
        RUNS,
      );
    });

    test('does not depend on the order in which headers come', () => {
      fc.assert(
        fc.property(invite, (seen) => {
          expect(evidenceFrom(profile, inviteHeaders([...seen].reverse()))).toEqual(
            evidenceFrom(profile, inviteHeaders(seen)),
          );
        }),
        RUNS,
      );
    });

    test('reads nothing out of a display name, whatever is in it', () => {
      fc.assert(
        fc.property(value, (display) => {
          const quoted = display.replace(/["\\]/g, '\\$&');
          const address = `"${quoted}" <sip:+15551230001@carrier.example>`;
          const seen = verdictHeaders(profile).map((name): [string, string] => [name, address]);
          const { verdict } = evidenceFrom(profile, inviteHeaders(seen));
          expect(['none', 'error']).toContain(verdict);
          if (profile === 'telnyx' || profile === 'avaya' || profile === 'from') {
            expect(verdict).toBe('none');
          }
        }),
        RUNS,
      );
    });

    test.each([
      ['quotes', '"'.repeat(400_001)],
      ['backslashes in quotes', `"${'\\'.repeat(400_001)}`],
      ['brackets', '<'.repeat(400_000)],
      ['commas', ','.repeat(400_000)],
      ['parameters', `<sip:a@b${';verstat=TN-Validation-Passed'.repeat(20_000)}>`],
      ['white space', `${' '.repeat(200_000)}x${'\r\n '.repeat(100_000)}`],
      [
        'a good value behind a long display name',
        `"${'x'.repeat(4096)}" <sip:a@b;verstat=TN-Validation-Passed>`,
      ],
    ])('does not believe a header that is far too long: %s', (_, text) => {
      const seen = verdictHeaders(profile).map((name): [string, string] => [name, text]);
      expect(evidenceFrom(profile, inviteHeaders(seen)).verdict).toBe('error');
    });
  },
);

test('the profile that reads nothing says none to everything', () => {
  fc.assert(
    fc.property(inviteFor('avaya'), (seen) => {
      expect(evidenceFrom('none', inviteHeaders(seen))).toEqual({
        verdict: 'none',
        level: null,
        diverted: false,
        source: 'none',
      });
    }),
  );
  expect(verdictHeaders('none')).toEqual([]);
});

test('the headers to ask a bridge for are named as carriers write them', () => {
  expect(verdictHeaders('twilio')).toEqual(['X-Twilio-VerStat']);
  expect(verdictHeaders('telnyx')).toEqual(['P-Asserted-Identity']);
  expect(verdictHeaders('bandwidth')).toEqual(['P-Asserted-Identity', 'P-Attestation-Indicator']);
  expect(verdictHeaders('avaya')).toEqual(['P-Asserted-Identity', 'From']);
  expect(verdictHeaders('p-asserted-identity')).toEqual(['P-Asserted-Identity']);
  expect(verdictHeaders('from')).toEqual(['From']);
  expect(verdictHeaders('attestation-info')).toEqual(['Attestation-Info', 'P-Asserted-Identity']);
  expect(verdictHeaders({ header: 'X-Stir-Result' })).toEqual(['X-Stir-Result']);
});
