// What only the system can give, how to see whether it is there, and the Debian packages that bring it.
// Plain JavaScript for Node 20.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Each is needed for `building` the Go tools, for `running` the local stack, for `phoning` it by SIP, or for
 * `testing`. `debian` is absent where no Debian package will do.
 */
export const NEEDS = [
  need('building', 'pkg-config', ['pkg-config'], () => onPath('pkg-config')),
  need('building', 'a C compiler', ['gcc', 'libc6-dev'], canCompile),
  need('building', 'libopus', ['libopus-dev'], () => hasLibrary('opus')),
  need('building', 'libopusfile', ['libopusfile-dev'], () => hasLibrary('opusfile')),
  need('building', 'libsoxr', ['libsoxr-dev'], () => hasLibrary('soxr')),
  need('building', 'Go 1.26 or newer, or 1.21 or newer with GOTOOLCHAIN=auto', undefined, hasGo),
  // Debian's redis-server package would start a Redis of its own; redis-tools holds the same program
  // under the name redis-check-rdb.
  need('running', 'redis-server', ['redis-tools'], hasRedis),
  need('phoning', 'sipp', ['sip-tester'], () => onPath('sipp')),
  // Both sign upstream tokens as docs/upstream.md shows it.
  need('testing', 'python3', ['python3'], () => onPath('python3')),
  need('testing', 'openssl', ['openssl'], () => onPath('openssl')),
  need('testing', 'systemd-analyze', ['systemd'], () => onPath('systemd-analyze')),
  need('testing', 'chromium', ['chromium'], () => BROWSERS.some(onPath)),
  need('testing', 'the server programs of PostgreSQL', ['postgresql'], hasPostgres),
];

/** Names of the browser that tries the QA phone's page, whichever is there. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Whether a program of this name can be run. */
export function onPath(name) {
  return pathFolders().some((folder) => isProgram(join(folder, name)));
}

/** Where programs are looked for, in order. */
export function pathFolders() {
  return (process.env.PATH ?? '').split(delimiter);
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function need(phase, what, debian, found) {
  return { phase, what, debian, found };
}

function hasGo() {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  if (status !== 0) return false;
  const [version = '', toolchain = ''] = stdout.split('\n');
  const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? 0);
  return minor >= 26 || (minor >= 21 && /(^|\+)auto$/.test(toolchain));
}

function hasRedis() {
  return onPath('redis-server') || onPath('redis-check-rdb');
}

/** Debian keeps them out of the path. Who names a server needs no programs. */
function hasPostgres() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  return (
    process.env.TONEGATE_TEST_POSTGRES !== undefined ||
    onPath('initdb') ||
    versions.some((version) => isProgram(join(debian, version, 'bin', 'initdb')))
  );
}

function hasLibrary(name) {
  return spawnSync('pkg-config', ['--exists', name]).status === 0;
}

function canCompile() {
  const args = ['-E', '-include', 'stdlib.h', '-x', 'c', '/dev/null'];
  return spawnSync('gcc', args, { stdio: 'ignore' }).status === 0;
}
