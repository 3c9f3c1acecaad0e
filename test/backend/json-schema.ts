// JSON Schema (2020-12), as far as docs/backend.openapi.yaml uses it. Written without what the product
// validates with, so that the two can be compared. A keyword that it does not know is an error, never a yes.

export type Schema = Readonly<Record<string, unknown>>;

/** Says nothing about values. */
const PROSE = ['title', 'description', 'format'];

type Keyword = (
  value: unknown,
  wanted: never,
  fits: (value: unknown, part: unknown) => boolean,
) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (value, types: string | readonly string[]) => [types].flat().includes(typeOf(value)),
  const: (value, wanted: unknown) => value === wanted,
  enum: (value, wanted: readonly unknown[]) => wanted.includes(value),
  minimum: (value, least: number) => typeof value !== 'number' || value >= least,
  minLength: (value, least: number) => typeof value !== 'string' || [...value].length >= least,
  maxLength: (value, most: number) => typeof value !== 'string' || [...value].length <= most,
  pattern: (value, pattern: string) =>
    typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  items: (value, part: Schema, fits) =>
    !Array.isArray(value) || value.every((item) => fits(item, part)),
  required: (value, names: readonly string[]) =>
    !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (value, parts: Readonly<Record<string, Schema>>, fits) =>
    !isObject(value) ||
    Object.entries(parts).every(
      ([name, part]) => !Object.hasOwn(value, name) || fits(value[name], part),
    ),
  oneOf: (value, parts: readonly Schema[], fits) =>
    parts.filter((part) => fits(value, part)).length === 1,
  not: (value, part: Schema, fits) => !fits(value, part),
};

/** Whether `value` fits `schema`; `#/…` in it is looked up in `root`. */
export function fitsSchema(value: unknown, schema: Schema, root: Schema): boolean {
  const fits = (one: unknown, part: unknown) => fitsSchema(one, part as Schema, root);
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (PROSE.includes(keyword)) return true;
    if (keyword === '$ref') return fits(value, resolved(wanted as string, root));
    if (keyword === 'additionalProperties') {
      if (wanted !== false) throw new Error(`additionalProperties: ${wanted} is not known here`);
      const known = Object.keys(schema.properties as object);
      return !isObject(value) || Object.keys(value).every((name) => known.includes(name));
    }
    const keep = KEYWORDS[keyword];
    if (keep === undefined) throw new Error(`the keyword ${keyword} is not known here`);
    return keep(value, wanted as never, fits);
  });
}

function resolved(ref: string, root: Schema): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((part, name) => (part as Schema)[name], root);
}
