// Makes the image of a Dockerfile without a container engine: each stage is a folder, each step is done
// in it as written. What a step copies must be there and may not be kept out by .dockerignore. Packages
// are those of this clone, which has the same lock file; files of the base image are not made.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob } from 'node:path';
import { promisify } from 'node:util';
import { execForm, type Instruction, parseDockerfile, type Stage } from './dockerfile.ts';

const run = promisify(execFile);

export interface Image {
  /** What is `/` in it. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** uid and gid. */
  readonly user: string;
  readonly workdir: string;
  readonly stopSignal: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
}

export async function buildImage(clone: string, folder: string): Promise<Image> {
  const stages = parseDockerfile(await readFile(join(clone, 'Dockerfile'), 'utf8'));
  const ignore = await readFile(join(clone, '.dockerignore'), 'utf8');
  const build = { clone, folder, stages, letIn: letInBy(ignore) };
  for (const stage of stages) await make(stage, build);
  const last = stages.at(-1)!;
  const said = (word: string) => last.instructions.findLast((one) => one.word === word)?.rest ?? '';
  return {
    root: join(folder, last.name),
    env: Object.fromEntries(
      said('ENV')
        .split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]),
    ),
    user: said('USER'),
    workdir: said('WORKDIR'),
    stopSignal: said('STOPSIGNAL'),
    entrypoint: execForm(said('ENTRYPOINT')),
    cmd: execForm(said('CMD')),
    healthcheck: execForm(said('HEALTHCHECK').replace(/^.*?CMD /, '')),
  };
}

interface Build {
  readonly clone: string;
  readonly folder: string;
  readonly stages: readonly Stage[];
  readonly letIn: (path: string) => boolean;
}

async function make({ name, instructions }: Stage, build: Build): Promise<void> {
  const root = join(build.folder, name);
  let workdir = '/';
  for (const instruction of instructions) {
    const here = join(root, workdir);
    if (instruction.word === 'WORKDIR') {
      workdir = instruction.rest;
      await mkdir(join(root, workdir), { recursive: true });
    } else if (instruction.word === 'COPY') {
      await copy(instruction, root, workdir, build);
    } else if (instruction.word === 'RUN') {
      if (instruction.rest.startsWith('npm ci ')) await takeModules(build.clone, here);
      else
        await promisify(execFile)('sh', ['-ec', `exec 1>&2; ${instruction.rest}`], { cwd: here });
    }
  }
}

async function copy(
  { flags, rest }: Instruction,
  root: string,
  workdir: string,
  { clone, folder, stages, letIn }: Build,
): Promise<void> {
  const sources = rest.split(/\s+/);
  const target = sources.pop() ?? '';
  const to = join(root, target.startsWith('/') ? target : join(workdir, target));
  const from = stages.find(({ name }) => name === flags.from);
  for (const source of sources) {
    // Its base image's own.
    if (
      from &&
      !from.instructions.some(({ word, rest }) => word === 'WORKDIR' && source.startsWith(rest))
    )
      continue;
    if (!from && !letIn(source)) throw new Error(`.dockerignore keeps ${source} out`);
    const path = from ? join(folder, from.name, source) : join(clone, source);
    const isFile = (await stat(path)).isFile();
    await mkdir(dirname(to), { recursive: true });
    const into = sources.length > 1 || target.endsWith('/') || target === '.';
    const at = isFile && into ? join(to, basename(source)) : to;
    await run('cp', ['-aT', ...(from ? ['-l'] : []), path, at]);
  }
}

/** Of what `npm ci` brings: all that is shipped, and what compiles. The rest would only be pruned again. */
async function takeModules(clone: string, here: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(clone, 'package-lock.json'), 'utf8'));
  const wanted = Object.keys(packages).filter(
    (path) =>
      /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) &&
      (!packages[path].dev || /typescript|types/.test(path)) &&
      existsSync(join(clone, path)),
  );
  const besides = ['node_modules/.bin/tsc', 'node_modules/.package-lock.json'];
  await run('cp', ['-a', '--parents', ...besides, ...wanted, here], { cwd: clone });
}

/** Whether a path at the top gets into the build: nothing does that is not named. */
function letInBy(ignore: string): (path: string) => boolean {
  const patterns = ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns[0] !== '*') throw new Error('.dockerignore lets in what it does not name');
  return (path) => patterns.some((one) => one.startsWith('!') && matchesGlob(path, one.slice(1)));
}
