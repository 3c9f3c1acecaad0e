// argv → command. Nothing else: each command lives in src/commands, loaded when it is asked for.

import { Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeOf, explain } from './commands/exit-code.ts';
import { headerOption } from './commands/header-option.ts';
import { VERSION } from './commands/version.ts';

const program = new Command('tonegate')
  .description('DTMF-first IVR agent for LiveKit: screens, asks, verifies, hands over.')
  .version(VERSION)
  .showHelpAfterError('Run with --help to see what there is.')
  .exitOverride();

function command(name: string, description: string, parent = program): Command {
  return parent
    .command(name)
    .description(description)
    .exitOverride()
    .addOption(
      new Option('--config <file>', 'the configuration')
        .env('TONEGATE_CONFIG')
        .default('tonegate.yaml'),
    );
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
  throw new InvalidArgumentError('A port is a whole number from 1 to 65535.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 86_400) return value;
  throw new InvalidArgumentError('Give whole seconds, 1 to 86400.');
}

command(
  'worker',
  'serve calls; SIGTERM or SIGINT once drains, twice stops now; SIGHUP takes over new lines and recordings',
)
  .option('--port <n>', 'HTTP port instead of http.port', port)
  .action(async (options) => {
    const { serveCalls } = await import('./commands/worker.ts');
    await serveCalls(options);
  });

const dev = command('dev', 'run a complete local system: what `npm start` runs')
  .option('--simulate', 'no server: the same charts in this terminal')
  .option('--no-stack', 'Redis, LiveKit and the SIP bridge run already, as in compose.yaml')
  .option(
    '--no-worker',
    'workers run elsewhere: only trunks and rules, the demo bank and the demo desks',
  )
  .action(async ({ simulate, ...options }) => {
    if (simulate) {
      const { dialSimulated } = await import('./commands/dial-simulated.ts');
      process.exitCode = await dialSimulated({ config: options.config });
    } else {
      const { runDev } = await import('./commands/dev.ts');
      process.exitCode = await runDev(options);
    }
  });
for (const name of ['livekit', 'sip', 'rtp', 'redis', 'page', 'bank', 'worker']) {
  dev.addOption(
    new Option(`--port-${name} <n>`, `port of ${name}`)
      .env(`TONEGATE_PORT_${name.toUpperCase()}`)
      .argParser(port),
  );
}

command('dial [number]', 'a phone in the terminal: keys become DTMF, prompts are shown as text')
  .option('--simulate', 'no server: the same charts in this process')
  .option(
    '--header <line>',
    'a header of the INVITE, "Name: value"; may be repeated',
    headerOption,
    [],
  )
  .option('--record <file>', 'what the caller hears, as a WAV file')
  .action(async (number: string | undefined, { simulate, ...options }) => {
    const { dialSimulated } = await import('./commands/dial-simulated.ts');
    const { dialLive } = await import('./commands/dial.ts');
    process.exitCode = await (simulate ? dialSimulated : dialLive)({ ...options, number });
  });

// --config and --json are options of `qa` itself, wherever they stand.
const qa = command('qa [files...]', 'play scenario files: does a call go as its file has it?')
  .option('--live', 'over LiveKit, on the system that runs; without it, simulated in this process')
  .option('--junit <file>', "also write JUnit's XML")
  .option('--json', 'one JSON object a scenario')
  .action(async (files: string[], options) => {
    if (files.length === 0) qa.error('Name the files with the scenarios: tonegate qa FILE…');
    const { runQa } = await import('./commands/qa.ts');
    process.exitCode = await runQa(files, options);
  });
command('schema', 'print the JSON Schema of a scenario file', qa)
  .addOption(new Option('--write', 'write docs/scenario.schema.json'))
  .addOption(new Option('--check', 'say whether docs/scenario.schema.json is up to date'))
  .action(async ({ write, check }) => {
    const { publishScenarioSchema } = await import('./commands/qa-schema.ts');
    process.exitCode = await publishScenarioSchema(write ? 'write' : check ? 'check' : 'print');
  });

const provision = program
  .command('provision')
  .description("LiveKit's trunks and dispatch rules, as the configuration says")
  .exitOverride();
command('plan', 'show what would change', provision)
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { provisionPlan } = await import('./commands/provision.ts');
    process.exitCode = await provisionPlan(options);
  });
command('apply', 'make it so; touches only what is named tonegate/…', provision)
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { provisionApply } = await import('./commands/provision.ts');
    process.exitCode = await provisionApply(options);
  });

command('doctor', 'check everything a line needs: what is wrong, why it matters, how to mend it')
  .addOption(
    new Option('--backend', "only the customer's server: does it keep its contract?").conflicts([
      'listen',
      'desks',
    ]),
  )
  .addOption(
    new Option(
      '--account-file <file>',
      'with --backend: a test account, and all that can only be asked about one',
    ).implies({ backend: true }),
  )
  .addOption(
    new Option('--send-code', 'with --account-file: sends one text message to its phone').implies({
      backend: true,
    }),
  )
  .addOption(
    new Option('--listen', 'only the next call: what it brings, names and counts').conflicts([
      'desks',
    ]),
  )
  .option('--seconds <n>', 'how long to listen', seconds)
  .option('--desks', "also call each desk's agent into an empty room")
  .option('--json', 'one JSON object per finding')
  .action(async (options) => {
    const { runDoctor } = await import('./commands/doctor.ts');
    process.exitCode = await runDoctor(options);
  });

