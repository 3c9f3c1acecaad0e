import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { LoadedEdition } from '../../src/commands/edition.ts';
import { keepEditions } from '../../src/commands/reload.ts';
import { IvrFault } from '../../src/ivr/fault.ts';

/** An edition that is only known by its version. */
function edition(version: string, leftForRestart: readonly string[] = []): LoadedEdition {
  const unused = () => {
    throw new Error('nobody asks');
  };
  return {
    config: { agentName: version } as LoadedEdition['config'],
    planFor: unused,
    recordingsFor: unused,
    lockOut: { softAfter: 5, softMs: 1, softLongestMs: 1, hardAfter: 15, hardMs: 1 },
    refusalReason: '',
    flowVersion: unused,
    promptVersions: { bank: version },
    leftForRestart,
  };
}

/** Editions whose readings a test ends, one after the other. */
function setUp(onTaken: (version: string) => void = () => undefined) {
  const logged: Record<string, unknown>[] = [];
  const taken: string[] = [];
  const memory = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      logged.push(JSON.parse(line));
      done();
    },
  });
  const readings: PromiseWithResolvers<LoadedEdition>[] = [];
  const readFor: unknown[] = [];
  const editions = keepEditions({
    first: edition('1'),
    load(running) {
      readFor.push(running);
      const reading = Promise.withResolvers<LoadedEdition>();
      readings.push(reading);
      return reading.promise;
    },
    onTaken({ promptVersions: { bank = '' } }) {
      taken.push(bank);
      onTaken(bank);
    },
    log: pino({ base: null }, memory),
  });
  const inUse = () => editions.current().promptVersions.bank;
  return { editions, readings, readFor, logged, taken, inUse };
}

test('a new version is in use once it is read whole, and the log tells both versions', async () => {
  const { editions, readings, readFor, logged, taken, inUse } = setUp();
  const done = editions.reload();
  expect(inUse()).toBe('1');
  readings[0]?.resolve(edition('2'));
  await done;
  expect(inUse()).toBe('2');
  expect(taken).toEqual(['1', '2']);
  expect(readFor).toEqual([{ agentName: '1' }]);
  expect(logged).toEqual([
    expect.objectContaining({
      level: 30,
      from: { bank: '1' },
      to: { bank: '2' },
      msg: 'new version taken over: new calls go by it',
    }),
  ]);
});

test('a broken version is refused: the one before stays, and all that is wrong is told', async () => {
  const { editions, readings, logged, taken, inUse } = setUp();
  const done = editions.reload();
  readings[0]?.reject(new IvrFault('IVR_PROMPT_INVALID', 'a is missing\nb is too loud'));
  await done;
  expect(inUse()).toBe('1');
  expect(taken).toEqual(['1']);
  expect(editions.refusal()).toBe('a is missing\nb is too loud');
  expect(logged).toEqual([
    expect.objectContaining({
      level: 50,
      fault: { code: 'IVR_PROMPT_INVALID', message: 'a is missing\nb is too loud' },
    }),
  ]);
});

test('an error that is not our own refuses it too, and its words go nowhere', async () => {
  const { editions, readings, logged, inUse } = setUp();
  const done = editions.reload();
  readings[0]?.reject(new Error('hunter2'));
  await done;
  expect(inUse()).toBe('1');
  expect(editions.refusal()).toBe('see the log');
  expect(JSON.stringify(logged)).not.toContain('hunter2');
});

test('a version in use is never called refused, though whoever is told of it fails', async () => {
  const { editions, readings, logged, inUse } = setUp((version) => {
    if (version === '2') throw new Error('no room for figures');
  });
  const done = editions.reload();
  readings[0]?.resolve(edition('2'));
  await done;
  expect([inUse(), editions.refusal()]).toEqual(['2', null]);
  expect(logged).toEqual([
    expect.objectContaining({ msg: 'new version taken over: new calls go by it' }),
    expect.objectContaining({ level: 50, msg: 'not everybody was told of the new version' }),
  ]);
  const again = editions.reload();
  readings[1]?.resolve(edition('3'));
  await again;
  expect(inUse()).toBe('3');
});

test('a good version after a refused one ends the refusal', async () => {
  const { editions, readings, inUse } = setUp();
  const refused = editions.reload();
  readings[0]?.reject(new IvrFault('IVR_CONFIG_INVALID', 'no'));
  await refused;
  const mended = editions.reload();
  readings[1]?.resolve(edition('3'));
  await mended;
  expect([inUse(), editions.refusal()]).toEqual(['3', null]);
});

test('asked while it reads, it reads once more after that, and the last one wins', async () => {
  const { editions, readings, readFor, inUse } = setUp();
  const done = Promise.all([editions.reload(), editions.reload(), editions.reload()]);
  expect(readings).toHaveLength(1);
  readings[0]?.resolve(edition('2'));
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.resolve(edition('3'));
  await done;
  expect(inUse()).toBe('3');
  expect(readFor).toEqual([{ agentName: '1' }, { agentName: '2' }]);
});

test('keys that only a restart takes over are named', async () => {
  const { editions, readings, logged } = setUp();
  const done = editions.reload();
  readings[0]?.resolve(edition('2', ['capacity', 'trunks']));
  await done;
  expect(logged).toContainEqual(
    expect.objectContaining({ level: 40, keys: ['capacity', 'trunks'] }),
  );
});
