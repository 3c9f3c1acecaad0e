// Every sentence a caller can hear: text and recording always together, one file per id and locale
// (`audio/<locale>/<id>.wav`). Pure data; playing and loading live elsewhere.

import type { Secret } from '../machines/secret.ts';
import { DAYS, MONTHS, NUMBERS, type Words } from './numbers.ts';

/** In the order in which a missing one is looked for. */
export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];

export interface Prompt {
  /** The words as spoken, per locale. */
  readonly text: Readonly<Record<Locale, string>>;
}

const sentences = {
  welcome: {
    text: {
      en: 'Thank you for calling. Please answer with the keys of your phone.',
      es: 'Gracias por llamar. Por favor, responda con las teclas de su teléfono.',
    },
  },
  'operator-hint': {
    text: {
      en: 'If you need an operator, press zero, then pound.',
      es: 'Si necesita un operador, oprima cero y después la tecla numeral.',
    },
  },
  'recording-notice': {
    text: { en: 'This call may be recorded.', es: 'Esta llamada puede ser grabada.' },
  },
  'closed-for-now': {
    text: {
      en: 'We are sorry. This line is closed at the moment. Please call again later.',
      es: 'Lo sentimos. Esta línea está cerrada en este momento. Por favor, llame más tarde.',
    },
  },
  'choose-language': { text: { en: 'For English, press', es: 'Para español, oprima el' } },
  'menu-account': {
    text: { en: 'For service on your account, press', es: 'Para asuntos de su cuenta, oprima el' },
  },
  'menu-operator': {
    text: { en: 'For an operator, press', es: 'Para hablar con un operador, oprima el' },
  },
  'menu-other': {
    text: { en: 'For all other questions, press', es: 'Para cualquier otra consulta, oprima el' },
  },
  'no-match': {
    text: { en: 'That is not one of the choices.', es: 'Esa no es una de las opciones.' },
  },
  'enter-account': {
    text: {
      en: 'Please enter your account number.',
      es: 'Por favor, ingrese su número de cuenta.',
    },
  },
  'enter-account-again': {
    text: {
      en: 'Please enter your account number once more.',
      es: 'Por favor, ingrese otra vez su número de cuenta.',
    },
  },
  'enter-passcode': {
    text: { en: 'Please enter your passcode.', es: 'Por favor, ingrese su clave.' },
  },
  'enter-passcode-again': {
    text: {
      en: 'Please enter your passcode once more.',
      es: 'Por favor, ingrese otra vez su clave.',
    },
  },
  'enter-birth-date-mdy': {
    text: {
      en: 'Please enter your date of birth: two digits for the month, two for the day, and four for the year.',
      es: 'Por favor, ingrese su fecha de nacimiento: dos dígitos para el mes, dos para el día y cuatro para el año.',
    },
  },
  'enter-birth-date-dmy': {
    text: {
      en: 'Please enter your date of birth: two digits for the day, two for the month, and four for the year.',
      es: 'Por favor, ingrese su fecha de nacimiento: dos dígitos para el día, dos para el mes y cuatro para el año.',
    },
  },
  'enter-birth-date-ymd': {
    text: {
      en: 'Please enter your date of birth: four digits for the year, two for the month, and two for the day.',
      es: 'Por favor, ingrese su fecha de nacimiento: cuatro dígitos para el año, dos para el mes y dos para el día.',
    },
  },
  'enter-birth-date-mdy-again': {
    text: {
      en: 'Please enter your date of birth once more: month, day, and four-digit year.',
      es: 'Por favor, ingrese otra vez su fecha de nacimiento: mes, día y año de cuatro dígitos.',
    },
  },
  'enter-birth-date-dmy-again': {
    text: {
      en: 'Please enter your date of birth once more: day, month, and four-digit year.',
      es: 'Por favor, ingrese otra vez su fecha de nacimiento: día, mes y año de cuatro dígitos.',
    },
  },
  'enter-birth-date-ymd-again': {
    text: {
      en: 'Please enter your date of birth once more: four-digit year, month, and day.',
      es: 'Por favor, ingrese otra vez su fecha de nacimiento: año de cuatro dígitos, mes y día.',
    },
  },
  'code-sent': {
    text: {
      en: 'We have sent a code by text message to your phone number on file, ending in',
      es: 'Hemos enviado un código por mensaje de texto a su número de teléfono registrado, que termina en',
    },
  },
  'enter-code': {
    text: { en: 'Please enter that code.', es: 'Por favor, ingrese ese código.' },
  },
  'enter-code-again': {
    text: {
      en: 'Please enter the code once more.',
      es: 'Por favor, ingrese otra vez el código.',
    },
  },
  'resend-hint': {
    text: {
      en: 'For a new code, press nine, then pound.',
      es: 'Para recibir otro código, oprima nueve y después la tecla numeral.',
    },
  },
  'code-on-its-way': {
    text: {
      en: 'Your code is still on its way. Please wait a little before you ask for a new one.',
      es: 'Su código todavía está en camino. Por favor, espere un poco antes de pedir otro.',
    },
  },
  'no-more-codes': {
    text: {
      en: 'We cannot send another code during this call.',
      es: 'No podemos enviar otro código durante esta llamada.',
    },
  },
  'you-entered': { text: { en: 'You entered', es: 'Usted ingresó' } },
  'confirm-entry': {
    text: {
      en: 'If that is right, press one. To enter it again, press two.',
      es: 'Si es correcto, oprima uno. Para ingresarlo otra vez, oprima dos.',
    },
  },
  'no-input': {
    text: { en: 'We did not hear any keys.', es: 'No escuchamos ninguna tecla.' },
  },
  'no-input-again': {
    text: {
      en: 'We still did not hear any keys. Please use the number keys of your telephone.',
      es: 'Todavía no escuchamos ninguna tecla. Por favor, use las teclas numéricas de su teléfono.',
    },
  },
  'too-short': {
    text: { en: 'That number was too short.', es: 'Ese número es demasiado corto.' },
  },
  'too-short-again': {
    text: {
      en: 'That number was too short again. Please make sure that you enter all of its digits.',
      es: 'Ese número también es demasiado corto. Por favor, asegúrese de ingresar todos los dígitos.',
    },
  },
  'too-long': {
    text: { en: 'That number was too long.', es: 'Ese número es demasiado largo.' },
  },
  'too-long-again': {
    text: {
      en: 'That number was too long again. If you press a wrong key, press star to start over.',
      es: 'Ese número también es demasiado largo. Si se equivoca de tecla, oprima asterisco para empezar de nuevo.',
    },
  },
  'not-clear': {
    text: {
      en: 'Your keys did not come through clearly.',
      es: 'Sus teclas no llegaron con claridad.',
    },
  },
  'not-clear-again': {
    text: {
      en: 'Your keys still did not come through clearly. Please press them one by one, a little more slowly.',
      es: 'Sus teclas todavía no llegan con claridad. Por favor, oprímalas una por una, un poco más despacio.',
    },
  },
  mistyped: {
    text: { en: 'That is not a valid number.', es: 'Ese no es un número válido.' },
  },
  'mistyped-again': {
    text: {
      en: 'That is not a valid number either. Please read it from your card or letter, digit by digit.',
      es: 'Ese tampoco es un número válido. Por favor, léalo de su tarjeta o carta, dígito por dígito.',
    },
  },
  'no-such-date': {
    text: {
      en: 'That is not a valid date of birth.',
      es: 'Esa no es una fecha de nacimiento válida.',
    },
  },
  rejected: {
    text: {
      en: 'Sorry, that does not match what we have on file.',
      es: 'Lo sentimos, eso no coincide con nuestros registros.',
    },
  },
  'rejected-again': {
    text: {
      en: 'Sorry, that does not match either. Please take your time and check each digit.',
      es: 'Lo sentimos, eso tampoco coincide. Por favor, tómese su tiempo y revise cada dígito.',
    },
  },
  'one-moment': { text: { en: 'One moment, please.', es: 'Un momento, por favor.' } },
  'cannot-verify': {
    text: {
      en: 'We are sorry. We cannot verify you during this call.',
      es: 'Lo sentimos. No podemos verificar su identidad durante esta llamada.',
    },
  },
  'not-private': {
    text: {
      en: 'We are sorry. This connection is not private at the moment. Please do not key in anything more.',
      es: 'Lo sentimos. Esta conexión no es privada en este momento. Por favor, no ingrese nada más.',
    },
  },
  connecting: {
    text: {
      en: 'Thank you. We are connecting you now.',
      es: 'Gracias. Le estamos comunicando ahora.',
    },
  },
  'connecting-operator': {
    text: {
      en: 'Please hold. We are connecting you to an operator.',
      es: 'Por favor, espere. Le estamos comunicando con un operador.',
    },
  },
  'desk-unavailable': {
    text: {
      en: 'We are sorry. Nobody can take your call at the moment. Please call again later.',
      es: 'Lo sentimos. Nadie puede atender su llamada en este momento. Por favor, llame más tarde.',
    },
  },
  'technical-problem': {
    text: {
      en: 'We are sorry. We have a technical problem. Please call again later.',
      es: 'Lo sentimos. Tenemos un problema técnico. Por favor, llame más tarde.',
    },
  },
  'sorry-for-the-pause': {
    text: { en: 'Sorry for the pause.', es: 'Disculpe la pausa.' },
  },
  'nothing-heard': {
    text: {
      en: 'We did not hear from you. Please call again.',
      es: 'No recibimos su respuesta. Por favor, llame de nuevo.',
    },
  },
  'time-limit': {
    text: {
      en: 'This call has reached its time limit.',
      es: 'Esta llamada ha llegado a su límite de tiempo.',
    },
  },
  goodbye: { text: { en: 'Goodbye.', es: 'Hasta luego.' } },
  'digit-0': { text: { en: 'zero', es: 'cero' } },
  'digit-1': { text: { en: 'one', es: 'uno' } },
  'digit-2': { text: { en: 'two', es: 'dos' } },
  'digit-3': { text: { en: 'three', es: 'tres' } },
  'digit-4': { text: { en: 'four', es: 'cuatro' } },
  'digit-5': { text: { en: 'five', es: 'cinco' } },
  'digit-6': { text: { en: 'six', es: 'seis' } },
  'digit-7': { text: { en: 'seven', es: 'siete' } },
  'digit-8': { text: { en: 'eight', es: 'ocho' } },
  'digit-9': { text: { en: 'nine', es: 'nueve' } },
  'century-18': { text: { en: 'eighteen', es: 'de mil ochocientos' } },
  'century-19': { text: { en: 'nineteen', es: 'de mil novecientos' } },
  'year-1900': { text: { en: 'nineteen hundred', es: 'de mil novecientos' } },
  'year-2000': { text: { en: 'two thousand', es: 'de dos mil' } },
} as const satisfies Record<string, Prompt>;

