// The unit for systemd, as systemd itself reads it where it is there, and what it promises of calls.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../store/folder.ts';
import { text, yaml } from './files.ts';

const UNIT = 'tonegate@7081.service';
const unit = await text('deploy/systemd/tonegate@.service');
/** All that a key is set to, in order. */
const said = (key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

test('systemd finds no fault with it', async () => {
  const folder = temporaryFolder();
  // The program that it starts is not installed here.
  const path = join(folder, UNIT);
  await writeFile(path, unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
  const { stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', path]);
  expect(stderr).toBe('');
});

test('a worker has time for its longest call, and is started again whenever it ends by itself', async () => {
  const { maxCallSeconds } = await yaml('tonegate.yaml');
  expect(Number(said('TimeoutStopSec'))).toBe(maxCallSeconds + 60);
  expect([said('KillSignal'), said('KillMode')]).toEqual([['SIGTERM'], ['mixed']]);
  expect([said('Restart'), said('RestartPreventExitStatus')]).toEqual([['always'], ['2']]);
  expect(said('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID']);
});

test('secrets are credentials that only this unit can read, and none is in the environment', () => {
  const credentials = said('LoadCredential').map((one) => one.split(':')[0]);
  const named = said('Environment').flatMap((one) => /_FILE=%d\/(.+)$/.exec(one)?.[1] ?? []);
  expect(named).toEqual(credentials);
  const plain = said('Environment').filter((one) => !one.includes('_FILE='));
  expect(plain).toEqual(['NODE_ENV=production', 'TONEGATE_CONFIG=/etc/tonegate/tonegate.yaml']);
});

test('it runs as nobody who may do anything, and leaves no core dump', () => {
  expect(said('User')).toEqual(['tonegate']);
  expect([said('CapabilityBoundingSet'), said('LimitCORE'), said('UMask')]).toEqual([
    [''],
    ['0'],
    ['0077'],
  ]);
  expect(said('ProtectSystem')).toEqual(['strict']);
});
