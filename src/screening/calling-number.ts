// The calling number as an INVITE gives it, brought to E.164 or dropped. It never verifies anybody.

/**
 * The number as `+` and 7 to 15 digits; null for what is none: withheld, anonymous, a name, an extension.
 * Parameters (`;verstat=…`, of TS 24.229) and visual separators (RFC 3966) are left out. Without a plus it
 * is taken for E.164 too: carriers leave the plus out, and a national number, though not its real self,
 * still is the same for every call of one caller.
 */
export function e164(user: string): string | null {
  const [subscriber = '', ...parameters] = user.replace(/^(tel|sips?):/i, '').split(/[;,?@]/);
  // RFC 3966: a number with a context is local to it.
  if (parameters.some((parameter) => /^phone-context=/i.test(parameter))) return null;
  const digits = subscriber
    .trim()
    .replace(/^%2b/i, '+')
    .replace(/[-.() ]/g, '');
  return /^\+?[1-9]\d{6,14}$/.test(digits) ? `+${digits.replace('+', '')}` : null;
}
