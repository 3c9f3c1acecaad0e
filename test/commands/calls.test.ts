import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listCalls, printCalls } from '../../src/commands/calls.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../store/folder.ts';
import { callRecord } from '../store/records.ts';

async function printed(json: boolean, ...records: CallRecord[]): Promise<string> {
  const out = new PassThrough();
  const reading = text(out);
  await listCalls({ records: listOf(records), json, out });
  out.end();
  return reading;
}

const listOf = (records: Iterable<CallRecord>) => ({
  async *list() {
    yield* records;
  },
});

const second = callRecord({
  id: 'call-2',
  line: null,
  callerLast2: null,
  auth: 'none',
  desk: null,
  startedAt: '2026-11-20T11:00:00.000Z',
  endedAt: '2026-11-20T11:00:02.000Z',
  ending: { result: 'platform', reason: 'no-line' },
});

it('prints one JSON object a line', async () => {
  const lines = (await printed(true, callRecord(), second)).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual([callRecord(), second]);
});

it('prints nothing as JSON where there is nothing', async () => {
  expect(await printed(true)).toBe('');
});

it('prints a table for people', async () => {
  expect(await printed(false, callRecord(), second)).toBe(`\
STARTED (UTC)        LINE          CALLER  AUTH        DESK            ENDING               LENGTH
2026-11-20 10:00:00  bank          …01     verified    sensitive       handed-off           1:07
2026-11-20 11:00:00  -             -       none        -               no-line              0:02
`);
});

it('cuts nothing off that is long', async () => {
  expect(await printed(false, callRecord({ line: 'a-line-with-a-long-name' }))).toContain(
    ' a-line-with-a-long-name  …01 ',
  );
});

it('stops without a fault when nobody reads any more', async () => {
  let asked = 0;
  const endless = {
    async *list() {
      for (;;) {
        asked += 1;
        yield callRecord();
      }
    },
  };
  const out = new Writable({
    write: (_chunk, _encoding, done) =>
      done(asked > 3 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null),
  });
  await listCalls({ records: endless, json: true, out });
});

it('passes a fault of the store on', async () => {
  const records = {
    // biome-ignore lint/correctness/useYield: it fails before the first record
    async *list(): AsyncGenerator<CallRecord> {
      throw new Error('the store is away');
    },
  };
  const listing = listCalls({ records, json: true, out: new PassThrough() });
  await expect(listing).rejects.toThrow('the store is away');
});

it('prints what is in the store that the environment names', async () => {
  const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
  vi.stubEnv('TONEGATE_STORE', url);
  onTestFinished(() => void vi.unstubAllEnvs());
  await using store = await openStore(url);
  await store.records.append(callRecord());
  const out = new PassThrough();
  await printCalls({ json: true, out });
  out.end();
  expect(JSON.parse(await text(out))).toEqual(callRecord());
});
