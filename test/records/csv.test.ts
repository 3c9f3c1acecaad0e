import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { GENESIS } from '../../src/ivr/record-chain.ts';
import { asCsv } from '../../src/records/csv.ts';
import { callRecord } from '../store/records.ts';
import { link } from './memory-chain.ts';

async function csv(...records: CallRecord[]): Promise<string> {
  const stored = async function* () {
    for (const [i, record] of records.entries()) yield link(record, i + 1, GENESIS);
  };
  const lines = [];
  for await (const line of asCsv(stored())) lines.push(line);
  return lines.join('');
}

/** One cell, as it stands in the file. */
async function cell(title: string, changes: Partial<CallRecord>): Promise<string | undefined> {
  const [head, row] = (await csv(callRecord(changes))).split('\r\n');
  return row?.split(',')[head!.split(',').indexOf(title)];
}

test('a call is a line of an SMDR', async () => {
  const refused = callRecord({
    id: 'call-2',
    callerLast2: null,
    answeredAt: null,
    endedAt: '2026-11-20T10:00:02.400Z',
    screening: { ...callRecord().screening, verdict: 'passed', level: 'B', action: 'refuse' },
    auth: 'none',
    desk: null,
    handoff: null,
    ending: { result: 'caller', reason: 'screened-out' },
  });
  expect(await csv(callRecord(), refused)).toBe(
    [
      'start,answer,end,duration,ring,direction,dialled,caller,line,trunk,disposition,ending,auth,desk,handoff,verdict,level,id',
      '2026-11-20 10:00:00,2026-11-20 10:00:01,2026-11-20 10:01:07,66,1,inbound,+15105550100,…01,bank,bank-trunk,answered,handed-off,verified,sensitive,succeeded,none,,call-1',
      '2026-11-20 10:00:00,,2026-11-20 10:00:02,0,2,inbound,+15105550100,,bank,bank-trunk,refused,screened-out,none,,,passed,B,call-2',
      '',
    ].join('\r\n'),
  );
});

test.each([
  ['screened-out', 'refused'],
  ['no-line', 'refused'],
  ['hung-up', 'unanswered'],
  ['livekit-lost', 'unanswered'],
] as const)('a call never answered that ended as %s was %s', async (reason, disposition) => {
  const ending = { result: 'caller', reason } as const;
  expect(await cell('disposition', { answeredAt: null, ending })).toBe(disposition);
});

test('a clock set back makes no negative times', async () => {
  const endedAt = '2026-11-20T09:00:00.000Z';
  expect(await cell('duration', { endedAt })).toBe('0');
});

describe('a cell that spreadsheets would take for a formula', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ['＝1', "'＝1"],
    ['  =1', "  '=1"],
    ['\t=1', "\t'=1"],
    ['a;=1', `"a;'=1"`],
    ['a;"=1"', `"a;""'=1"""`],
    ['a\n=1', `"a\n'=1"`],
  ])('%j is written as %j', async (dialled, written) => {
    expect(await cell('dialled', { dialled })).toBe(written);
  });

  test.each(['+15105550100', '15105550100', 'bank-line', 'a=b', 'sip:100@example.com'])(
    '%j is none, and stays as it is',
    async (dialled) => {
      expect(await cell('dialled', { dialled })).toBe(dialled);
    },
  );
});

test('commas, quotes and line ends are quoted', async () => {
  expect(await csv(callRecord({ line: 'a,"b"\r\nc' }))).toContain(',"a,""b""\r\nc",');
});

test('control characters do not reach a terminal', async () => {
  expect(await cell('dialled', { dialled: '1\u001b[2J\u0000\u0085' })).toBe(
    '1\uFFFD[2J\uFFFD\uFFFD',
  );
});
