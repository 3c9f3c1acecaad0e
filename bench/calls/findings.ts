// All that one run of the bench has found, and of which versions.

import { readFileSync } from 'node:fs';
import type { Machine } from '../machine.ts';
import { agentsVersions } from './agents-package.ts';
import type { ChartSpeed } from './chart-speed.ts';
import type { Goal } from './goals.ts';
import type { Results } from './run.ts';

export interface Versions {
  readonly tonegate: string;
  readonly node: string;
  readonly rtcNode: string;
  readonly livekitServer: string;
  readonly livekitSip: string;
  readonly agents: string;
  /** The media library that `@livekit/agents` comes with. */
  readonly agentsRtcNode: string;
}

export interface Findings extends Results {
  readonly machine: Machine;
  readonly versions: Versions;
  readonly goals: readonly Goal[];
  readonly charts: readonly ChartSpeed[];
}

/** Of what is installed; `@livekit/agents` must be. */
export function versions(): Versions {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const { version: tonegate, dependencies } = JSON.parse(read('../../package.json'));
  const goModules = read('../../stack/go.mod');
  const pinned = (module: string) =>
    new RegExp(`^\\s*${module} v(\\S+)`, 'm').exec(goModules)?.[1] ?? 'unknown';
  const { agents, rtcNode: agentsRtcNode } = agentsVersions();
  return {
    tonegate,
    node: process.versions.node,
    rtcNode: dependencies['@livekit/rtc-node'],
    livekitServer: pinned('github.com/livekit/livekit-server'),
    livekitSip: pinned('github.com/livekit/sip'),
    agents,
    agentsRtcNode,
  };
}
