// What may stand where LiveKit wants to know who sends a call: an IP address, a network or a host name.

import { isIP } from 'node:net';

/** An IP address, or a network of as many leading bits as the address can have. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  // A zone (fe80::1%eth0) means nothing but on the machine that has it.
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined ||
    (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** A host name (RFC 1123 §2.1): labels of letters, digits and dashes. Without a letter it is a broken address. */
export function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /[a-z]/i.test(text) &&
    text.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
  );
}
