// A played call in two columns: what its scenario expects, and what happened. Promises that the first difference
// is marked, and that keys are dots. Knows the words, not the call.

/** One line of it. */
export interface Row {
  /** Milliseconds since the scenario began; null for what never came to happen. */
  readonly at: number | null;
  readonly expected: string | null;
  readonly happened: string | null;
  /** The first difference; there is one at most. */
  readonly differs: boolean;
}

type Open = { -readonly [Key in keyof Row]: Row[Key] };

export interface Transcript {
  readonly rows: readonly Row[];
  /** Null while all is as expected. */
  readonly difference: Row | null;
  /** Something happened, whether it is expected or not. */
  tell(happened: string, at: number): TranscriptRow;
  /** Something that was expected happened, in other words or the same. */
  meet(expected: string, at: number, happened?: string): void;
  /** The first difference: in a row of its own, or where `row` tells what happened instead. */
  differ(expected: string, at: number, happened: string, row?: TranscriptRow): void;
  /** Nothing came of this any more. */
  leave(expected: string): void;
}

/** A row that may yet turn out to have been expected. */
export interface TranscriptRow {
  expect(what: string): void;
}

export function openTranscript(): Transcript {
  const rows: Open[] = [];
  const byHandle = new Map<TranscriptRow, Open>();
  const add = (row: Open) => {
    rows.push(row);
    return row;
  };
  return {
    rows,
    get difference() {
      return rows.find(({ differs }) => differs) ?? null;
    },
    tell(happened, at) {
      const row = add({ at, expected: null, happened, differs: false });
      const handle: TranscriptRow = {
        expect(what) {
          row.expected = row.expected === null ? `hears ${what}` : `${row.expected}, ${what}`;
        },
      };
      byHandle.set(handle, row);
      return handle;
    },
    meet(expected, at, happened = expected) {
      add({ at, expected, happened, differs: false });
    },
    differ(expected, at, happened, handle) {
      const row = handle && byHandle.get(handle);
      if (row === undefined) add({ at, expected, happened, differs: true });
      else Object.assign(row, { expected, differs: true });
    },
    leave(expected) {
      add({ at: null, expected, happened: null, differs: false });
    },
  };
}

const COLUMN = 44;

/** The rows as text, each line indented by `indent`. */
export function inColumns(rows: readonly Row[], indent: string): string {
  const line = (mark: string, at: string, left: string, right: string) =>
    `${indent}${mark} ${at.padStart(9)}  ${left.padEnd(COLUMN)} │ ${right}`.trimEnd();
  const told = rows.flatMap(({ at, expected, happened, differs }) => {
    const lefts = wrapped(expected ?? '');
    const rights = wrapped(happened ?? '');
    const height = Math.max(lefts.length, rights.length);
    return Array.from({ length: height }, (_, i) =>
      line(
        differs && i === 0 ? '✗' : ' ',
        i === 0 && at !== null ? `${(at / 1000).toFixed(2)} s` : '',
        lefts[i] ?? '',
        rights[i] ?? '',
      ),
    );
  });
  return [line(' ', '', 'expected', 'happened'), ...told].join('\n');
}

function wrapped(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length <= COLUMN || last === '') lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines;
}
