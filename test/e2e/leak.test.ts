// Nothing that a caller keys, no code, no full phone number and no secret of the system reaches anything that can
// be read: calls of every kind are made to a system on PostgreSQL, and everything is searched. What is exempt is
// named in leak-sinks.ts; docs/security.md says why.

import { ParticipantInfo } from '@livekit/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Canary, type Find, type Search, searchFor } from '../kit/canary.ts';
import { digitsInTurn } from '../kit/digits-in-turn.ts';
import { createDatabase, withClient } from '../kit/postgres.ts';
import { allRows, carriedBy, dispatchText } from './leak-reading.ts';
import { type LeakRun, runForLeaks } from './leak-run.ts';
import { dumpOf, HOLD_CALLERS, SINKS, type SinkName, withoutDialogue } from './leak-sinks.ts';

let run: LeakRun;
let searches: { readonly all: Search; readonly butCallers: Search };

beforeAll(async () => {
  run = await runForLeaks();
  const everything = [...run.callers, ...run.others];
  searches = { all: searchFor(everything), butCallers: searchFor(run.others) };
}, 300_000);

afterAll(() => run?.[Symbol.asyncDispose]());

function searchOf(sink: SinkName): Search {
  return HOLD_CALLERS.some((name) => name === sink) ? searches.butCallers : searches.all;
}

const intoDigits = (sink: SinkName) =>
  sink.endsWith('one key at a time') ? ('intoDigits' as const) : undefined;

/** Each value that was found, once. */
const valuesOf = (finds: readonly Find[]) =>
  [...new Set(finds.map(({ spelling }) => spelling.canary.value))].sort();
const valuesIn = (text: string) => valuesOf(searches.all.find(text));

const values = (canaries: readonly Canary[]) =>
  [...new Set(canaries.map(({ value }) => value))].sort();

describe('nothing is let slip', () => {
  test.each(SINKS)('in %s', (sink) => {
    const found = searchOf(sink).find(run.sinks[sink], intoDigits(sink));
    const whose = found.map(({ spelling, context }) => `${spelling.canary.name}: ${context}`);
    expect(whose.slice(0, 20)).toEqual([]);
  });
});

