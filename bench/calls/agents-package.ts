// `@livekit/agents` for the comparison: a package of the bench's own, installed when it is first needed.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../agents/', import.meta.url));

/** The agent's program, installed. Throws where npm cannot install what it needs. */
export function installAgents(say: (text: string) => void): string {
  if (!isFresh()) {
    say('installing @livekit/agents into bench/agents');
    const npm = process.env.npm_execpath;
    const args = ['ci', '--ignore-scripts', '--loglevel=error'];
    const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
    const { status, stderr } = spawnSync(command, [...before, ...args], {
      cwd: FOLDER,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`npm could not install bench/agents:\n${stderr ?? ''}`);
  }
  return join(FOLDER, 'agent.mjs');
}

/** Versions of what is installed there. */
export function agentsVersions(): { readonly agents: string; readonly rtcNode: string } {
  return { agents: versionOf('@livekit/agents'), rtcNode: versionOf('@livekit/rtc-node') };
}

function versionOf(name: string): string {
  const file = join(FOLDER, 'node_modules', name, 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

function isFresh(): boolean {
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn(join('node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  );
}

function packagesIn(lock: string): Record<string, { version: string; optional?: boolean }> {
  const file = join(FOLDER, lock);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}
