// Everywhere that something could have been let slip: what a system printed, shows, keeps and tells others, as
// texts. Nothing else of a system can be read from outside but its memory.

import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Customer } from '../kit/canary-customers.ts';
import { digitsInTurn } from '../kit/digits-in-turn.ts';
import type { Call } from './leak-callers.ts';
import type { Onlooker } from './leak-onlooker.ts';
import { ticketText, withBytesOpened } from './leak-reading.ts';
import type { LeakSystem } from './leak-system.ts';

const run = promisify(execFile);

/** Calling numbers may be here, and nowhere else: LiveKit's own, and no others. */
export const HOLD_CALLERS = [
  "identity, names and sip.* attributes, which are LiveKit's own",
  "the logs of LiveKit's server and SIP bridge",
] as const;

export type SinkName = (typeof SINKS)[number];
export type Sinks = Readonly<Record<SinkName, string>>;

export const SINKS = [
  'stdout of dev and worker',
  'stderr of dev and worker',
  'the log, one key at a time',
  'the live view',
  'the live view, one key at a time',
  'names and metadata of rooms',
  'what participants carry of ours',
  ...HOLD_CALLERS,
  'dispatches and their tickets',
  'the jobs of a desk',
  'what the bridge says to phones, transfers included',
  'the rows of the store while calls run',
  'the dump of the store',
  'the answers of the worker while calls run',
  'the answers of the worker afterwards',
  'tonegate calls',
  'tonegate calls --json',
  'tonegate calls --csv',
  'tonegate calls verify',
  'tonegate calls seal',
  'tonegate locks list',
  'tonegate config check',
  'tonegate provision plan',
  'tonegate doctor',
  'tonegate doctor --listen',
  'tonegate doctor --backend',
] as const;

const PATHS = ['/healthz', '/readyz', '/metrics', '/.well-known/jwks.json', '/elsewhere'];

/** What the worker answers over HTTP, headers included. */
export async function answersOf({ workerUrl }: LeakSystem): Promise<string> {
  const answers = await Promise.all(
    PATHS.map(async (path) => {
      const response = await fetch(workerUrl + path);
      const headers = JSON.stringify([...response.headers]);
      return `${path} ${response.status} ${headers}\n${await response.text()}`;
    }),
  );
  return answers.join('\n');
}

/** What every command prints that looks at calls or at the system. */
export async function commandOutputs(
  { command, folder }: LeakSystem,
  { account, birthDate, passcode, customer }: Customer,
): Promise<Partial<Record<SinkName, string>>> {
  const file = join(folder, 'account.yaml');
  const known = { account, birthDate, passcode, customer };
  await writeFile(file, JSON.stringify(known), { mode: 0o600 });
  const COMMANDS: readonly (readonly [SinkName, ...(readonly string[])[]])[] = [
    ['tonegate calls', ['calls']],
    ['tonegate calls --json', ['calls', '--json']],
    ['tonegate calls --csv', ['calls', '--csv']],
    ['tonegate calls seal', ['calls', 'seal']],
    ['tonegate calls verify', ['calls', 'verify'], ['calls', 'verify', '--json']],
    ['tonegate locks list', ['locks', 'list'], ['locks', 'list', '--json']],
    ['tonegate config check', ['config', 'check']],
    ['tonegate provision plan', ['provision', 'plan']],
    ['tonegate doctor', ['doctor', '--desks']],
    ['tonegate doctor --backend', ['doctor', '--backend', '--account-file', file, '--send-code']],
  ];
  const outputs: Partial<Record<SinkName, string>> = {};
  const waiting = COMMANDS.flatMap(([sink, ...all]) => all.map((args) => ({ sink, args })));
  async function next(): Promise<void> {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const { sink, args } = one;
      outputs[sink] = `${outputs[sink] ?? ''}${await command(...args)}`;
    }
  }
  // As many as there are cores.
  await Promise.all([next(), next()]);
  return outputs;
}

/** All that was seen of calls and system, once it has stopped. */
export async function seenOf(
  { printed, folder }: LeakSystem,
  onlooker: Onlooker,
  calls: readonly Call[],
) {
  const texts = (set: ReadonlySet<string>) => [...set].join('\n');
  const observed = onlooker.observations.map((one) => JSON.stringify(one));
  return {
    'stdout of dev and worker': printed.stdout,
    'stderr of dev and worker': printed.stderr,
    'the log, one key at a time': digitsInTurn(printed.stdout.split('\n')),
    'the live view': onlooker.liveView,
    'the live view, one key at a time': digitsInTurn(observed),
    'names and metadata of rooms': texts(onlooker.rooms),
    'what participants carry of ours': texts(onlooker.ours),
    "identity, names and sip.* attributes, which are LiveKit's own": texts(onlooker.livekits),
    "the logs of LiveKit's server and SIP bridge": await logsOf(folder),
    'dispatches and their tickets': texts(onlooker.dispatches),
    'what the bridge says to phones, transfers included': calls.map(saidTo).join('\n'),
    'the rows of the store while calls run': texts(onlooker.rows),
  } satisfies Partial<Sinks>;
}

async function logsOf(folder: string): Promise<string> {
  const stack = join(folder, '.tonegate', 'stack');
  const logs = (await readdir(stack)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(stack, name), 'utf8')));
  return texts.join('\n');
}

/** Every SIP message that came to a phone, without what any SIP dialogue says of its two ends. */
function saidTo({ phone }: Call): string {
  return phone.messages
    .filter(({ direction }) => direction === 'received')
    .map((message) => {
      const ticket = message.header('X-Ivr-Ticket');
      return withoutDialogue(message.text) + (ticket === null ? '' : ticketText(ticket));
    })
    .join('\n');
}

/** A request's first line, From and To name who calls: the phone has said so itself. */
export function withoutDialogue(message: string): string {
  return message.replaceAll(/^(?:[A-Z]+ sips?:\S+ SIP\/2\.0|(?:From|To|f|t)\s*:.*)$/gim, '');
}

/** The whole database as `pg_dump` writes it. */
export async function dumpOf(storeUrl: string): Promise<string> {
  try {
    const { stdout } = await run('pg_dump', ['--dbname', storeUrl], { maxBuffer: 2 ** 28 });
    return withBytesOpened(stdout);
  } catch (cause) {
    throw new Error(
      'pg_dump of the server’s version is needed (on Debian: apt-get install postgresql-client)',
      { cause },
    );
  }
}
