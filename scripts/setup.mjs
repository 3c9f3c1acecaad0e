// The one setup step of `npm start`, `npm test` and the checks: installs what is missing, a line for
// each thing, and takes no time when nothing is. Outside the project it touches only the caches of
// npm and Go and, as root on Debian, Debian's packages. Plain JavaScript for Node 20: it runs before
// the pinned Node is there.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram, NEEDS, onPath, pathFolders } from './needs.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');

const stack = join(root, 'stack');
const tools = join(stack, 'bin');
const toolsStamp = join(tools, '.built-from');

const UNREACHABLE = 3;
const PURPOSES = ['start', 'test', 'bench', 'simulate'];

/**
 * Installs what `purpose` needs and is not there: `simulate` the npm packages, `start` also the local
 * stack, `bench` also a SIP phone, `test` all that only the tests use. Returns the exit code: 0, or 3 with the reason printed.
 */
export function setUp(purpose) {
  if (purpose !== 'simulate') {
    const missing = missingFor(purpose);
    if (missing.length > 0 && !installDebian(missing)) return explain(purpose, missingFor(purpose));
  }
  if (!npmIsFresh() && !installNpm()) return UNREACHABLE;
  if (purpose !== 'simulate' && !toolsAreFresh() && !installTools()) return UNREACHABLE;
  return 0;
}

function missingFor(purpose) {
  const phases = ['running'];
  if (!toolsAreFresh()) phases.push('building');
  if (purpose === 'bench') phases.push('phoning');
  if (purpose === 'test') phases.push('phoning', 'testing');
  return NEEDS.filter(({ phase, found }) => phases.includes(phase) && !found());
}

function installDebian(missing) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  if (missing.some(({ debian }) => debian === undefined)) return false;
  const packages = missing.flatMap(({ debian }) => debian);
  for (const name of packages) say(`installing the Debian package ${name}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => quietly('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env });
  return (
    apt('update') &&
    apt('install', '-y', '--no-install-recommends', ...packages) &&
    missing.every(({ found }) => found())
  );
}

function explain(purpose, missing) {
  const packages = missing.flatMap(({ debian }) => debian ?? []);
  say(`\`npm ${purpose}\` needs what is not on this machine:`);
  for (const { what, debian } of missing) {
    process.stderr.write(
      `  ${what} (${debian ? `Debian: ${debian.join(', ')}` : 'https://go.dev/dl/'})\n`,
    );
  }
  if (packages.length > 0) {
    const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
    process.stderr.write(`On Debian, as root: ${command}\n`);
  }
  if (purpose === 'start') {
    process.stderr.write(
      'Or try `npm start -- --simulate` (the same calls in the terminal, no server), or `docker compose up`.\n',
    );
  }
  return UNREACHABLE;
}

/** Whether what npm says it installed is what the lock file asks for. */
function npmIsFresh() {
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!installed || !existsSync(pinnedNode)) return false;
  return Object.entries(packagesIn(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    const found = installed[path];
    if (path === '' || (!found && wanted.optional)) return true;
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}

function installNpm() {
  say('installing the npm packages of package-lock.json');
  const cli = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? process.env.npm_execpath
    : undefined;
  const args = ['ci', '--include=dev', '--loglevel=error'];
  const done = cli ? run(outerNode(), [cli, ...args]) : run('npm', args);
  if (done && existsSync(pinnedNode)) return true;
  say('npm could not install them; `npm ci` tells more (install scripts must be allowed)');
  return false;
}

/** A Node that survives `npm ci`, which removes the pinned one. */
function outerNode() {
  const inside = (path) => path.startsWith(join(root, 'node_modules') + sep);
  if (!inside(process.execPath)) return process.execPath;
  const folder = pathFolders().find((path) => !inside(path) && isProgram(join(path, 'node')));
  return folder ? join(folder, 'node') : process.execPath;
}

function toolsDigest() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(stack, file)));
  return `${hash.digest('hex')}\n`;
}

function toolsAreFresh() {
  return (
    ['server', 'livekit-sip'].every((name) => isProgram(join(tools, name))) &&
    existsSync(toolsStamp) &&
    readFileSync(toolsStamp, 'utf8') === toolsDigest()
  );
}

function installTools() {
  say('building the LiveKit server and SIP bridge into stack/bin (minutes the first time)');
  const env = { ...process.env, GOBIN: tools, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  if (quietly('go', ['install', 'tool'], { cwd: stack, env: { ...env, CGO_ENABLED: '1' } })) {
    writeFileSync(toolsStamp, toolsDigest());
    return true;
  }
  say('Go could not build them: see above; `go install tool` in stack/ does the same');
  return false;
}

function run(command, args) {
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawnSync(command, args, { cwd: root, stdio }).status === 0;
}

/** Shows what the command says only when it fails. */
function quietly(command, args, options) {
  const capture = { encoding: 'utf8', maxBuffer: 2 ** 26, ...options };
  const { status, stdout, stderr } = spawnSync(command, args, capture);
  if (status !== 0) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  return status === 0;
}

function say(text) {
  process.stderr.write(`tonegate: ${text}\n`);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const purpose = process.argv[2] ?? '';
  if (!PURPOSES.includes(purpose)) {
    say(`usage: node scripts/setup.mjs ${PURPOSES.join('|')}`);
    process.exit(2);
  }
  process.exit(setUp(purpose));
}
