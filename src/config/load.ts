// Reads tonegate.yaml: a whole, valid configuration, or one fault that lists everything wrong with it,
// where, and what to write instead. Values of the file are never repeated.

import { dirname, resolve } from 'node:path';
import { referenceFaults } from './references.ts';
import { type Config, configSchema } from './schema.ts';
import { parseYaml, readText } from './yaml-file.ts';

/** Reads and validates a configuration file. Throws `IVR_CONFIG_INVALID` with all faults together. */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file);
  const source = await readText(path, {
    what: 'the configuration',
    mend: 'name the file with --config FILE or TONEGATE_CONFIG',
  });
  return parseConfig(source, path);
}

/** Validates the text of a configuration that lies at `path`. */
export function parseConfig(source: string, path: string): Config {
  return withPaths(parseYaml(source, path, configSchema, referenceFaults), dirname(path));
}

/** Folders and files are named from the configuration's own folder on. */
function withPaths(config: Config, folder: string): Config {
  const lines = config.lines.map(({ prompts, upstream, ...line }) => ({
    ...line,
    ...(prompts === undefined ? {} : { prompts: resolve(folder, prompts) }),
    ...(upstream === undefined
      ? {}
      : { upstream: { ...upstream, publicKeyFile: resolve(folder, upstream.publicKeyFile) } }),
  }));
  return { ...config, lines };
}
