import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Seal } from '../../src/ivr/ports.ts';
import { findSeals, makeSeal, sealJudge } from '../../src/records/seal.ts';
import { sealHead } from '../../src/records/seal-head.ts';
import { memoryChain, numberedCall } from './memory-chain.ts';
import { newSealer } from './sealing.ts';

const end = { seq: 12, hash: 'ab'.repeat(32) };
const sealer = await newSealer();
const { privateKey, publicJwk } = sealer.key;
const judge = sealJudge([publicJwk]);
const good = await makeSeal(end, sealer);

describe('a seal', () => {
  test('is a signed statement of how long the chain is and how it ends', async () => {
    const seal = await makeSeal(end, sealer);
    expect(seal).toEqual({ ...end, at: '2026-11-21T12:00:00.000Z', jws: seal.jws, purged: false });
    expect(decodeProtectedHeader(seal.jws)).toEqual({
      alg: 'EdDSA',
      typ: 'tonegate-seal+jwt',
      kid: publicJwk.kid,
    });
    expect(decodeJwt(seal.jws)).toEqual({ iss: 'tonegate', iat: 1795262400, ...end });
    expect(await judge(seal)).toBeNull();
  });

  test('of what was purged says until when', async () => {
    const seal = await makeSeal(end, sealer, '2026-01-01T00:00:00.000Z');
    expect(seal.purged).toBe(true);
    expect(decodeJwt(seal.jws)).toMatchObject({ purgedBefore: '2026-01-01T00:00:00.000Z' });
    expect(await judge(seal)).toBeNull();
  });

  test('is good under a key that has signed before', async () => {
    const next = await newSealer();
    const seal = await makeSeal(end, sealer);
    expect(await sealJudge([next.key.publicJwk, publicJwk])(seal)).toBeNull();
  });

  test('is not good under another key', async () => {
    const other = await newSealer();
    const seal = await makeSeal(end, sealer);
    expect(await sealJudge([other.key.publicJwk])(seal)).toMatch(/^its key is not known/);
  });

  test.each<[string, Partial<Seal>]>([
    ['its place', { seq: 13 }],
    ['its hash', { hash: 'cd'.repeat(32) }],
    ['its time', { at: '2026-11-20T12:00:00.000Z' }],
    ['its kind', { purged: true }],
  ])('is not good when the store tells another thing of %s', async (_, change) => {
    expect(await judge({ ...good, ...change })).toMatch(/does not cover/);
  });

  test.each<[string, string]>([
    ['another text', `${good.jws.slice(0, 60)}A${good.jws.slice(61)}`],
    ['another signature', good.jws.replace(/[^.]+$/, 'A'.repeat(86))],
    ['no signature', good.jws.replace(/[^.]+$/, '')],
    ['nothing at all', ''],
  ])('is not good with %s', async (_, jws) => {
    expect(await judge({ ...good, jws })).not.toBeNull();
  });

  test.each<[string, object, string]>([
    ['a ticket', { iss: 'tonegate', iat: 1795262400, ...end }, 'ivr-handoff+jwt'],
    ['a statement with more in it', { iss: 'x', iat: 1, ...end, exp: 2 }, 'tonegate-seal+jwt'],
    ['a statement without a hash', { iss: 'x', iat: 1, seq: 12 }, 'tonegate-seal+jwt'],
  ])('is not %s, though the same key has signed it', async (_, said, typ) => {
    const jws = await new SignJWT({ ...said })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: publicJwk.kid })
      .sign(privateKey);
    expect(await judge({ ...good, jws })).toBe('its signature does not hold');
  });
});

describe('seals that were kept elsewhere', () => {
  test('are found in any text, each once, by place', async () => {
    const later = await makeSeal({ ...end, seq: 20 }, sealer);
    const seal = await makeSeal(end, sealer, '2026-01-01T00:00:00.000Z');
    const text = `{"level":30,"seal":"${later.jws}"}\n${seal.jws}\n${later.jws} again\n`;
    expect(findSeals(text)).toEqual([seal, later]);
  });

  test('are no tickets, no halves and no words', async () => {
    const ticket = await new SignJWT({ iss: 'tonegate', iat: 1795262400, ...end })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'ivr-handoff+jwt', kid: publicJwk.kid })
      .sign(privateKey);
    const half = (await makeSeal(end, sealer)).jws.split('.').slice(0, 2).join('.');
    expect(findSeals(`${ticket}\n${half}\neyJ.eyJ.x\neyJh.eyJh.eyJh\n`)).toEqual([]);
  });
});

describe('sealing the head', () => {
  test('does nothing where there never was a record', async () => {
    expect(await sealHead((await memoryChain()).chain, sealer)).toEqual({ kind: 'empty' });
  });

  test('keeps a seal of the last record', async () => {
    const memory = await memoryChain(3);
    const sealing = await sealHead(memory.chain, sealer);
    expect(sealing).toMatchObject({
      kind: 'sealed',
      seal: { seq: 3, hash: memory.rows[2]!.hash, purged: false },
    });
    expect(memory.kept).toEqual([Reflect.get(sealing, 'seal')]);
  });

  test('makes no second seal while nothing comes', async () => {
    const memory = await memoryChain(3);
    await sealHead(memory.chain, sealer);
    const again = await sealHead(memory.chain, await newSealer());
    expect(again).toEqual({ kind: 'covered', seal: memory.kept[0] });
    await memory.records.append(numberedCall(4));
    expect(await sealHead(memory.chain, sealer)).toMatchObject({ kind: 'sealed' });
    expect(memory.kept.map(({ seq }) => seq)).toEqual([3, 4]);
  });

  test('makes none where all was purged under a seal', async () => {
    const memory = await memoryChain(2);
    const before = '2024-11-21T00:00:00.000Z';
    await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
    expect(await sealHead(memory.chain, sealer)).toMatchObject({ kind: 'covered' });
  });

  test('signs nothing that the newest seal contradicts', async () => {
    const memory = await memoryChain(3);
    await sealHead(memory.chain, sealer);
    memory.end = { seq: 3, hash: 'c'.repeat(64) };
    expect(await sealHead(memory.chain, sealer)).toMatchObject({ kind: 'contradicted' });
    memory.end = { seq: 2, hash: memory.rows[1]!.hash };
    expect(await sealHead(memory.chain, sealer)).toMatchObject({ kind: 'contradicted' });
    memory.end = null;
    expect(await sealHead(memory.chain, sealer)).toMatchObject({ kind: 'contradicted' });
    expect(memory.kept).toHaveLength(1);
  });

  test('takes a record that another worker appends and seals meanwhile for no contradiction', async () => {
    const memory = await memoryChain(3);
    const chain = {
      ...memory.chain,
      async head() {
        await memory.records.append(numberedCall(4));
        await sealHead(memory.chain, sealer);
        return memory.end;
      },
    };
    await sealHead(memory.chain, sealer);
    expect(await sealHead(chain, sealer)).toMatchObject({ kind: 'sealed', seal: { seq: 4 } });
  });
});
