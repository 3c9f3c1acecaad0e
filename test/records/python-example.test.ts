// The Python of docs/records.md, run on what `tonegate calls --json` prints.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { makeSeal } from '../../src/records/seal.ts';
import { tonegate } from '../commands/tonegate.ts';
import { numberedCall } from './memory-chain.ts';

const page = await readFile('docs/records.md', 'utf8');
const example = /```python\n(.*?)```/s.exec(page)?.[1] ?? '';

async function python(input: string, ...args: string[]) {
  const child = spawn('python3', ['-c', example, ...args]);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', () =>
      reject(new Error('This test needs python3: apt-get install python3')),
    );
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  // It stops reading at the first record that does not fit.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ran = Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const [code, out, err] = await Promise.race([ran, failed]);
  return { code, out, err };
}

/** Text in which escaping and sorting could go two ways. */
const ODD = 'Zürich "\\/" \u0001\u001f\t\u007f\u0085\u2028\u2029\ufeff\u{1f4de}\ud7ff<é>';

describe('the Python of the documentation', () => {
  test('recomputes the chain, odd text in it included', async () => {
    const { run, store } = await tonegate();
    for (const n of [1, 2, 3]) await store.records.append(numberedCall(n));
    await store.records.append({ ...numberedCall(4), line: ODD, sipCallId: ODD, desk: '' });
    const head = await store.chain.head();
    expect(await python((await run('calls', '--json')).out)).toEqual({
      code: 0,
      out: `all fits: the last record is at place 4, its hash is ${head?.hash}\n`,
      err: '',
    });
  });

  test('goes on after a purge', async () => {
    const { run, store, sealer } = await tonegate();
    for (const n of [1, 2, 3]) await store.records.append(numberedCall(n));
    let begin = { seq: 0, hash: '' };
    await store.chain.purge('2024-11-20T03:00:00.000Z', (last) => {
      begin = last;
      return makeSeal(last, sealer, '2024-11-20T03:00:00.000Z');
    });
    const { out } = await run('calls', '--json');
    expect(await python(out, String(begin.seq), begin.hash)).toMatchObject({ code: 0, err: '' });
    expect(await python(out)).toMatchObject({ code: 1, out: '' });
  });

  test.each<[string, (lines: string[]) => string[]]>([
    ['changed', ([a, b = '', c]) => [a!, b.replace('"verified"', '"none"'), c!]],
    ['missing', ([a, , c]) => [a!, c!]],
    ['moved', ([a, b, c]) => [b!, a!, c!]],
  ])('names a record that is %s', async (_, tamper) => {
    const { run, store } = await tonegate();
    for (const n of [1, 2, 3]) await store.records.append(numberedCall(n));
    const lines = (await run('calls', '--json')).out.trimEnd().split('\n');
    const { code, out, err } = await python(`${tamper(lines).join('\n')}\n`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^record call-[23] at place [23] does not fit\n$/);
  });
});
