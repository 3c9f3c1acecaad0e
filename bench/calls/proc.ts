// What Linux tells of running processes: their memory, their processor time, their children. Parsing is pure; of a
// process that is gone there is nothing.

import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `utime` and `stime` in a second: fixed for programs, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

export interface Stat {
  readonly parent: number;
  /** Processor time of all threads, ended ones too, in milliseconds. */
  readonly cpuMs: number;
}

/** Reads `/proc/PID/stat`. A program's name may hold anything, brackets and spaces too. */
export function parseStat(text: string): Stat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  if (!Number.isInteger(parent) || !Number.isInteger(user) || !Number.isInteger(system))
    return null;
  return { parent: parent!, cpuMs: ((user! + system!) * 1000) / TICKS_PER_SECOND };
}

/** Reads `/proc/PID/smaps_rollup`: memory with shared pages divided among those who share them, in MB (2^20). */
export function parsePss(text: string): number | null {
  const kb = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kb === undefined ? null : Number(kb) / 1024;
}

/** A process and all that come of it, given everybody's parent. */
export function familyOf(root: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const family = new Set([root]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

/** A process and all its descendants that run now. */
export function family(root: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  for (const pid of pids) {
    const stat = parseStat(read(`/proc/${pid}/stat`));
    if (stat !== null) parents.set(Number(pid), stat.parent);
  }
  return familyOf(root, parents);
}

/** Memory of processes together, in MB. */
export function pssMb(pids: readonly number[]): number {
  return sum(pids.map((pid) => parsePss(read(`/proc/${pid}/smaps_rollup`)) ?? 0));
}

/** Processor time that processes have used so far, together, in milliseconds. */
export function cpuMs(pids: readonly number[]): number {
  return sum(pids.map((pid) => parseStat(read(`/proc/${pid}/stat`))?.cpuMs ?? 0));
}

/**
 * Reads `/proc/stat`: how long the processors have worked so far for processes, all of them together, in milliseconds;
 * what another guest of the same machine has taken counts too. Interrupts do not: they are the calls' own packets.
 */
export function parseBusyMs(text: string): number {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '')
    .split(' ')
    .map(Number);
  return ((user + nice + system + steal) * 1000) / TICKS_PER_SECOND;
}

/** How long the processors have worked so far for processes, in milliseconds. */
export function busyMs(): number {
  return parseBusyMs(read('/proc/stat'));
}

/** Memory that programs could take now, in MB. */
export function availableMb(): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo'))?.[1] ?? 0) / 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
