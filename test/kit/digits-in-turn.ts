// What leaves one key at a time: never two of them in one place, and all of them in a row. Goes through lines of
// JSON and puts together what stood at the same place of each, call by call.

/** A value that is one digit, or ends in one: `3`, `"3"`, `"es/digit-3"`. */
const ONE_DIGIT = /^\D*(\d)$/;
/** Names of recordings of digits, any number of them in one text. */
const NAMED = /digit-(\d)/g;

/** For each place of a call's lines the digits that stood there, in their order; a line each. */
export function digitsInTurn(lines: readonly string[]): string {
  const turns = new Map<string, string>();
  for (const line of lines) {
    const parsed = parse(line);
    const call = String(Reflect.get(Object(parsed), 'call'));
    for (const [place, value] of leaves(parsed, call)) {
      const text = String(value);
      const found = ONE_DIGIT.test(text)
        ? [text.slice(-1)]
        : [...text.matchAll(NAMED)].map(([, digit]) => digit);
      if (found.length > 0) turns.set(place, (turns.get(place) ?? '') + found.join(''));
    }
  }
  return [...turns].map(([place, digits]) => `${place}: ${digits}`).join('\n');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Every value with where it stands; the members of a list stand in one place. */
function* leaves(value: unknown, place: string): Generator<readonly [string, unknown]> {
  if (Array.isArray(value)) {
    for (const member of value) yield* leaves(member, place);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* leaves(member, `${place} ${name}`);
  } else {
    yield [place, value];
  }
}