/** A clip that stands for a number: `number-10` to `number-99`, `day-1` to `day-31`, `month-1` to `month-12`. */
export type NumberPromptId = `${'number' | 'day' | 'month'}-${number}`;

export type PromptId = keyof typeof sentences | NumberPromptId;

function numbered(name: string, first: number, words: Words): Record<string, Prompt> {
  return Object.fromEntries(
    words.en.map((en, i) => [`${name}-${first + i}`, { text: { en, es: words.es[i] ?? '' } }]),
  );
}

export const catalogue: Readonly<Record<PromptId, Prompt>> = {
  ...sentences,
  ...numbered('number', 10, NUMBERS),
  ...numbered('day', 1, DAYS),
  ...numbered('month', 1, MONTHS),
};

export const PROMPT_IDS = Object.keys(catalogue) as readonly PromptId[];

/** A prompt of a line's own, beside those of the catalogue: recorded in the line's folder. */
export type OwnPrompt = `own/${string}`;

/** A prompt in a language other than the call's: `es/choose-language`. */
export type ForeignPrompt = `${Locale}/${PromptId | OwnPrompt}`;

/** Something to say. A `Secret` holds prompt ids with spaces between: a read-out that nobody may see. */
export type Word = PromptId | OwnPrompt | ForeignPrompt | Secret;

/** What is said in one breath: recordings played one after the other without a gap. */
export type Utterance = readonly Word[];

/** Whether a name from a configuration or a folder is one of the catalogue's. */
export function isPromptId(name: string): name is PromptId {
  return Object.hasOwn(catalogue, name);
}
