// Hands this process over to another Node program: same terminal, its exit code, signals passed on.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';

/** Runs `command` with this process's terminal until it ends, and then ends with its exit code. */
export function handOver(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches the child by itself, being in the terminal's group; a second one means "stop now".
  const terminal = hasTerminal();
  process.on('SIGINT', () => terminal || child.kill('SIGINT'));
  child.on('error', (error) => {
    process.stderr.write(`tonegate: cannot run Node (${error.code})\n`);
    process.exit(3);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
