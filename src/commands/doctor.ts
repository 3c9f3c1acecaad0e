// `tonegate doctor`: checks everything a line needs and prints what it finds, a line each, as it is found.

import type { Finding } from '../doctor/finding.ts';
import { asJson, asText, summary } from '../doctor/report.ts';
import { lookAtBackend } from './doctor-bank.ts';
import { listenToOneCall } from './doctor-call.ts';
import { lookAtEverything } from './doctor-system.ts';

export interface DoctorOptions {
  readonly config: string;
  /** Only the customer's server. */
  readonly backend?: boolean;
  /** A test account for that. */
  readonly accountFile?: string;
  /** Whether a code may be sent to its phone. */
  readonly sendCode?: boolean;
  /** Only the next call. */
  readonly listen?: boolean;
  /** Everything, and whether the agents of desks come. */
  readonly desks?: boolean;
  /** How long to listen. */
  readonly seconds?: number | undefined;
  readonly json?: boolean;
}

/** What nothing can be checked without. */
const UNREACHABLE = ['livekit-unreachable', 'backend-unreachable'];

/**
 * Prints findings. Exit code: 0 no error among them, 1 there is one, 3 what everything needs cannot be
 * reached. Throws what is wrong with the configuration, as a worker would.
 */
export async function runDoctor(
  options: DoctorOptions,
  print: (line: string) => void = ontoStdout(),
): Promise<0 | 1 | 3> {
  const findings: Finding[] = [];
  for await (const finding of look(options)) {
    findings.push(finding);
    print(options.json ? asJson(finding) : asText(finding));
  }
  if (!options.json) print(summary(findings));
  const errors = findings.filter(({ severity }) => severity === 'error');
  const needed = UNREACHABLE[options.backend ? 1 : 0];
  if (errors.some(({ code }) => code === needed)) return 3;
  return errors.length > 0 ? 1 : 0;
}

async function* look(options: DoctorOptions): AsyncGenerator<Finding> {
  const { config, seconds, desks = false } = options;
  if (options.backend) yield* await lookAtBackend(options);
  else if (options.listen) yield* listenToOneCall({ config, seconds });
  else yield* lookAtEverything({ config, desks });
}

/** Prints as long as somebody reads: `tonegate doctor | head` has seen enough. */
function ontoStdout(): (line: string) => void {
  let isRead = true;
  process.stdout.on('error', () => {
    isRead = false;
  });
  return (line) => {
    if (isRead) process.stdout.write(`${line}\n`);
  };
}
