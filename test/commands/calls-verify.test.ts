// What `calls verify` says of a real SQLite file that somebody wrote into behind our back.

import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, test } from 'vitest';
import type { Seal } from '../../src/ivr/ports.ts';
import type { ChainReport } from '../../src/records/chain-report.ts';
import type { StoredRecord } from '../../src/records/record-schema.ts';
import { sealJudge } from '../../src/records/seal.ts';
import { sealHead } from '../../src/records/seal-head.ts';
import { verifyChain } from '../../src/records/verify-chain.ts';
import { generateSigningKey } from '../../src/ticket/keys.ts';
import { link, numberedCall, unlinked } from '../records/memory-chain.ts';
import { newSealer } from '../records/sealing.ts';
import { type Tonegate, tonegate } from './tonegate.ts';

/** A store with calls 1 to `length`, the first `sealed` of them under a seal. */
async function filled(length: number, sealed = 0): Promise<Tonegate> {
  const kit = await tonegate();
  for (let n = 1; n <= length; n += 1) {
    await kit.store.records.append(numberedCall(n));
    if (n === sealed) await sealHead(kit.store.chain, kit.sealer);
  }
  return kit;
}

/** Writes into the file with every safeguard off. */
function tamper({ file }: Tonegate, change: (database: DatabaseSync) => void): void {
  using database = new DatabaseSync(file, { timeout: 5000 });
  const triggers = database.prepare("select name from sqlite_master where type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
  database.exec('pragma ignore_check_constraints = 1; pragma foreign_keys = 0');
  change(database);
}

async function rows({ store }: Tonegate, atMost = Infinity): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const row of store.records.list()) {
    if (found.push(row) === atMost) break;
  }
  return found;
}

function write(database: DatabaseSync, row: StoredRecord): void {
  const { seq, prev, hash, id, endedAt } = row;
  database.prepare('delete from call_records where seq = ?').run(seq);
  database
    .prepare(
      'insert into call_records (seq, id, ended_at, record, prev, hash) values (?, ?, ?, ?, ?, ?)',
    )
    .run(seq, id, endedAt, JSON.stringify(unlinked(row)), prev, hash);
}

/** Chains the rows anew from a place on, the last one being `auth: none`, and mends what the store has noted. */
async function rechain(kit: Tonegate, from: number): Promise<void> {
  const all = await rows(kit);
  tamper(kit, (database) => {
    let prev = all[from - 2]?.hash ?? '0'.repeat(64);
    for (const row of all.slice(from - 1)) {
      const record = { ...unlinked(row), ...(row.seq === from ? { auth: 'none' as const } : {}) };
      const linked = link(record, row.seq, prev);
      write(database, linked);
      prev = linked.hash;
    }
    database.prepare('update chain_head set hash = ?').run(prev);
  });
}

function verdict({ store, sealer }: Tonegate, kept: readonly Seal[] = []): Promise<ChainReport> {
  const { records, chain } = store;
  return verifyChain({ records, chain, judge: sealJudge([sealer.key.publicJwk]), kept });
}

it('says how many records there are, from when to when, and how many of them are sealed', async () => {
  const kit = await filled(4, 3);
  expect(await kit.run('calls', 'verify')).toEqual({
    code: 0,
    out: `\
intact: 4 records, from 2024-11-20T01:00:00.000Z to 2024-11-20T04:01:07.000Z
1 seal good, 1 record not sealed yet
`,
    err: '',
  });
  expect(JSON.parse((await kit.run('calls', 'verify', '--json')).out)).toEqual({
    intact: true,
    records: 4,
    from: '2024-11-20T01:00:00.000Z',
    to: '2024-11-20T04:01:07.000Z',
    purged: 0,
    unverified: 0,
    seals: 1,
    issuers: [{ iss: 'tonegate', seq: 3 }],
    unsealed: 1,
  });
});

it('finds nothing wrong with an empty store', async () => {
  const kit = await tonegate();
  expect((await kit.run('calls', 'verify')).out).toBe(
    'intact: 0 records\n0 seals good, 0 records not sealed yet\n',
  );
});

