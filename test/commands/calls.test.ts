import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listCalls } from '../../src/commands/calls.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { GENESIS } from '../../src/ivr/record-chain.ts';
import { recordSchema, type StoredRecord } from '../../src/records/record-schema.ts';
import { link, memoryChain, numberedCall } from '../records/memory-chain.ts';
import { callRecord } from '../store/records.ts';
import { tonegate } from './tonegate.ts';

type Format = Parameters<typeof listCalls>[0]['format'];

async function printed(format: Format, ...records: StoredRecord[]): Promise<string> {
  const out = new PassThrough();
  const reading = text(out);
  await listCalls({ records: listOf(records), format, out });
  out.end();
  return reading;
}

const listOf = (records: Iterable<StoredRecord>) => ({
  async *list() {
    yield* records;
  },
});

const stored = (changes: Partial<CallRecord> = {}, seq = 1) =>
  link(callRecord(changes), seq, GENESIS);

const first = stored();
const second = stored(
  {
    id: 'call-2',
    line: null,
    callerLast2: null,
    auth: 'none',
    desk: null,
    startedAt: '2026-11-20T11:00:00.000Z',
    endedAt: '2026-11-20T11:00:02.000Z',
    ending: { result: 'platform', reason: 'no-line' },
  },
  2,
);

it('prints one JSON object a line', async () => {
  const lines = (await printed('json', first, second)).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual([first, second]);
});

it('prints nothing as JSON where there is nothing', async () => {
  expect(await printed('json')).toBe('');
});

it('prints a table for people', async () => {
  expect(await printed('table', first, second)).toBe(`\
STARTED (UTC)        LINE          CALLER  AUTH        DESK            ENDING               LENGTH
2026-11-20 10:00:00  bank          …01     verified    sensitive       handed-off           1:07
2026-11-20 11:00:00  -             -       none        -               no-line              0:02
`);
});

it('cuts nothing off that is long', async () => {
  expect(await printed('table', stored({ line: 'a-line-with-a-long-name' }))).toContain(
    ' a-line-with-a-long-name  …01 ',
  );
});

it('stops without a fault when nobody reads any more', async () => {
  let asked = 0;
  const endless = {
    async *list() {
      for (;;) {
        asked += 1;
        yield first;
      }
    },
  };
  const out = new Writable({
    write: (_chunk, _encoding, done) =>
      done(asked > 3 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null),
  });
  await listCalls({ records: endless, format: 'json', out });
});

it('passes a fault of the store on', async () => {
  const records = {
    // biome-ignore lint/correctness/useYield: it fails before the first record
    async *list(): AsyncGenerator<StoredRecord> {
      throw new Error('the store is away');
    },
  };
  const listing = listCalls({ records, format: 'json', out: new PassThrough() });
  await expect(listing).rejects.toThrow('the store is away');
});

describe('following', () => {
  it('goes on with what comes, asks for nothing twice, and ends when told', async () => {
    const memory = await memoryChain(2);
    const asked: (number | undefined)[] = [];
    const records = {
      async *list(after?: number) {
        asked.push(after);
        yield* memory.records.list(after);
      },
    };
    const stopping = new AbortController();
    const out = new PassThrough();
    const lines = createInterface({ input: out })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value ?? 'null')?.id;
    const following = listCalls({ records, format: 'json', follow: stopping.signal, out });

    expect([await next(), await next()]).toEqual(['call-1', 'call-2']);
    await memory.records.append(numberedCall(3));
    expect(await next()).toBe('call-3');
    stopping.abort();
    await following;
    out.end();
    expect(await next()).toBeUndefined();
    expect([0, 2, 3]).toEqual(expect.arrayContaining(asked));
  });

  it('writes the head of a table once', async () => {
    const memory = await memoryChain(1);
    const stopping = new AbortController();
    const out = new PassThrough();
    const lines = createInterface({ input: out })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    const { records } = memory;
    const following = listCalls({ records, format: 'csv', follow: stopping.signal, out });
    expect(await next()).toMatch(/^start,answer,/);
    expect(await next()).toMatch(/,call-1$/);
    await records.append(numberedCall(2));
    expect(await next()).toMatch(/,call-2$/);
    stopping.abort();
    await following;
  });
});

describe('tonegate calls', () => {
  it('prints what is in the store, each record as the contract and the schema have it', async () => {
    const { run, store } = await tonegate();
    await store.records.append(numberedCall(1));
    await store.records.append(numberedCall(2));
    const { code, out } = await run('calls', '--json');
    expect(code).toBe(0);
    const records = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ id, seq }) => [id, seq])).toEqual([
      ['call-1', 1],
      ['call-2', 2],
    ]);
    for (const record of records) {
      expect(recordSchema.parse(record)).toEqual(record);
      expect(Object.keys(record).join(', ')).toBe(
        'id, sipCallId, inviteCallId, line, dialled, callerHash, callerLast2, trunk, ruleId, startedAt, answeredAt, endedAt, screening, steps, auth, amr, desk, handoff, ending, resumed, promptVersion, flowVersion, workerId, prev, hash, seq',
      );
    }
    expect((await run('calls', '--csv')).out).toMatch(/^start,.*\r\n.*,call-1\r\n.*,call-2\r\n$/);
  });

  it('takes one format at a time', async () => {
    const { run } = await tonegate();
    expect(await run('calls', '--json', '--csv')).toMatchObject({ code: 2, out: '' });
  });

  it('ends well on Ctrl-C while it follows', async () => {
    const { start, store } = await tonegate();
    await store.records.append(numberedCall(1));
    const child = start('calls', '--follow', '--json');
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    expect(JSON.parse((await lines.next()).value ?? '')).toMatchObject({ id: 'call-1' });
    await store.records.append(numberedCall(2));
    expect(JSON.parse((await lines.next()).value ?? '')).toMatchObject({ id: 'call-2' });
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends well with the next record when nobody reads while it follows', async () => {
    const { start, store } = await tonegate();
    await store.records.append(numberedCall(1));
    const child = start('calls', '--follow', '--csv');
    const exited = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    const isOver = exited.then(() => true);
    for (let n = 2; !(await Promise.race([isOver, delay(100, false)])); n += 1) {
      await store.records.append(numberedCall(n));
    }
    expect(await exited).toEqual([0, null]);
  });
});
