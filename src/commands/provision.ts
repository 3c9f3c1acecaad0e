// `tonegate provision plan` and `apply`: shows how LiveKit's trunks and dispatch rules differ from the
// configuration, and makes them the same. Prints no password, no PIN and no calling number.

import { readEnvironment, trunkSecret, trunkVariable } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { Change, FieldChange } from '../livekit/provisioning/difference.ts';
import type { RoutingPlan } from '../livekit/provisioning/plan.ts';
import type { SecretOf } from '../livekit/provisioning/wanted.ts';
import { applyRouting, planRouting } from '../livekit/provisioning.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { Secret } from '../machines/secret.ts';

export interface ProvisionOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Prints what `apply` would do. Exit code: 0 it could be applied, 1 somebody else takes the same calls. */
export async function provisionPlan({ config: file, json = false }: ProvisionOptions) {
  const config = await loadConfig(file);
  const { api, secretOf } = settings(config);
  const plan = await planRouting(api, config, secretOf);
  print(json ? JSON.stringify(plan) : planText(plan, TO_DO));
  return plan.conflicts.length === 0 ? 0 : 1;
}

/** Makes it so, and prints what that took. Exit code 0; whatever LiveKit refuses is thrown. */
export async function provisionApply({ config: file, json = false }: ProvisionOptions) {
  const config = await loadConfig(file);
  const { api, secretOf } = settings(config);
  const plan = await applyRouting(api, config, secretOf);
  print(json ? JSON.stringify(plan) : planText(plan, DONE));
  return 0;
}

/** The password or the PIN of a trunk. */
export type NeededSecret = readonly [trunk: string, what: 'PASSWORD' | 'PIN'];

/** Which passwords and PINs a configuration needs, each once. */
export function neededSecrets({ trunks, rules = [] }: Config): readonly NeededSecret[] {
  return trunks.flatMap(({ name, authUser, livekitNumber }): NeededSecret[] => [
    ...(authUser === undefined || livekitNumber ? [] : [[name, 'PASSWORD'] as const]),
    ...(rules.some(({ trunk, pin }) => pin && trunk === name) ? [[name, 'PIN'] as const] : []),
  ]);
}

/** The passwords and PINs a configuration needs. Throws `IVR_CONFIG_INVALID` naming all that are missing. */
export function routingSecrets(config: Config): SecretOf {
  const secrets = new Map(
    neededSecrets(config).map(([trunk, what]) => [
      trunkVariable(trunk, what),
      trunkSecret(trunk, what),
    ]),
  );
  const missing = [...secrets].filter(([, secret]) => secret === null).map(([name]) => name);
  if (missing.length > 0) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      ['the trunks are not complete:', ...missing.map(notSet)].join('\n'),
    );
  }
  return (trunk, what) => secrets.get(trunkVariable(trunk, what)) ?? Secret.empty;
}

function notSet(name: string): string {
  const what = name.endsWith('_PIN')
    ? 'the PIN that callers key, 1 to 16 digits'
    : 'the password that goes with "authUser"';
  return `  ${name} (or ${name}_FILE) is not set: ${what}`;
}

/** What the environment has to give; what is missing there is told all at once. */
function settings(config: Config): { api: LiveKitApi; secretOf: SecretOf } {
  const faults: string[] = [];
  const need = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof IvrFault)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const env = need(() => readEnvironment(['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']));
  const secretOf = need(() => routingSecrets(config));
  if (!env || !secretOf) throw new IvrFault('IVR_CONFIG_INVALID', faults.join('\n'));
  const api = {
    host: env.LIVEKIT_URL.reveal(),
    key: env.LIVEKIT_API_KEY.reveal(),
    secret: env.LIVEKIT_API_SECRET.reveal(),
  };
  return { api, secretOf };
}

const SIGNS = { create: '+', change: '~', remove: '-', unchanged: '=' } as const;
const TO_DO = { create: 'to create', change: 'to change', remove: 'to remove' };
const DONE = { create: 'created', change: 'changed', remove: 'removed' };

function planText(plan: RoutingPlan, words: typeof TO_DO): string {
  const count = (action: Change['action']) =>
    plan.changes.filter((change) => change.action === action).length;
  return [
    `${count('create')} ${words.create}, ${count('change')} ${words.change}, ${count('remove')} ${words.remove}, ${count('unchanged')} unchanged`,
    ...plan.changes.flatMap(({ action, what, name, id, fields }) => [
      `${SIGNS[action]} ${what} ${name}${id === null ? '' : ` (${id})`}`,
      ...fields.map((field) => `    ${field.field}: ${fieldText(field, action === 'create')}`),
    ]),
    ...section('In the way:', plan.conflicts),
    ...section('To be done by hand:', plan.byHand),
    ...section('Warnings:', plan.warnings),
  ].join('\n');
}

function fieldText(change: FieldChange, isNew: boolean): string {
  if ('secret' in change) return change.secret;
  if ('to' in change) {
    return isNew ? change.to : `${change.from || 'not set'} -> ${change.to || 'not set'}`;
  }
  const told = (word: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${isNew ? '' : `${word} `}${values.join(', ')}`];
  return [...told('added', change.added), ...told('removed', change.removed)].join('; ');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function print(text: string): void {
  console.info(text);
}