describe('somebody writes into the file', () => {
  test('and changes a record', async () => {
    const kit = await filled(5, 4);
    tamper(kit, (database) =>
      database.exec(
        `update call_records set record = replace(record, '"verified"', '"none"') where seq = 3`,
      ),
    );
    const { code, out } = await kit.run('calls', 'verify');
    expect(code).toBe(1);
    expect(out).toBe(
      'not intact, changed: record call-3 at place 3 was changed: it does not have its hash any more\n',
    );
    expect(JSON.parse((await kit.run('calls', 'verify', '--json')).out)).toEqual({
      intact: false,
      kind: 'changed',
      seq: 3,
      id: 'call-3',
      why: out.slice('not intact, changed: '.length, -1),
    });
  });

  test('and makes a record into no record at all', async () => {
    const kit = await filled(3);
    tamper(kit, (database) => database.exec(`update call_records set record = '{' where seq = 2`));
    expect(await kit.run('calls', 'verify')).toEqual({
      code: 1,
      out: 'not intact, changed: what stands at place 2 is no record any more\n',
      err: '',
    });
    const [first] = await rows(kit, 1);
    tamper(kit, (database) =>
      write(database, link({ ...unlinked(first!), line: 'x' }, 1, 'f'.repeat(64))),
    );
    expect(await verdict(kit)).toMatchObject({ kind: 'missing', seq: 1, id: 'call-1' });
  });

  test('and deletes a record', async () => {
    const kit = await filled(5, 4);
    tamper(kit, (database) => database.exec('delete from call_records where seq = 2'));
    expect(await verdict(kit)).toMatchObject({ kind: 'missing', seq: 2, id: null });
  });

  test('and puts a record in', async () => {
    const kit = await filled(4, 3);
    const all = await rows(kit);
    tamper(kit, (database) => {
      for (const row of all.slice(2).toReversed()) {
        database.prepare('update call_records set seq = seq + 1 where seq = ?').run(row.seq);
      }
      write(database, link(numberedCall(9), 3, all[1]!.hash));
    });
    expect(await verdict(kit)).toMatchObject({ kind: 'put-in', seq: 3, id: 'call-9' });
  });

  test('and exchanges two records', async () => {
    const kit = await filled(4, 4);
    tamper(kit, (database) =>
      database.exec(`
        update call_records set seq = 99 where seq = 2;
        update call_records set seq = 2 where seq = 3;
        update call_records set seq = 3 where seq = 99;
      `),
    );
    expect(await verdict(kit)).toMatchObject({ kind: 'reordered', seq: 2, id: 'call-3' });
  });

  test('and cuts off the end', async () => {
    const kit = await filled(5, 5);
    const [, , third] = await rows(kit);
    tamper(kit, (database) => {
      database.exec('delete from call_records where seq > 3');
      database.prepare('update chain_head set seq = 3, hash = ?').run(third!.hash);
    });
    expect(await verdict(kit)).toMatchObject({ kind: 'cut-off', seq: 4, id: null });
    expect(await kit.run('calls', 'seal')).toMatchObject({ code: 1, out: '' });
  });

  test('and seals what is left with a key of their own', async () => {
    const kit = await filled(3);
    await sealHead(kit.store.chain, await newSealer());
    expect(await verdict(kit)).toMatchObject({ kind: 'bad-seal', seq: 3 });
  });

  test('and passes a deletion off as a purge', async () => {
    const kit = await filled(4, 2);
    tamper(kit, (database) =>
      database.exec('update seals set purged = 1; delete from call_records where seq <= 2'),
    );
    expect(await verdict(kit)).toMatchObject({ kind: 'bad-seal', seq: 2 });
  });

  test('and chains all of it anew from a record before the newest seal on', async () => {
    const kit = await filled(5, 4);
    await rechain(kit, 2);
    expect(await verdict(kit)).toMatchObject({ kind: 'rewritten', seq: 4, id: 'call-4' });
  });

  test('and chains all of it anew after the newest seal: nobody can see that', async () => {
    const kit = await filled(5, 3);
    await rechain(kit, 4);
    expect(await verdict(kit)).toMatchObject({ intact: true, unsealed: 2 });
  });

  test('and takes the seals out as well: one that was kept elsewhere tells', async () => {
    const kit = await filled(4);
    const elsewhere = join(kit.file, '..', 'seals.txt');
    const { out } = await kit.run('calls', 'seal');
    await writeFile(elsewhere, out);
    tamper(kit, (database) => database.exec('delete from seals'));
    await rechain(kit, 2);
    expect(await verdict(kit)).toMatchObject({ intact: true });
    const verified = await kit.run('calls', 'verify', '--seals', elsewhere);
    expect(verified.code).toBe(1);
    expect(verified.out).toMatch(
      /^not intact, rewritten: record call-4 at place 4 is not what was sealed/,
    );
  });
});

describe('a store that is not there', () => {
  test.each([
    ['calls'],
    ['calls', 'verify'],
    ['calls', 'seal'],
    ['calls', 'seal', '--list'],
    ['calls', 'purge', '--before', '2024-11-21'],
    ['locks', 'list'],
    ['locks', 'clear', 'acc-1', '--reason', 'test'],
  ])('is not made by looking at it: %s %s %s', async (...args) => {
    const kit = await tonegate();
    const file = join(kit.file, '..', 'none', 'none.db');
    const ran = await kit.with({ ...kit.env, TONEGATE_STORE: `sqlite:${file}` }).run(...args);
    expect(ran).toEqual({
      code: 3,
      out: '',
      err: 'tonegate: There is no store at TONEGATE_STORE. If that is where it should be, start "tonegate worker": it makes one.\n',
    });
    expect(existsSync(join(file, '..'))).toBe(false);
  });
});

describe('the keys', () => {
  test('that signed before count while they are published', async () => {
    const kit = await filled(2, 2);
    const next = { ...kit.env, TONEGATE_SIGNING_KEY: await generateSigningKey() };
    expect((await kit.with(next).run('calls', 'verify')).code).toBe(1);
    const both = { ...next, TONEGATE_SIGNING_KEYS_PREVIOUS: kit.env.TONEGATE_SIGNING_KEY };
    expect((await kit.with(both).run('calls', 'verify')).code).toBe(0);
  });

  test('may be public ones for whoever only verifies', async () => {
    const kit = await filled(2, 2);
    const pem = createPublicKey(kit.env.TONEGATE_SIGNING_KEY!)
      .export({ type: 'spki', format: 'pem' })
      .toString();
    const auditor = kit.with({ ...kit.env, TONEGATE_SIGNING_KEY: pem });
    expect((await auditor.run('calls', 'verify')).code).toBe(0);
    expect(await auditor.run('calls', 'seal')).toMatchObject({ code: 2, out: '' });
  });
});

describe('a file of seals', () => {
  test('that is not there, or holds none, is wrong usage', async () => {
    const kit = await tonegate();
    const nothing = await kit.run('calls', 'verify', '--seals', '/nowhere/seals');
    expect(nothing).toMatchObject({ code: 2, out: '' });
    expect(nothing.err).toContain('cannot be read (ENOENT)');
    const none = await kit.run('calls', 'verify', '--seals', 'package.json');
    expect(none).toMatchObject({ code: 2, out: '' });
    expect(none.err).toContain('there is no seal in package.json');
  });
});