// --json and --config are options of `calls` itself, wherever they stand: its subcommands ask with globals.
const calls = command('calls', 'list call records, oldest first')
  .addOption(new Option('--json', 'one JSON object a line').conflicts('csv'))
  .option('--csv', 'as a telephone system writes them (SMDR)')
  .option('--follow', 'go on with new ones as they come, until Ctrl-C')
  .action(async ({ json, csv, follow }) => {
    const { printCalls } = await import('./commands/calls.ts');
    const format = json ? 'json' : csv ? 'csv' : 'table';
    await printCalls({ format, follow: follow === true, out: process.stdout });
  });
command('verify', 'check the chain of records and its seals', calls)
  .option('--seals <file>', 'also the seals in this file, kept outside the store')
  .option('--json', 'as JSON')
  .action(async (_, asked: Command) => {
    const { verifyCalls } = await import('./commands/calls-verify.ts');
    process.exitCode = await verifyCalls(asked.optsWithGlobals());
  });
command('seal', 'sign how long the chain is and how it ends; prints the seal', calls)
  .option('--list', 'only print all seals that there are')
  .option('--json', 'as JSON')
  .action(async ({ list }, asked: Command) => {
    const { listSeals, sealCalls } = await import('./commands/calls-seal.ts');
    process.exitCode = await (list ? listSeals : sealCalls)(asked.optsWithGlobals());
  });
command('purge', 'remove old records; their seal stays', calls)
  .requiredOption('--before <date>', 'of calls that had ended before: 2026-01-31, or ISO 8601')
  .option('--seals <file>', 'not where the seals in this file, kept outside the store, contradict')
  .option('--even-if-broken', 'though the chain is broken: its seal says so, nobody can look again')
  .option('--json', 'as JSON')
  .action(async (_, asked: Command) => {
    const { purgeCalls } = await import('./commands/calls-purge.ts');
    process.exitCode = await purgeCalls(asked.optsWithGlobals());
  });
command('schema', 'print the JSON Schema of a record', calls)
  .addOption(new Option('--write', 'write docs/call-record.schema.json'))
  .addOption(new Option('--check', 'say whether docs/call-record.schema.json is up to date'))
  .action(async ({ write, check }) => {
    const { publishRecordSchema } = await import('./commands/calls-schema.ts');
    process.exitCode = await publishRecordSchema(write ? 'write' : check ? 'check' : 'print');
  });

const locks = program.command('locks').description('accounts without tries left').exitOverride();
command('list', 'which accounts are locked, and until when', locks)
  .option('--cleared', 'what was cleared instead: when, by whom, why')
  .option('--json', 'one JSON object a line')
  .action(async (options) => {
    const { listLocks } = await import('./commands/locks.ts');
    process.exitCode = await listLocks(options);
  });
command('clear <ref>', 'give an account all its tries back', locks)
  .requiredOption('--reason <text>', 'why; it is kept')
  .action(async (ref: string, { reason }) => {
    const { clearLock } = await import('./commands/locks.ts');
    process.exitCode = await clearLock({ ref, reason });
  });

const config = program.command('config').description('the configuration').exitOverride();
command('check', 'validate; prints all faults at once', config).action(async (options) => {
  const { checkConfig } = await import('./commands/configuration.ts');
  process.exitCode = await checkConfig(options.config);
});
command('schema', 'print the JSON Schema of tonegate.yaml', config)
  .addOption(new Option('--write', 'write docs/tonegate.schema.json'))
  .addOption(new Option('--check', 'say whether docs/tonegate.schema.json is up to date'))
  .action(async ({ write, check }) => {
    const { publishConfigSchema } = await import('./commands/configuration.ts');
    process.exitCode = await publishConfigSchema(write ? 'write' : check ? 'check' : 'print');
  });

const prompts = program.command('prompts').description('the recordings').exitOverride();
command('check', 'check all recordings, those of the lines too', prompts)
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { checkPrompts } = await import('./commands/prompts.ts');
    process.exitCode = await checkPrompts(options);
  });
command('script', "print the voice talent's script as Markdown", prompts)
  .addOption(
    new Option('--locale <locale>', 'the language').choices(['en', 'es']).makeOptionMandatory(),
  )
  .option('--line <name>', "with the line's own words and prompts")
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { printScript } = await import('./commands/prompt-script.ts');
    await printScript(options);
  });
command('build', 'make placeholders for missing recordings (flite, espeak-ng)', prompts).action(
  async (options) => {
    const { buildPrompts } = await import('./commands/prompts.ts');
    process.exitCode = await buildPrompts(options);
  },
);

command('viz', 'write the charts to docs/machines')
  .option('--check', 'say whether they are up to date')
  .action(async ({ check }) => {
    const { writeCharts } = await import('./commands/viz.ts');
    process.exitCode = await writeCharts({ check: check === true });
  });

try {
  await program.parseAsync();
} catch (error) {
  explain(error);
  process.exitCode = exitCodeOf(error);
}
