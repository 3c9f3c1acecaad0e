// A worker that serves for long: what is ours does not grow, what the media library keeps of every call is measured
// beside it, and a worker that is replaced for it drops no call. What was found is written to docs/evidence.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { machine } from '../../bench/machine.ts';
import { superviseWorker } from '../../src/commands/dev-worker.ts';
import { dial } from '../e2e/kit/phone.ts';
import type { Look } from './soak/look.ts';
import { slope } from './soak/slope.ts';
import { MAIN, over, rssMbOf, type SoakSystem, startSoakSystem } from './soak/system.ts';

const HERE = join(import.meta.dirname, 'soak');
const run = promisify(execFile);
const EVIDENCE = 'docs/evidence/soak.json';
/** A fraction of all calls and times, for trying it out; what is found then is no evidence. */
const SCALE = Number(process.env.SOAK_SCALE ?? 1);
/** As it was when it began. */
const where = machine();

const scaled = (count: number) => Math.max(1, Math.round(count * SCALE));

/** Keeps what has held beside what other parts have found, each with where and when. */
function keep(part: 'simulated' | 'real' | 'recycled' | 'audio', found: object): void {
  if (SCALE < 1) {
    console.info(part, JSON.stringify(found));
    return;
  }
  mkdirSync('docs/evidence', { recursive: true });
  const before = existsSync(EVIDENCE) ? JSON.parse(readFileSync(EVIDENCE, 'utf8')) : {};
  const evidence = { ...before, [part]: { machine: where, found } };
  writeFileSync(EVIDENCE, `${JSON.stringify(evidence, null, 2)}\n`);
}

/** Growth for each call, in kB, of what is measured in MB. */
function growthKb(looks: readonly Look[], what: 'heapMb' | 'rssMb'): number {
  return Math.round(slope(looks.map((one) => [one.calls, one[what]])) * 1024 * 10) / 10;
}

/** Longest that anything in a call may take on a machine that is busy. */
const PATIENCE_MS = 60_000;
/** An entry that was taken has led to the desk by then. */
const ASKED_AGAIN_MS = 15_000;
/** A call that stays leaves its charts, keys and closures: some hundred kB. */
const FLAT_KB = 5;

/** Nothing of ours has grown from the first of these looks to the last. */
function expectFlat(looks: readonly Look[]): void {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nobody has looked');
  expect(growthKb(looks, 'heapMb')).toBeLessThan(FLAT_KB);
  expect(last.actors).toBe(first.actors);
  expect(last.listeners).toBe(first.listeners);
  expect(last.resources).toBeLessThanOrEqual(first.resources + 2);
}

test('two thousand simulated calls in one process leave nothing behind', async () => {
  const [calls, every] = [scaled(100) * 25, scaled(10) * 25];
  const args = ['--expose-gc', join(HERE, 'simulated.ts'), String(calls), String(every)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 26 });
  const { looks, endings } = JSON.parse(stdout) as { looks: Look[]; endings: object };
  expect(endings).toEqual({ 'handed-off verified': calls });
  const settled = looks.slice(2);
  expectFlat(settled);
  keep('simulated', {
    calls,
    heapKbPerCall: growthKb(settled, 'heapMb'),
    rssKbPerCall: growthKb(settled, 'rssMb'),
    looks,
  });
});

