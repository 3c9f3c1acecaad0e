import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/machines/secret.ts';

const CANARY = '31415926';
const secret = Secret.of(CANARY);
const wrapped = { keys: [secret], deep: { entry: secret } };

function memory() {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { stream, text: () => text };
}

describe('a secret', () => {
  test('is revealed by nothing but reveal', () => {
    expect(secret.reveal()).toBe(CANARY);
  });

  test.each<[string, () => string]>([
    ['a template', () => `${secret}`],
    ['concatenation', () => `entry: ${String(secret)}`],
    ['JSON', () => JSON.stringify(wrapped)],
    ['inspect', () => inspect(wrapped, { depth: null })],
    [
      'inspect with everything shown',
      () => inspect(wrapped, { depth: null, showHidden: true, getters: true, showProxy: true }),
    ],
    [
      'inspect without custom printing',
      () => inspect(secret, { customInspect: false, depth: null }),
    ],
    ['format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error', () => new Error(`bad entry ${secret}`, { cause: secret }).stack ?? ''],
    ['an error that is inspected', () => inspect(new Error('bad', { cause: wrapped }))],
    ['a copy', () => inspect({ ...secret })],
    ['its entries', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['a structured clone', () => JSON.stringify(structuredClone({ ...wrapped, at: 1 }))],
    ['the name of a property', () => Object.keys({ [`${secret}`]: 1 }).join()],
  ])('is not printed by %s', (_, print) => {
    const text = print().replace(/\s/g, '');
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain([...new TextEncoder().encode(CANARY)].join());
  });

  test('is not printed by the console', () => {
    const { stream, text } = memory();
    new Console(stream).log(secret, wrapped);
    expect(text()).toContain('[secret]');
    expect(text()).not.toContain(CANARY);
  });

  test('is not printed by the log, wherever it is put', () => {
    const { stream, text } = memory();
    const log = pino({ level: 'trace' }, stream);
    log.info({ entry: secret, wrapped }, 'entry');
    log.info(secret, 'bare');
    log.info('entry %s %o %j', secret, secret, secret);
    log.error({ err: new Error(`bad ${secret}`, { cause: secret }) }, 'failed');
    log.child({ entry: secret }).info('child');
    expect(text().trim().split('\n')).toHaveLength(5);
    expect(text()).toContain('[secret]');
    expect(text()).not.toContain(CANARY);
  });

  test('is equal to no text and no number', () => {
    const anything: unknown = secret;
    // biome-ignore lint/suspicious/noDoubleEquals: comparing by accident is what is tried here.
    expect([anything == CANARY, Number(anything) === 31415926, anything === CANARY]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('tells its length', () => {
    expect(secret).toHaveLength(8);
    expect(Secret.empty).toHaveLength(0);
  });

  test('grows into a new one, and stays as it was', () => {
    const longer = secret.append(Secret.of('5'));
    expect(longer.reveal()).toBe('314159265');
    expect(secret.reveal()).toBe(CANARY);
  });

  test('that is wiped is gone, and what was made from it is not', () => {
    const first = Secret.of('12');
    const second = first.append(Secret.of('3'));
    first.wipe();
    expect(first.reveal()).toBe('\0\0');
    expect(second.reveal()).toBe('123');
  });
});
