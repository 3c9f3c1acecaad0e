// How wide a text is drawn, and how it is broken into lines, without a browser at hand. Widths are those
// of Arial at 16 px, which Mermaid falls back to; other fonts differ by a tenth or two. Pure.

const NARROW = /[fijlrtI.,:;'’|!()[\]{}/ ]/;
const WIDE = /[mwMW—…%@]/;
const CAPITAL = /[A-Z&_<>→]/;

/** Width of one line in pixels, about. */
export function textWidth(line: string): number {
  return [...line].reduce((sum, sign) => sum + signWidth(sign), 0);
}

function signWidth(sign: string): number {
  if (NARROW.test(sign)) return 4.6;
  if (WIDE.test(sign)) return 13.5;
  return CAPITAL.test(sign) ? 11 : 8.7;
}

/** Breaks a text into lines of at most `width` pixels; a word that is longer is broken in its humps. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(...broken(word, width));
  }
  return lines;
}

function broken(word: string, width: number): string[] {
  const lines = [''];
  for (const part of word.split(/(?<=[._-])|(?=[A-Z])/)) {
    const last = lines.at(-1) ?? '';
    if (last === '' || textWidth(last + part) <= width) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines;
}