describe('on a real LiveKit server', () => {
  let system: SoakSystem;
  beforeAll(async () => {
    system = await startSoakSystem();
  });
  afterAll(() => system[Symbol.asyncDispose]());

  /** Real SIP calls beside the others, one after the other, until told to stop; answers how many were handed over. */
  function phones(): { stop(): Promise<number> } {
    let isOver = false;
    const calling = (async () => {
      let calls = 0;
      for (; !isOver; calls += 1) {
        const from = `+15551${String(100_000 + calls).slice(1)}99`;
        const sip = { host: '127.0.0.1', port: system.sipPort };
        await using phone = await dial({ to: '+15105550101', from, sip });
        // With so many calls sound gets lost at the ear: what is asked is known, and may be asked again.
        await phone.hearsSound(PATIENCE_MS);
        const ended = phone.ended(PATIENCE_MS).then(() => true);
        do {
          await Promise.race([phone.press('*31415926', { gapMs: 250 }), ended]);
        } while (!(await Promise.race([ended, sleep(ASKED_AGAIN_MS, false)])));
      }
      return calls;
    })();
    // Told when it is stopped.
    calling.catch(() => undefined);
    return {
      stop() {
        isOver = true;
        return calling;
      },
    };
  }

  test('three hundred real calls in one process leave nothing of ours behind', async () => {
    const args = await system.configured({});
    const probe = join(HERE, 'probe.ts');
    const worker = spawn(
      process.execPath,
      ['--expose-gc', '--import', probe, MAIN, 'worker', ...args],
      { env: system.env, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void worker.kill('SIGKILL'));
    const log = createInterface(worker.stdout);
    // What it has warned of, and the last that it said.
    const warnings: string[] = [];
    const last: string[] = [];
    log.on('line', (line) => {
      if (/"level":[456]0/.test(line)) warnings.push(line);
      if (last.push(line) > 20) last.shift();
    });
    onTestFailed(() => console.error([...warnings, '…', ...last].join('\n')));
    const logged = (message: string) =>
      new Promise<Record<string, unknown>>((resolve) => {
        const listen = (line: string) => {
          if (!line.includes(`"msg":"${message}"`)) return;
          log.off('line', listen);
          resolve(JSON.parse(line));
        };
        log.on('line', listen);
      });
    await logged('registered with LiveKit');
    const looks: Look[] = [];
    const server: [number, number][] = [];
    let calls = 0;
    let sipCalls = 0;
    for (const part of Array(5).fill(scaled(60)) as number[]) {
      const bySip = phones();
      const ends = await system.callers(part, 6);
      sipCalls += await bySip.stop();
      expect(ends).toEqual(ends.map(() => 'over'));
      calls += part;
      const figure = async (name: string) => {
        const figures = await (await fetch(`${system.workerUrl}/metrics`)).text();
        const line = figures.split('\n').find((text) => text.startsWith(`${name} `));
        return Number(line?.slice(name.length));
      };
      const patience = { timeout: 20_000 };
      await expect.poll(() => figure('tonegate_calls{line="frontdesk"}'), patience).toBe(0);
      const held = logged('held');
      worker.kill('SIGUSR2');
      const figures = (await held).held as Omit<Look, 'calls'>;
      looks.push({ ...figures, calls: calls + sipCalls });
      server.push([calls + sipCalls, await rssMbOf(system.livekit.server.pid)]);
      // Walking through the heap it stood still, and takes no call until that is seconds ago.
      await expect.poll(() => figure('tonegate_load'), patience).toBeLessThan(0.5);
    }
    worker.kill('SIGTERM');
    expect(await over(worker)).toBe(0);
    const records = await system.records();
    expect(records.filter(({ ending }) => ending.reason === 'handed-off')).toHaveLength(
      calls + sipCalls,
    );
    expectFlat(looks);
    expect(slope(server.slice(1))).toBeLessThan(0.1);
    keep('real', {
      calls: calls + sipCalls,
      bySip: sipCalls,
      heapKbPerCall: growthKb(looks, 'heapMb'),
      nativeKbPerCall: growthKb(looks, 'rssMb'),
      looks,
      serverRssMb: server.map(([, mb]) => mb),
      serverKbPerCall: Math.round(slope(server.slice(1)) * 1024),
    });
  });

  test('workers that are replaced after some calls stay small and drop no call', async () => {
    const before = (await system.records()).length;
    const afterCalls = scaled(20);
    const args = await system.configured({ recycle: { afterCalls, rssMb: 1500 } });
    const pids = new Set<number>();
    let largestMb = 0;
    let ends: string[];
    {
      await using worker = superviseWorker(args, { ...system.env }, system.workerUrl);
      await worker.ready;
      const watching = setInterval(async () => {
        const { stdout } = await run('ps', ['-A', '-o', 'pid=,args=']);
        for (const [, pid] of stdout.matchAll(/^ *(\d+) \S*node \S*main\.ts worker .*29781/gm)) {
          pids.add(Number(pid));
          largestMb = Math.max(largestMb, await rssMbOf(Number(pid)));
        }
      }, 500);
      ends = await system.callers(afterCalls * 4, 6);
      clearInterval(watching);
    }
    const records = (await system.records()).slice(before);
    const workers = new Set(records.map(({ workerId }) => workerId)).size;
    expect(ends).toEqual(ends.map(() => 'over'));
    expect(records.map(({ ending }) => ending.reason)).toEqual(ends.map(() => 'handed-off'));
    expect(workers).toBeGreaterThanOrEqual(3);
    expect(largestMb).toBeLessThan(400);
    keep('recycled', { calls: ends.length, afterCalls, workers, largestMb });
  });

  test('recordings that are played and stopped for minutes are heard, each in its time', async () => {
    const { host, key, secret } = system.livekit.api;
    const seconds = scaled(90);
    const one = async () => {
      const args = [join(HERE, 'audio.ts'), host, key, secret, String(seconds)];
      const { stdout } = await run(process.execPath, args);
      return JSON.parse(stdout) as Record<string, number>;
    };
    const lines = await Promise.all([one(), one(), one()]);
    for (const { plays, late, unheard } of lines) {
      expect(plays).toBeGreaterThan(seconds / 2);
      expect({ late, unheard }).toEqual({ late: 0, unheard: 0 });
    }
    keep('audio', { node: process.versions.node, seconds, lines });
  });
});
