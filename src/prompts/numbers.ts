// The words of clips that stand for a number, per locale, in order. Pure data.

/** Words of the same numbers in every locale. */
export type Words = Readonly<Record<'en' | 'es', readonly string[]>>;

const UNITS = {
  en: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  es: ['uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve'],
};

const TEENS = {
  en: 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' '),
  es: 'diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve'.split(' '),
};

const TWENTIES_ES =
  'veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve';

/** Ten to ninety-nine. */
export const NUMBERS: Words = {
  en: [
    ...TEENS.en,
    ...['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'].flatMap(
      (ten) => [ten, ...UNITS.en.map((unit) => `${ten}-${unit}`)],
    ),
  ],
  es: [
    ...TEENS.es,
    ...TWENTIES_ES.split(' '),
    ...['treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa'].flatMap(
      (ten) => [ten, ...UNITS.es.map((unit) => `${ten} y ${unit}`)],
    ),
  ],
};

const ORDINALS_EN =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth ' +
  'fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first ' +
  'twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth ' +
  'twenty-ninth thirtieth thirty-first';

/** The days of a month: English counts them by ordinals, Spanish only the first. */
export const DAYS: Words = {
  en: ORDINALS_EN.split(' '),
  es: ['primero', ...UNITS.es.slice(1), ...NUMBERS.es.slice(0, 22)],
};

export const MONTHS: Words = {
  en: 'January February March April May June July August September October November December'.split(
    ' ',
  ),
  es: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'
    .split(' ')
    .map((month) => `de ${month}`),
};
