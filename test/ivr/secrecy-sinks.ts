// Everything that a call in a test leaves, shows, logs or tells, as texts to be searched.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { decodeJwt } from 'jose';
import { digitsInTurn } from '../kit/digits-in-turn.ts';
import type { Call, Caller } from './scenario.ts';
import { takeRead } from './secrecy-tap.ts';
import type { World } from './world.ts';

/** What there is besides the store. */
export function seenOf(world: World, { phone }: Caller, call: Call): Record<string, string> {
  const charts = takeRead();
  const observed = world.observed.map((one) => JSON.stringify(one));
  const told = [
    ...call.dispatches.map(({ metadata }) => metadata),
    ...call.transfers.map(({ ticket }) => ticket),
  ];
  const tickets = told.map((text) => /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? '');
  return {
    'the log': world.logged.join(''),
    'the log, one key at a time': digitsInTurn(world.logged),
    'what onlookers are shown': observed.join('\n'),
    'what onlookers are shown, one key at a time': digitsInTurn(observed),
    'what is measured': JSON.stringify(world.measured),
    'what the participant carries': JSON.stringify(phone.attributes),
    'what desks are told': JSON.stringify([told, tickets.map((ticket) => decodeJwt(ticket))]),
    'what is asked of the ports': inspect(call.asks, { depth: Number.POSITIVE_INFINITY }),
    'what XState shows': charts.texts.join('\n'),
    'what XState shows, one key at a time': digitsInTurn(charts.events),
  };
}

/** Of all files: the database, and what SQLite has beside it. */
export function bytesIn(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
}
