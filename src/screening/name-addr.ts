// The addresses of a From or P-Asserted-Identity header (RFC 3261 §25.1, RFC 3325 §9.1), as far as their
// parameters go. Promises that no display name is ever taken for a parameter, and that a value is gone
// through a fixed number of times, however odd it is. What is broken is not guessed at, and nothing is
// percent-decoded: an encoded name is another name.

/** Where a parameter stands: before the @ (or in a tel: URI), behind the host, behind the closing bracket. */
export type Place = 'user' | 'uri' | 'header';

export interface Parameter {
  readonly place: Place;
  /** In lower case. */
  readonly name: string;
  /** As written; empty where there is none. */
  readonly value: string;
}

export interface Address {
  readonly scheme: 'sip' | 'tel';
  readonly parameters: readonly Parameter[];
}

/** Reads a header that holds one address. Null: it cannot be read. */
export function nameAddr(value: string): Address | null {
  const bare = withoutQuoted(value);
  return bare === null ? null : oneAddress(bare);
}

/** Reads a header that holds one address, or a SIP and a tel: address (RFC 3325 §9.1). Null: it cannot be read. */
export function nameAddrs(value: string): readonly Address[] | null {
  const bare = withoutQuoted(value);
  const [first, second, ...more] = (bare === null ? [] : byComma(bare)).map(oneAddress);
  if (!first || second === null || more.length > 0) return null;
  if (second === undefined) return [first];
  return first.scheme === second.scheme ? null : [first, second];
}

/** The text with nothing left of its quoted strings but two quotes. Null: one is not closed. */
function withoutQuoted(text: string): string | null {
  let bare = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf('"', from);
    if (open === -1) return bare + text.slice(from);
    let close = open + 1;
    while (close < text.length && text[close] !== '"') close += text[close] === '\\' ? 2 : 1;
    if (close >= text.length) return null;
    bare += `${text.slice(from, open)}""`;
    from = close + 1;
  }
}

/** The parts between the commas that stand outside of brackets. */
function byComma(bare: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let isInside = false;
  for (let at = 0; at < bare.length; at += 1) {
    const char = bare[at];
    if (char === '<') isInside = true;
    if (char === '>') isInside = false;
    if (char === ',' && !isInside) {
      parts.push(bare.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, bare.slice(from)];
}

function oneAddress(bare: string): Address | null {
  const open = bare.indexOf('<');
  // Without brackets what stands behind the host is the header's (RFC 3261 §20).
  if (open === -1) return addrSpec(bare, 'header');
  const close = bare.indexOf('>', open);
  if (close === -1) return null;
  const address = addrSpec(bare.slice(open + 1, close), 'uri');
  const [between = '', ...behind] = bare.slice(close + 1).split(';');
  const isClean = between.trim() === '' && !behind.some((part) => /[<>]/.test(part));
  if (address === null || !isClean) return null;
  return { ...address, parameters: [...address.parameters, ...parameters(behind, 'header')] };
}

function addrSpec(text: string, behindHost: Place): Address | null {
  if (/["<>]/.test(text)) return null;
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(colon, 0)).trim().toLowerCase()) {
    case 'tel':
      return telSpec(rest);
    case 'sip':
    case 'sips':
      return sipSpec(rest, behindHost);
    default:
      return null;
  }
}

function telSpec(rest: string): Address | null {
  const [, ...inside] = rest.split(';');
  return rest.includes('@') ? null : { scheme: 'tel', parameters: parameters(inside, 'user') };
}

function sipSpec(rest: string, behindHost: Place): Address | null {
  const parts = rest.split('@');
  const [user = '', hostPart = ''] = parts.length === 1 ? ['', rest] : parts;
  const [, ...before] = user.split(';');
  // From the question mark on there are headers for a request, which nobody may make of this.
  const [host = '', ...behind] = hostPart.slice(0, lengthUpTo('?', hostPart)).split(';');
  if (parts.length > 2 || host.trim() === '') return null;
  return {
    scheme: 'sip',
    parameters: [...parameters(before, 'user'), ...parameters(behind, behindHost)],
  };
}

function parameters(parts: readonly string[], place: Place): readonly Parameter[] {
  return parts.map((part) => {
    const end = lengthUpTo('=', part);
    return {
      place,
      name: part.slice(0, end).trim().toLowerCase(),
      value: part.slice(end + 1).trim(),
    };
  });
}

function lengthUpTo(mark: string, text: string): number {
  const at = text.indexOf(mark);
  return at === -1 ? text.length : at;
}