describe('what was looked for had been there', () => {
  const recordOf = (callId: string | null) => {
    const [record, ...others] = run.records.filter(({ inviteCallId }) => inviteCallId === callId);
    if (record === undefined || others.length > 0) throw new Error('not one record of one call');
    return record;
  };

  test('every call went as it was meant to', () => {
    const went = run.calls.map(({ story, phone }) => {
      const { ending, steps } = recordOf(phone.callId);
      return [story.told, ending.reason, steps.at(-1)?.outcome ?? null];
    });
    expect(went).toEqual(
      run.calls.map(({ story: one }) => [
        one.told,
        expect.toBeOneOf([one.ending, one.orElse ?? one.ending]),
        one.lastStep,
      ]),
    );
    expect(run.records).toHaveLength(run.calls.length);
  });

  test('the bank was told accounts and dates, and somebody had keyed each code', () => {
    const told = new Set(run.bank.asked.flatMap(({ body }) => Object.values(body)));
    for (const { story, phone } of run.calls) {
      const { account, birthDate, code } = story.customer;
      for (const { step, outcome } of recordOf(phone.callId).steps) {
        if (['unknown', 'unavailable'].includes(outcome)) expect(told).toContain(account);
        if (outcome !== 'accepted') continue;
        if (step === 'account') expect(told).toContain(account);
        if (step === 'birthDate') expect(told).toContain(birthDate);
        if (step === 'oneTimeCode' && code !== null) expect(told).toContain(code);
      }
    }
  });

  test('LiveKit had every calling number', () => {
    const [identities] = HOLD_CALLERS;
    // Of two calls that were refused nobody had a look in time.
    const answered = run.calls.filter(({ story }) => story.live !== null);
    const seen = searchFor(run.callers).find(run.sinks[identities]);
    const callers = new Set(seen.map(({ spelling }) => spelling.canary.name));
    expect(callers.size).toBeGreaterThanOrEqual(answered.length);
  });

  test('desks were told who is verified, who is not, and that a PBX knows somebody', () => {
    const carried = run.sinks['what participants carry of ours'];
    for (const auth of ['none', 'identified', 'verified', 'failed']) {
      expect(carried).toContain(`["ivr.auth","${auth}"]`);
    }
    expect(run.sinks['dispatches and their tickets']).toContain('"upstream"');
    expect(run.sinks['the jobs of a desk']).toContain('ticket');
    expect(run.sinks['what the bridge says to phones, transfers included']).toContain('"failed"');
    expect(run.sinks['the rows of the store while calls run']).toMatch(/^codes: \{"challenge"/m);
  });
});

describe('the search finds', () => {
  test.each(SINKS.map((sink, nth) => [sink, nth] as const))(
    'what is planted in %s',
    (sink, nth) => {
      const search = searchOf(sink);
      const canaries = search.spellings.map(({ canary }) => canary);
      // Each canary as it is in every place, and all ways of writing them in turn.
      const ways = search.spellings.filter((_, n) => n % SINKS.length === nth);
      const planted = [...values(canaries), ...ways.map(({ text }) => text)];
      const text = run.sinks[sink];
      const middle = Math.floor(text.length / 2);
      const copy = [text.slice(0, middle), ...planted, text.slice(middle)].join(' | ');
      const found = search.find(copy, intoDigits(sink));
      expect(valuesOf(found)).toEqual(values(canaries));
      const texts = new Set(found.map(({ spelling }) => spelling.text));
      expect(ways.filter((way) => !texts.has(way.text))).toEqual([]);
    },
  );

  test('what leaves one key at a time', () => {
    const lines = run.sinks['stdout of dev and worker'].split('\n');
    const keyed = [...run.callers, ...run.others].filter(({ kind }) => kind !== 'word');
    const inTurn = keyed.flatMap(({ value }, nth) =>
      [...value.replaceAll(/\D/g, '')].map((key) => JSON.stringify({ call: `call-${nth}`, key })),
    );
    const found = searches.all.find(digitsInTurn([...lines, ...inTurn]), 'intoDigits');
    expect(valuesOf(found)).toEqual(values(keyed));
  });

  test('what is in the store, as text, as bytes and in JSON', async () => {
    const canaries = [...run.callers, ...run.others];
    const columns = {
      text: '$1::text',
      bytes: `convert_to($1, 'UTF8')`,
      json: 'to_jsonb($1::text)',
    };
    for (const [type, value] of Object.entries(columns)) {
      const copy = await createDatabase(run.database);
      try {
        await withClient(copy.url, async (client) => {
          await client.query(`create table planted as select ${value} as planted where false`, [
            '',
          ]);
          for (const canary of canaries) {
            await client.query(`insert into planted select ${value}`, [canary.value]);
          }
        });
        expect(valuesIn(await dumpOf(copy.url)), type).toEqual(values(canaries));
        const rows = await allRows(copy.url);
        expect(valuesIn(rows.join('\n')), type).toEqual(values(canaries));
      } finally {
        await copy.drop();
      }
    }
  });

  test('a calling number where it is not exempt', () => {
    const [{ value: number } = { value: '' }] = run.callers;
    const ours = (attributes: Record<string, string>) =>
      JSON.stringify(
        carriedBy(new ParticipantInfo({ identity: `sip_${number}`, attributes })).ours,
      );
    const unlabelled = { 'sip.phoneNumber': number, 'tonegate.h.from': number };
    expect(valuesIn(ours(unlabelled))).toEqual([]);
    expect(valuesIn(ours({ ...unlabelled, 'ivr.call': 'call-1' }))).toEqual([number]);
    expect(valuesIn(ours({ 'ivr.note': number }))).toEqual([number]);

    const refer = `REFER sip:${number}@x SIP/2.0\r\nTo: <sip:${number}@x>\r\nX-Note: hello`;
    expect(valuesIn(withoutDialogue(refer))).toEqual([]);
    expect(valuesIn(withoutDialogue(refer.replace('hello', number)))).toEqual([number]);
  });

  test('what a ticket says', () => {
    const [{ value: number } = { value: '' }] = run.callers;
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const ticket = `${part({ alg: 'EdDSA' })}.${part({ sub: number })}.c2lnbmF0dXJl`;
    const text = dispatchText(JSON.stringify({ ticket }));
    expect(text).toContain(`"sub":"${number}"`);
    expect(valuesIn(text)).toContain(number);
  });
});
