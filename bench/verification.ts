// The bench of verification: whether accounts can be told apart by ear, what the stores do in a second, how fast
// the chain of records is verified. Exit code 1 where accounts can be told apart, or the bench is too deaf for it.
//   node bench/verification.ts [--only records|stores|accounts] [--json] [--write]

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureChain } from './chain-speed.ts';
import { machine } from './machine.ts';
import { chainText, listeningText, listeningTitles, machineText, speedText } from './report.ts';
import { measureStores } from './store-speed.ts';
import { LATE_MS, type Listening, tellApart } from './telling-apart.ts';

const EVIDENCE = new URL('../docs/evidence/verification.json', import.meta.url);
const PARTS = ['records', 'stores', 'accounts'];

const { only, json, write } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
}).values;
if (only !== undefined && (write || !PARTS.includes(only))) {
  console.error(`--only takes one of ${PARTS.join(', ')}, and does not go with --write`);
  process.exit(2);
}
const isWanted = (part: string) => (only ?? part) === part;
const say = (text: string) => {
  if (!json) console.info(text);
};

const on = machine();
say(machineText(on));

// First, while this process has little in its memory.
const records = isWanted('records') ? await measureChain() : null;
if (records !== null) say(chainText(records));

const stores = isWanted('stores') ? await measureStores() : null;
if (stores !== null) say(speedText(stores));

const accounts: Listening[] = [];
if (isWanted('accounts')) {
  say(listeningTitles(LATE_MS));
  for await (const listening of tellApart()) {
    accounts.push(listening);
    say(listeningText(listening));
  }
}
const judged = accounts.flatMap(({ comparisons }) => comparisons);
/** Null: not measured. */
const holds = judged.length === 0 ? null : judged.every((comparison) => comparison.holds !== false);

const found = { holds, machine: on, records, stores, lateMs: LATE_MS, accounts };
// Three decimals: what is beyond them is chance.
const text = JSON.stringify(
  found,
  (_key, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value),
  2,
);
if (json) console.info(text);
if (write) {
  mkdirSync(new URL('.', EVIDENCE), { recursive: true });
  writeFileSync(EVIDENCE, `${text}\n`);
}
if (holds === false) process.exitCode = 1;
