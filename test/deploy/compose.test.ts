// compose.yaml: a whole system whose parts wait for each other, on the versions that everything is tested
// with, and none of it reachable from elsewhere.

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readEnvironment } from '../../src/config/environment.ts';
import { loadSigningKey } from '../../src/ticket/keys.ts';
import { temporaryFolder } from '../store/folder.ts';
import { clone, text, yaml } from './files.ts';

const { services, volumes } = await yaml('compose.yaml');
const workers = Object.keys(services).filter((name) => name.startsWith('worker-'));
const ours = ['demo', ...workers];

test('two workers share the store, and wait for what they need', () => {
  expect(workers).toEqual(['worker-1', 'worker-2']);
  for (const worker of workers) {
    expect(services[worker].depends_on).toMatchObject({
      postgres: { condition: 'service_healthy' },
      livekit: { condition: 'service_healthy' },
      demo: { condition: 'service_healthy' },
    });
  }
});

test('whatever another one waits for can be seen to be healthy, or ends', () => {
  for (const { depends_on: needs = {} } of Object.values<{ depends_on?: object }>(services)) {
    for (const [name, { condition }] of Object.entries<{ condition: string }>(needs as never)) {
      const { healthcheck, restart, build } = services[name];
      if (condition === 'service_completed_successfully') expect(restart).toBe('on-failure');
      else expect(healthcheck ?? build).toBeDefined();
    }
  }
});

test('our containers have a read-only file system, no rights, and time for the longest call', async () => {
  const { maxCallSeconds } = await yaml('tonegate.yaml');
  for (const name of ours) {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  }
  for (const name of [...workers, 'sip']) {
    const [, seconds] = /^(\d+)s$/.exec(services[name].stop_grace_period) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(maxCallSeconds + 60);
  }
});

test('LiveKit, its bridge and Node are of the versions that the tests run with', async () => {
  const go = await text('stack/go.mod');
  const version = (module: string) => new RegExp(`${module} (v[\\d.]+)`).exec(go)?.[1];
  const { devDependencies } = JSON.parse(await text('package.json'));
  expect(services.livekit.image).toBe(
    `livekit/livekit-server:${version('github.com/livekit/livekit-server')}`,
  );
  expect(services.sip.image).toBe(`livekit/sip:${version('github.com/livekit/sip')}`);
  expect(services.secrets.image).toBe(`node:${devDependencies.node}-bookworm-slim`);
});

test('everything listens on loopback', () => {
  const { environment } = services.livekit;
  expect(parse(environment.LIVEKIT_CONFIG).bind_addresses).toEqual(['127.0.0.1']);
  expect(parse(services.sip.environment.SIP_CONFIG_BODY).listen_ip).toBe('127.0.0.1');
  expect(services.redis.command).toContain('--bind 127.0.0.1');
  expect(services.postgres.command).toContain('-h 127.0.0.1');
  expect(Object.values<{ ports?: unknown }>(services).filter(({ ports }) => ports)).toEqual([]);
});

test('the secrets are made once, are good for a worker, and none stands in the file', async () => {
  const folder = temporaryFolder();
  const make = () =>
    promisify(execFile)(process.execPath, [join(clone, 'deploy/compose/secrets.mjs'), folder]);
  await make();
  const { environment } = services['worker-1'];
  const moved = Object.fromEntries(
    Object.entries<string>(environment).map(([name, value]) => [
      name,
      value.replace('/run/secrets', folder),
    ]),
  );
  const read = () =>
    readEnvironment(
      ['TONEGATE_STORE', 'TONEGATE_PEPPER', 'TONEGATE_SIGNING_KEY', 'TONEGATE_BACKEND_TOKEN'],
      moved,
      join(folder, 'none'),
    );
  const first = read();
  expect(await loadSigningKey(first.TONEGATE_SIGNING_KEY)).toBeDefined();
  expect(first.TONEGATE_STORE.reveal()).toContain(
    `:${await readFile(join(folder, 'database/password'), 'utf8')}@127.0.0.1:7432/`,
  );
  expect((await stat(join(folder, 'tonegate/pepper'))).mode & 0o222).toBe(0);

  await make();
  expect(read().TONEGATE_PEPPER.reveal()).toBe(first.TONEGATE_PEPPER.reveal());
  const secretive = Object.keys(environment).filter((name) => /^TONEGATE_(?!CONFIG)/.test(name));
  expect(secretive.filter((name) => !name.endsWith('_FILE'))).toEqual([]);
  // Where they lie is a volume, and PostgreSQL sees its own password only.
  expect(Object.keys(volumes)).toEqual(expect.arrayContaining(['secrets', 'database-secrets']));
  expect(services.postgres.volumes.join()).not.toContain('secrets:/run/secrets/tonegate');
});
