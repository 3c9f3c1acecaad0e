// Reads a Dockerfile: stages and their instructions, in the forms that ours uses.

export interface Instruction {
  readonly word: string;
  /** `--name=value` before the rest. */
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
}

export interface Stage {
  /** `node:26.10.0-bookworm`. */
  readonly base: string;
  /** Its name, or its place. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of linesOf(text)) {
    const [, word = '', ...parts] = /^([A-Z]+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
    const [flags = '', rest = ''] = parts;
    if (word === 'FROM') {
      const [base = '', , name = String(stages.length)] = rest.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage || word === '') throw new Error(`not understood: ${line}`);
      stage.instructions.push({ word, flags: flagsOf(flags), rest });
    }
  }
  return stages;
}

/** The words of `CMD ["…"]`; throws for the form that a shell would run, which hears no signal. */
export function execForm(text: string): readonly string[] {
  return JSON.parse(text);
}

/** Instructions, each in one line; comments are left out. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
}

function flagsOf(text: string): Record<string, string> {
  const flags = text.trim().split(/\s+/).filter(Boolean);
  return Object.fromEntries(
    flags.map((flag) => [flag.slice(2, flag.indexOf('=')), flag.slice(flag.indexOf('=') + 1)]),
  );
}
