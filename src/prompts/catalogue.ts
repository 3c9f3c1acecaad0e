// Every sentence a caller can hear: text and recording always together, one file per id and locale
// (`audio/<locale>/<id>.wav`). Pure data; playing and loading live elsewhere.

export const LOCALES = ['en'] as const;
export type Locale = (typeof LOCALES)[number];

interface Prompt {
  /** The words as spoken, per locale. */
  readonly text: Readonly<Record<Locale, string>>;
}

export const catalogue = {
  welcome: {
    text: { en: 'Thank you for calling. Please answer with the keys of your phone.' },
  },
  'operator-hint': {
    text: { en: 'If you need an operator, press zero, then pound.' },
  },
  'enter-account': { text: { en: 'Please enter your account number.' } },
  'enter-account-again': { text: { en: 'Please enter your account number once more.' } },
  'enter-passcode': { text: { en: 'Please enter your passcode.' } },
  'enter-passcode-again': { text: { en: 'Please enter your passcode once more.' } },
  'enter-birth-date': {
    text: {
      en: 'Please enter your date of birth: two digits for the month, two for the day, and four for the year.',
    },
  },
  'enter-birth-date-again': {
    text: { en: 'Please enter your date of birth once more: month, day, and four-digit year.' },
  },
  'code-sent': {
    text: { en: 'We have sent a code by text message to your phone number on file, ending in' },
  },
  'enter-code': { text: { en: 'Please enter that code.' } },
  'enter-code-again': { text: { en: 'Please enter the code once more.' } },
  'resend-hint': { text: { en: 'For a new code, press nine, then pound.' } },
  'code-on-its-way': {
    text: {
      en: 'Your code is still on its way. Please wait a little before you ask for a new one.',
    },
  },
  'no-more-codes': { text: { en: 'We cannot send another code during this call.' } },
  'no-input': { text: { en: 'We did not hear any keys.' } },
  'too-short': { text: { en: 'That number was too short.' } },
  'too-long': { text: { en: 'That number was too long.' } },
  'not-clear': { text: { en: 'Your keys did not come through clearly.' } },
  rejected: { text: { en: 'Sorry, that does not match what we have on file.' } },
  'one-moment': { text: { en: 'One moment, please.' } },
  'cannot-verify': { text: { en: 'We are sorry. We cannot verify you during this call.' } },
  connecting: { text: { en: 'Thank you. We are connecting you now.' } },
  'connecting-operator': { text: { en: 'Please hold. We are connecting you to an operator.' } },
  'desk-unavailable': {
    text: { en: 'We are sorry. Nobody can take your call at the moment. Please call again later.' },
  },
  'technical-problem': {
    text: { en: 'We are sorry. We have a technical problem. Please call again later.' },
  },
  'nothing-heard': { text: { en: 'We did not hear from you. Please call again.' } },
  'time-limit': { text: { en: 'This call has reached its time limit.' } },
  goodbye: { text: { en: 'Goodbye.' } },
  'digit-0': { text: { en: 'zero' } },
  'digit-1': { text: { en: 'one' } },
  'digit-2': { text: { en: 'two' } },
  'digit-3': { text: { en: 'three' } },
  'digit-4': { text: { en: 'four' } },
  'digit-5': { text: { en: 'five' } },
  'digit-6': { text: { en: 'six' } },
  'digit-7': { text: { en: 'seven' } },
  'digit-8': { text: { en: 'eight' } },
  'digit-9': { text: { en: 'nine' } },
} as const satisfies Record<string, Prompt>;

export type PromptId = keyof typeof catalogue;

export const PROMPT_IDS = Object.keys(catalogue) as readonly PromptId[];

/** What is said in one breath: recordings played one after the other without a gap. */
export type Utterance = readonly PromptId[];
