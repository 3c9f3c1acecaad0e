import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { purgeTime } from '../../src/commands/calls-purge.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import type { Seal } from '../../src/ivr/ports.ts';
import { findSeals, makeSeal, sealJudge } from '../../src/records/seal.ts';
import { sealHead } from '../../src/records/seal-head.ts';
import { numberedCall } from '../records/memory-chain.ts';
import { tonegate } from './tonegate.ts';

describe('tonegate calls seal', () => {
  it('has nothing to seal in an empty store, which is no error', async () => {
    const kit = await tonegate();
    expect(await kit.run('calls', 'seal')).toEqual({
      code: 0,
      out: '',
      err: 'there are no call records yet: nothing to seal\n',
    });
  });

  it('prints the seal, keeps it, and makes no other one before there is something new', async () => {
    const kit = await tonegate();
    await kit.store.records.append(numberedCall(1));
    const { code, out, err } = await kit.run('calls', 'seal');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'the records up to place 1 are under this seal; keep it elsewhere\n',
    });
    const kept: Seal[] = [];
    for await (const seal of kit.store.chain.seals()) kept.push(seal);
    expect(kept).toEqual(findSeals(out));
    expect(kept).toHaveLength(1);
    expect(await sealJudge([kit.sealer.key.publicJwk])(kept[0]!)).toBeNull();

    const again = await kit.run('calls', 'seal', '--json');
    expect(again.code).toBe(0);
    expect(again.err).toMatch(/^nothing new since /);
    expect(JSON.parse(again.out)).toEqual(kept[0]);
  });

  it('prints all seals that there are, and makes none, when asked for the list', async () => {
    const kit = await tonegate();
    for (const n of [1, 2]) {
      await kit.store.records.append(numberedCall(n));
      await sealHead(kit.store.chain, kit.sealer);
    }
    await kit.store.records.append(numberedCall(3));
    const { code, out } = await kit.run('calls', 'seal', '--list');
    expect(code).toBe(0);
    expect(findSeals(out).map(({ seq }) => seq)).toEqual([1, 2]);
    const json = (await kit.run('calls', 'seal', '--list', '--json')).out.trimEnd().split('\n');
    expect(json.map((line) => JSON.parse(line))).toEqual(findSeals(out));
  });

  it('says whose seals they are by the configuration', async () => {
    const kit = await tonegate();
    const missing = await kit.run('calls', '--config', '/nowhere/tonegate.yaml', 'seal');
    expect(missing).toMatchObject({ code: 2, out: '' });
  });
});

