// The text message that carries a code of ours. Says what the code is for, and to tell it to nobody: a code
// can be talked out of its owner, and the message is where they hear of it.

import { Secret } from '../../machines/secret.ts';
import type { Locale } from '../../prompts/catalogue.ts';

/**
 * English fits one message of 160 characters (GSM 7-bit), Spanish two of 67 (its accents need UCS-2), with
 * codes of 8 digits and numbers of 15.
 */
const WORDING: Readonly<Record<Locale, (code: string, dialled: string) => string>> = {
  en: (code, dialled) =>
    `Your code is ${code}. It is only for a call YOU made to ${dialled}. Key it in yourself. Never tell it to anybody, not even to us.`,
  es: (code, dialled) =>
    `Su código es ${code}, solo para una llamada que USTED hizo al ${dialled}. Tecléelo usted; no se lo diga a nadie, ni a nosotros.`,
};

/** `dialled`: the number that the caller has called, with or without its `+`. */
export function codeMessage(code: Secret, dialled: string, locale: Locale): Secret {
  return Secret.of(WORDING[locale](code.reveal(), dialled.replace(/^\+?/, '+')));
}
