// Reads a YAML file into a shape: all of it, or one fault that lists everything wrong with it, where, and what to
// write instead. Values of the file are never repeated.

import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import type { ConfigFault } from './outline.ts';

/** The text of a file. `what` and `mend` say what it was to be, and how to name another. */
export async function readText(
  path: string,
  { what, mend }: { readonly what: string; readonly mend: string },
): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `cannot read ${what} ${path} (${code ?? 'unknown'}): ${mend}`,
    );
  }
}

/**
 * Validates the text of a file that lies at `path`. Throws `IVR_CONFIG_INVALID` with all faults together;
 * `others`: those that the shape alone does not show.
 */
export function parseYaml<Shape extends z.ZodType>(
  source: string,
  path: string,
  shape: Shape,
  others: (raw: unknown) => readonly ConfigFault[],
): z.output<Shape> {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, {
    lineCounter,
    prettyErrors: false,
    // The parser's warnings repeat what stands in the file.
    logLevel: 'error',
  });
  const positionOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const lines = document.errors.map((error) => `${positionOf(error.pos[0])}: ${error.code}`);
    throw invalid(path, lines, 'is not readable as YAML');
  }
  let raw: unknown;
  try {
    raw = document.toJS();
  } catch {
    // The parser's own message would repeat the text of the alias.
    throw invalid(path, ['an alias (*) stands for nothing: quote the text'], 'has faults');
  }
  const parsed = shape.safeParse(raw);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => flatten(issue))),
    ...others(raw),
  ];
  if (parsed.success && faults.length === 0) return parsed.data;
  throw invalid(
    path,
    faults.map(({ path: at, message }) => {
      const node = document.getIn(at, true) as { range?: [number, number, number] } | undefined;
      const where = node?.range ? `${positionOf(node.range[0])}: ` : '';
      return `${where}${at.map(String).join('.') || 'the file'}: ${message}`;
    }),
    'has faults',
  );
}

function invalid(path: string, lines: readonly string[], what: string): IvrFault {
  return new IvrFault(
    'IVR_CONFIG_INVALID',
    [`${path} ${what} (${lines.length}):`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
}

/** A choice between shapes is reported by the shape that fits best. */
function flatten(issue: z.core.$ZodIssue): ConfigFault[] {
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: issue.path, message }));
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
    return [{ path: issue.path, message: isMissing ? 'is missing: add it' : issue.message }];
  }
  const depth = (branch: readonly z.core.$ZodIssue[]) =>
    Math.max(...branch.map(({ path }) => path.length));
  const best =
    [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
  return best.flatMap((inner) =>
    flatten({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue),
  );
}
