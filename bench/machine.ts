// On what a bench was run: figures say little without it. Nothing here tells whose machine it is.

import { spawnSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { VERSION } from '../src/commands/version.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Processes that wanted to run in the minute before: with more than cores, others were at work too. */
  readonly load: number;
  readonly platform: string;
  readonly node: string;
  readonly sqlite: string;
  readonly tonegate: string;
  /** Null: not in a clone. */
  readonly commit: string | null;
  /** Whether what ran is not what that commit has. */
  readonly isModified: boolean;
  /** ISO 8601, UTC. */
  readonly date: string;
}

export function machine(): Machine {
  const [core] = cpus();
  const [load = 0] = loadavg();
  return {
    cpu: core?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? 'unknown',
    tonegate: VERSION,
    commit: git('rev-parse', 'HEAD') || null,
    isModified: git('status', '--porcelain', '--', 'src', 'audio', 'bench') !== '',
    date: new Date().toISOString(),
  };
}

function git(...args: readonly string[]): string {
  const { stdout } = spawnSync('git', args, { cwd: `${import.meta.dirname}/..`, encoding: 'utf8' });
  return (stdout ?? '').trim();
}
