// The headers of an INVITE as far as they are known. Promises that nothing seen of a header is lost: that
// two values differ is what matters most about them. Values may hold the calling number: never print them.

/** Every different value that is known of each header, by its name in lower case and in its long form. */
export type InviteHeaders = ReadonlyMap<string, readonly string[]>;

/** The attribute that holds the first of a repeated header is this and the header's name in lower case. */
export const FIRST_OF_PREFIX = 'tonegate.h.';

/** What an upstream system has verified of a caller (docs/upstream.md), as `headerKey` names it; never shown. */
export const TOKEN_HEADER = 'x-auth-token';

/** Who the caller is to an upstream system, as `headerKey` names it; never shown. */
export const CUSTOMER_HEADER = 'x-customer-id';

/** Compact forms (RFC 3261 §7.3.3, RFC 8224 §4) of the headers that a verdict may stand in. */
const LONG_FORMS: ReadonlyMap<string, string> = new Map([
  ['f', 'from'],
  ['y', 'identity'],
]);

/** The name under which the values of a header are found. */
export function headerKey(name: string): string {
  const short = name.trim().toLowerCase();
  return LONG_FORMS.get(short) ?? short;
}

/** Every name under which a header may stand in an INVITE. */
export function spellings(name: string): readonly string[] {
  const long = headerKey(name);
  return [long, ...[...LONG_FORMS].flatMap(([short, full]) => (full === long ? [short] : []))];
}

/** A header as somebody writes it, `Name: value` on one line; null: it is none. */
export function headerLine(line: string): readonly [name: string, value: string] | null {
  // Of control characters a header has none but the tab (RFC 3261 §25.1).
  const found = /^([A-Za-z0-9.!%*_+`'~-]+)\s*:\s*((?:[^\p{Cc}]|\t)*)$/u.exec(line);
  return found === null ? null : [found[1] ?? '', found[2] ?? ''];
}

/** Gathers headers as they were seen: a bridge tells the first of a repeated header here and the last there. */
export function inviteHeaders(
  seen: Iterable<readonly [name: string, value: string]>,
): InviteHeaders {
  const headers = new Map<string, string[]>();
  for (const [name, text] of seen) {
    const key = headerKey(name);
    const value = text.trim();
    const known = headers.get(key) ?? [];
    if (!known.includes(value)) headers.set(key, [...known, value]);
  }
  return headers;
}
