// Secrets and addresses from the environment: each `NAME` may also be given as `NAME_FILE`, and what
// the local system generated lies in `.tonegate/env`. The only place that reads them; no value is shown.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IvrFault } from '../ivr/fault.ts';
import { Secret } from '../machines/secret.ts';

const REQUIRED = {
  LIVEKIT_URL: 'address of the LiveKit server, for example ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'API key of the LiveKit server',
  LIVEKIT_API_SECRET: 'API secret of the LiveKit server',
  TONEGATE_STORE: 'where records are kept, for example sqlite:tonegate.db',
  TONEGATE_PEPPER: 'at least 32 random characters, for example from: openssl rand -base64 32',
  TONEGATE_SIGNING_KEY:
    'Ed25519 private key (PKCS#8 PEM), from: openssl genpkey -algorithm ed25519',
  TONEGATE_BACKEND_TOKEN: 'bearer token for the backend',
} as const;

/**
 * May be missing: the bearer token of `sms.webhook`; older public keys for the JWKS; where `dev` moved the demo
 * bank and the worker; `1` for the live view that only `dev` has; pino's level word (default `info`).
 */
type OptionalName =
  | 'TONEGATE_SMS_TOKEN'
  | 'TONEGATE_SIGNING_KEYS_PREVIOUS'
  | 'TONEGATE_BACKEND_URL'
  | 'TONEGATE_WORKER_URL'
  | 'TONEGATE_DEV'
  | 'TONEGATE_LOG_LEVEL';

export type VariableName = keyof typeof REQUIRED | OptionalName;

/** Where `tonegate dev` leaves what it generated. */
export const ENV_FILE = join('.tonegate', 'env');

/** The variables asked for; an optional one that is missing is empty. Throws `IVR_CONFIG_INVALID` naming all that are missing or unreadable. */
export function readEnvironment<Name extends VariableName>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv = process.env,
  envFile = ENV_FILE,
): Readonly<Record<Name, Secret>> {
  const generated = readEnvFile(envFile);
  const faults: string[] = [];
  const found = names.map((name): [Name, Secret] => {
    const given = env[name] || readNamedFile(`${name}_FILE`, env, faults);
    const value = given ?? generated[name];
    if (
      (value ?? '') === '' &&
      name in REQUIRED &&
      !faults.some((f) => f.startsWith(`${name}_FILE:`))
    ) {
      faults.push(
        `${name} (or ${name}_FILE) is not set: ${REQUIRED[name as keyof typeof REQUIRED]}`,
      );
    }
    if (name === 'TONEGATE_PEPPER' && value !== undefined && value !== '' && value.length < 32) {
      faults.push(`TONEGATE_PEPPER is too short: ${REQUIRED.TONEGATE_PEPPER}`);
    }
    if (name === 'LIVEKIT_URL' && value !== undefined && value !== '' && !isServerUrl(value)) {
      faults.push('LIVEKIT_URL is no address of a server: use a ws, wss, http or https URL');
    }
    return [name, Secret.of(value ?? '')];
  });
  if (faults.length > 0) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      ['the environment is not complete:', ...faults.map((fault) => `  ${fault}`)].join('\n'),
    );
  }
  return Object.fromEntries(found) as Record<Name, Secret>;
}

/** The schemes of LiveKit's API and the parser's own rules: such a URL cannot be without a host. */
function isServerUrl(text: string): boolean {
  return /^(wss?|https?):\/\//i.test(text) && URL.canParse(text);
}

/** What stands in the file that a variable names; undefined where the variable is not set. */
function readNamedFile(
  variable: string,
  env: NodeJS.ProcessEnv,
  faults: string[],
): string | undefined {
  const file = env[variable];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    faults.push(`${variable}: the file cannot be read (${code ?? 'unknown'})`);
    return '';
  }
}

/** A variable that may be missing, from the process's own environment. */
export function given(
  name: VariableName,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  return fromEnvironment(name, env);
}

/** What a trunk's carrier, or LiveKit for it, asks for; the variable it comes from, also as `NAME_FILE`. */
export function trunkVariable(trunk: string, what: 'PASSWORD' | 'PIN'): string {
  return `TONEGATE_TRUNK_${trunk.toUpperCase().replaceAll('-', '_')}_${what}`;
}

/** The digest password or the PIN of a trunk; null where it is not set. Throws `IVR_CONFIG_INVALID` where its file cannot be read. */
export function trunkSecret(
  trunk: string,
  what: 'PASSWORD' | 'PIN',
  env: NodeJS.ProcessEnv = process.env,
  envFile = ENV_FILE,
): Secret | null {
  const variable = trunkVariable(trunk, what);
  const value = fromEnvironment(variable, env) ?? readEnvFile(envFile)[variable];
  return value === undefined || value === '' ? null : Secret.of(value);
}

function fromEnvironment(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const faults: string[] = [];
  const value = env[variable] || readNamedFile(`${variable}_FILE`, env, faults);
  if (faults.length > 0) throw new IvrFault('IVR_CONFIG_INVALID', faults.join('\n'));
  return value;
}

function readEnvFile(file: string): Record<string, string> {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `${file} cannot be read (${code ?? 'unknown'}): make it readable, or remove it`,
    );
  }
  return Object.fromEntries(
    source
      .split('\n')
      .filter((line) => /^[A-Z_][A-Z0-9_]*=/.test(line))
      .map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}
