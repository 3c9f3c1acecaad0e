// `tonegate locks`: which accounts have no tries left, and giving them back, noted with who did it and why.

import { userInfo } from 'node:os';
import { readEnvironment } from '../config/environment.ts';
import { lockOutPolicy } from '../config/line-plans.ts';
import { loadConfig } from '../config/load.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { LockClearing, LockOut } from '../ivr/ports.ts';
import { openStore } from '../store/open-store.ts';

export interface ListLocks {
  readonly config: string;
  /** What was cleared, instead of what is locked. */
  readonly cleared?: boolean;
  readonly json?: boolean;
}

/** Prints lock-outs, or what was cleared of them. Exit code 0. */
export async function listLocks({ config, cleared = false, json = false }: ListLocks): Promise<0> {
  const policy = lockOutPolicy(await loadConfig(config));
  await using store = await openTheStore();
  const lines = cleared
    ? printed(store.locks.clearings(), json, CLEARED)
    : printed(await store.locks.list(policy), json, LOCKED);
  for await (const line of lines) console.info(line);
  return 0;
}

export interface ClearLock {
  readonly ref: string;
  readonly reason: string;
}

/** Gives an account its tries back. Exit code: 0 done, 1 nothing of it was locked or counted. */
export async function clearLock({ ref, reason }: ClearLock): Promise<0 | 1> {
  const why = checkedReason(reason);
  await using store = await openTheStore();
  if (await store.locks.clear({ ref, reason: why, by: operator() })) {
    console.info(`cleared: ${ref} has all its tries again`);
    return 0;
  }
  console.error(
    `no failed tries are counted for that account: see "tonegate locks list"; put a REF that begins with ? into quotes`,
  );
  return 1;
}

const LONGEST_REASON = 200;

function checkedReason(text: string): string {
  const reason = text.trim();
  if (reason === '') throw wrongReason('say why the account is given its tries back');
  if (reason.length > LONGEST_REASON) throw wrongReason(`at most ${LONGEST_REASON} characters`);
  if (/\p{C}/u.test(reason)) throw wrongReason('one line, without control characters');
  return reason;
}

function wrongReason(mend: string): IvrFault {
  return new IvrFault('IVR_CONFIG_INVALID', `--reason: ${mend}`);
}

async function openTheStore() {
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  return openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
}

/** Who is at the keyboard; a container may run as a user that has no name. */
function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Widths are those of usual cells; longer ones push the rest of their row to the right. */
const LOCKED = {
  head: row(['REF', 24], ['KIND', 4], ['FAILURES', 8], ['UNTIL (UTC)']),
  row: ({ ref, kind, failures, until }: LockOut) =>
    row([ref, 24], [kind, 4], [String(failures), 8], [minute(until)]),
};
const CLEARED = {
  head: row(['AT (UTC)', 19], ['BY', 12], ['REF', 24], ['REASON']),
  row: ({ ref, reason, by, at }: LockClearing) =>
    row([minute(at), 19], [by, 12], [ref, 24], [reason]),
};

async function* printed<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  json: boolean,
  table: { readonly head: string; readonly row: (item: Item) => string },
): AsyncGenerator<string> {
  if (!json) yield table.head;
  for await (const item of items) yield json ? JSON.stringify(item) : table.row(item);
}

function row(...cells: readonly (readonly [text: string, width?: number])[]): string {
  return cells.map(([text, width = 0]) => text.padEnd(width)).join('  ');
}

function minute(isoTime: string): string {
  return isoTime.slice(0, 19).replace('T', ' ');
}
