// The pages of the documentation as a reader of GitHub sees them: their headings and where their links lead.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const clone = join(import.meta.dirname, '../..');

export interface Page {
  /** From the clone's root, with slashes. */
  readonly path: string;
  /** Targets as they are written, of links and pictures; not those within code. */
  readonly links: readonly string[];
  /** What may stand behind a `#`. */
  readonly anchors: ReadonlySet<string>;
}

/** Of the pages that match, by path. */
export function pagesAt(...patterns: readonly string[]): ReadonlyMap<string, Page> {
  const paths = globSync(patterns, { cwd: clone }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.toSorted().map((path) => [path, pageOf(path, read(path))]));
}

export const read = (path: string) => readFileSync(join(clone, path), 'utf8');

/** A page of this text. */
export function pageOf(path: string, text: string): Page {
  const prose = text.replaceAll(/^( *)(```|~~~).*\n(?:.*\n)*?\1\2 *$/gm, '');
  const unquoted = prose.replaceAll(/`[^`\n]*`/g, '');
  const inline = [...unquoted.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
  const named = [...unquoted.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  return {
    path,
    links: [...inline, ...named].map(([, target = '']) => target),
    anchors: anchorsOf(prose),
  };
}

function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, id = ''] of prose.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+?)#*$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** As GitHub makes them. */
function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
