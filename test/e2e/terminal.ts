// `tonegate dial` as somebody at a terminal has it, on the system under test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, onTestFailed, onTestFinished } from 'vitest';

/** Calls from a terminal whose input and output are pipes. */
export function dial(...args: string[]) {
  const system = inject('system');
  const main = join(process.cwd(), 'src/main.ts');
  const config = join(system.folder, 'tonegate.yaml');
  return runHere(main, 'dial', '--config', config, ...args);
}

/** A program of ours, run where the system's operator would run it. */
export function runHere(...args: string[]) {
  const child = spawn(process.execPath, args, {
    cwd: inject('system').folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let hasExited = false;
  onTestFailed(() => console.error(`${args.join(' ')} wrote:\n${output}`));
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = once(child, 'exit').then(([code]) => {
    hasExited = true;
    return code as number;
  });
  // A phone whose caller was led to a desk stays on the line.
  const isOver = () => hasExited || /^Call ended:/m.test(output);
  async function readOn(words: string): Promise<void> {
    if (isOver()) throw new Error(`ended without "${words}":\n${output}`);
    await Promise.race([once(child.stdout, 'data'), exited]);
  }
  return {
    output: () => output,
    exited,
    types: (keys: string) => child.stdin.write(keys),
    hangsUp: () => child.stdin.end('h'),
    interrupts: () => child.kill('SIGINT'),
    async reads(words: string): Promise<void> {
      while (!output.includes(words)) await readOn(words);
    },
    /** Types what a question asks for, each time that it is asked, until these words are read. */
    async answers(
      questions: readonly (readonly [asked: RegExp, keys: () => string | Promise<string>])[],
      words: string,
    ): Promise<void> {
      let taken = 0;
      while (!output.includes(words)) {
        const asked = questions
          .map(([question, keys]) => ({ found: question.exec(output.slice(taken)), keys }))
          .find(({ found }) => found !== null);
        if (asked?.found) {
          taken += asked.found.index + asked.found[0].length;
          child.stdin.write(await asked.keys());
        } else await readOn(words);
      }
    },
  };
}