describe('tonegate calls purge', () => {
  it('removes what is old, leaves its seal, and the rest is still intact', async () => {
    const kit = await tonegate();
    for (const n of [1, 2, 3, 4]) await kit.store.records.append(numberedCall(n));
    const before = '2024-11-20T03:30:00+01:00';
    const { code, out } = await kit.run('calls', 'purge', '--before', before);
    const [words, jws, ...more] = out.trimEnd().split('\n');
    expect({ code, words, more }).toEqual({
      code: 0,
      words: '2 records of calls that had ended before 2024-11-20T02:30:00.000Z purged',
      more: [],
    });
    expect(await kit.store.chain.newestSeal()).toMatchObject({ seq: 2, purged: true, jws });
    const verified = await kit.run('calls', 'verify');
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toBe(`\
intact: 2 records, from 2024-11-20T03:00:00.000Z to 2024-11-20T04:01:07.000Z
2 records before them purged, under seal
1 seal good, 2 records not sealed yet
`);
    const again = await kit.run('calls', 'purge', '--before', before, '--json');
    expect(JSON.parse(again.out)).toEqual({
      purged: 0,
      before: '2024-11-20T02:30:00.000Z',
      seal: null,
    });
  });

  it('covers up nothing: a broken chain stays as it is, unless that is wanted', async () => {
    const kit = await tonegate();
    for (const n of [1, 2, 3]) await kit.store.records.append(numberedCall(n));
    using database = new DatabaseSync(kit.file, { timeout: 5000 });
    database.exec('drop trigger call_records_no_update');
    database.exec(`update call_records set prev = '${'f'.repeat(64)}' where seq = 2`);
    const purging = ['calls', 'purge', '--before', '2024-11-21'];
    expect(await kit.run(...purging)).toEqual({
      code: 1,
      out: '',
      err: 'nothing purged: not intact, changed: record call-2 at place 2 was changed: it does not have its hash any more\n',
    });
    expect((await kit.run('calls', '--json')).out.split('\n')).toHaveLength(4);
    const forced = await kit.run(...purging, '--even-if-broken', '--json');
    expect(forced).toMatchObject({ code: 0, err: expect.stringMatching(/^purging: not intact/) });
    expect(decodeJwt(JSON.parse(forced.out).seal.jws)).toMatchObject({ seq: 3, unverified: true });
    expect((await kit.run('calls', '--json')).out).toBe('');
    const { code, out } = await kit.run('calls', 'verify');
    expect(code).toBe(0);
    expect(out).toContain('the chain was broken when records up to place 3 were purged');
  });

  it('says nothing of a broken chain where there is none', async () => {
    const kit = await tonegate();
    await kit.store.records.append(numberedCall(1));
    const purging = ['calls', 'purge', '--before', '2024-11-21', '--even-if-broken'];
    const { err, out } = await kit.run(...purging, '--json');
    expect(err).toBe('');
    expect(decodeJwt(JSON.parse(out).seal.jws)).not.toHaveProperty('unverified');
  });

  it('removes nothing where a seal that was kept elsewhere says otherwise', async () => {
    const kit = await tonegate();
    await kit.store.records.append(numberedCall(1));
    const elsewhere = join(kit.file, '..', 'seals.txt');
    const other = await makeSeal({ seq: 1, hash: 'a'.repeat(64) }, kit.sealer);
    await writeFile(elsewhere, other.jws);
    const purging = ['calls', 'purge', '--before', '2024-11-21', '--seals', elsewhere];
    expect(await kit.run(...purging)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^nothing purged: not intact, rewritten/),
    });
    expect((await kit.run('calls', '--json')).out).not.toBe('');
  });

  it('wants to know before when', async () => {
    const kit = await tonegate();
    expect(await kit.run('calls', 'purge')).toMatchObject({ code: 2, out: '' });
    const wrong = await kit.run('calls', 'purge', '--before', 'yesterday');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toBe(
      'tonegate: --before: give a day, 2026-01-31 (from midnight UTC), or a time with its offset, 2026-01-31T18:00:00Z\n',
    );
  });
});

describe('before when to purge', () => {
  const now = Date.UTC(2026, 10, 20, 12);

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T18:00Z', '2026-01-31T18:00:00.000Z'],
    ['2026-01-31T18:00:00.5Z', '2026-01-31T18:00:00.500Z'],
    ['2026-01-31T18:00:00-05:00', '2026-01-31T23:00:00.000Z'],
    ['2026-11-20T12:00:00Z', '2026-11-20T12:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(purgeTime(text, now)).toBe(time);
  });

  it.each([
    '',
    'yesterday',
    '31.01.2026',
    '2026-1-31',
    '2026-02-30',
    '2026-02-30T10:00:00Z',
    '2026-13-01',
    '2026-01-31T18:00:00',
    '2026-01-31T25:00:00Z',
    '2026-01-31 18:00:00Z',
    '20260131',
    '1769817600',
  ])('%j is nothing', (text) => {
    expect(() => purgeTime(text, now)).toThrow(IvrFault);
    expect(() => purgeTime(text, now)).toThrow('give a day, 2026-01-31');
  });

  it.each(['2026-11-21', '2026-11-20T12:00:00.001Z', '2999-01-01'])('%s is yet to come', (text) => {
    expect(() => purgeTime(text, now)).toThrow('that is in the future');
  });
});
