// A storm and what came of it, told so that a reader can follow it.

import type { Happening } from './phone-call.ts';
import type { Violation } from './rules.ts';
import type { Storm } from './storm.ts';
import type { Story } from './story.ts';

export function narrate(
  { line, mood, moves, verdict, level, token, customer, floorMs }: Storm,
  { log, result }: Story,
  violations: readonly Violation[],
): string {
  return [
    ...violations.map(({ rule, what }) => `${rule} is broken: ${what}`),
    `line ${line}, mood ${mood}, answers held back for ${floorMs} ms, verdict ${verdict} ${level ?? ''}`.trim(),
    `proven upstream: ${token?.join(', ') ?? 'nothing'}, of the ${customer} account; moves:`,
    ...moves.map((move, i) => `  ${i + 1}. ${typeof move === 'string' ? move : told(move)}`),
    'what happened:',
    ...log.map((happening) => `  ${String(happening.at).padStart(7)} ms  ${say(happening)}`),
    `result: ${JSON.stringify(result)}`,
  ].join('\n');
}

const told = (move: object) =>
  Object.entries(move)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function say(happening: Happening): string {
  switch (happening.what) {
    case 'asked':
      return `asked ${happening.ask.port} ${happening.ask.words.join(' ')}`.trim();
    case 'closed':
      return `${happening.ask.port} ${happening.ask.end} ${JSON.stringify(happening.ask.answer)}`;
    case 'pressed':
    case 'taken':
      return `${happening.what} ${happening.key.key}`;
    case 'came':
      return happening.type;
    case 'told':
      return `told ${JSON.stringify(happening.notice)}`;
    default:
      return happening.what;
  }
}
