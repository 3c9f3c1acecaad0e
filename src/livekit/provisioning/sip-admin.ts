// LiveKit's trunks and rules: list, create, replace, remove. Promises: every refusal is an `IvrFault` that
// says what was attempted and what to do, and no secret; what is gone already counts as removed.

import {
  CreateSIPDispatchRuleRequest,
  CreateSIPInboundTrunkRequest,
  SIPDispatchRuleInfo,
  type SIPInboundTrunkInfo,
} from '@livekit/protocol';
import { AccessToken, ServerError, SipClient } from 'livekit-server-sdk';
import { IvrFault } from '../../ivr/fault.ts';
import { apiFault, type LiveKitApi, refusalOf } from '../server-api.ts';

const TIMEOUT_MS = 10_000;
/** Twirp's words for: understood, and not possible as things are. */
const REFUSALS = new Set([
  'invalid_argument',
  'failed_precondition',
  'already_exists',
  'malformed',
]);

/** All inbound trunks and dispatch rules, ours or not. */
export interface SipState {
  readonly trunks: readonly SIPInboundTrunkInfo[];
  readonly rules: readonly SIPDispatchRuleInfo[];
}

export interface SipAdmin {
  list(): Promise<SipState>;
  createTrunk(info: SIPInboundTrunkInfo): Promise<void>;
  replaceTrunk(id: string, info: SIPInboundTrunkInfo): Promise<void>;
  removeTrunk(id: string): Promise<void>;
  createRule(info: SIPDispatchRuleInfo): Promise<void>;
  replaceRule(id: string, info: SIPDispatchRuleInfo): Promise<void>;
  removeRule(id: string): Promise<void>;
}

export function sipAdmin(api: LiveKitApi): SipAdmin {
  const sip = new SipClient(api.host, api.key, api.secret, { failover: false });

  const removeRule = (id: string) =>
    attempt('removing a dispatch rule', () => gone(sip.deleteSipDispatchRule(id)));

  /** A server that does not know a limit leaves it out: the rule would take everybody's calls. */
  async function heldTo(
    { name, numbers, inboundNumbers }: SIPDispatchRuleInfo,
    made: SIPDispatchRuleInfo,
  ) {
    if (
      made.numbers.length === numbers.length &&
      made.inboundNumbers.length === inboundNumbers.length
    ) {
      return;
    }
    await removeRule(made.sipDispatchRuleId);
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `dispatch rule "${name}": this LiveKit server cannot limit a rule to numbers, so the rule was taken away again; update the server (v1.13.5 can)`,
    );
  }

  return {
    list: () =>
      attempt('looking up trunks and dispatch rules', async () => {
        const [trunks, rules] = await Promise.all([
          sip.listSipInboundTrunk(),
          sip.listSipDispatchRule(),
        ]);
        return { trunks, rules };
      }),
    createTrunk: (trunk) =>
      attempt(`creating trunk "${trunk.name}"`, async () => {
        const request = new CreateSIPInboundTrunkRequest({ trunk });
        await ask(api, 'CreateSIPInboundTrunk', request.toJsonString());
      }),
    replaceTrunk: (id, trunk) =>
      attempt(`changing trunk "${trunk.name}"`, async () => {
        await sip.updateSipInboundTrunk(id, trunk);
      }),
    removeTrunk: (id) => attempt('removing a trunk', () => gone(sip.deleteSipTrunk(id))),
    createRule: (dispatchRule) =>
      attempt(`creating dispatch rule "${dispatchRule.name}"`, async () => {
        const request = new CreateSIPDispatchRuleRequest({ dispatchRule });
        const answer = await ask(api, 'CreateSIPDispatchRule', request.toJsonString());
        const made = SIPDispatchRuleInfo.fromJsonString(answer, { ignoreUnknownFields: true });
        await heldTo(dispatchRule, made);
      }),
    replaceRule: (id, rule) =>
      attempt(`changing dispatch rule "${rule.name}"`, async () => {
        await heldTo(rule, await sip.updateSipDispatchRule(id, rule));
      }),
    removeRule,
  };
}

/**
 * Asks LiveKit's documented HTTP interface directly: livekit-server-sdk 2.19.2 cannot create a rule that is
 * limited to numbers, nor a trunk with a limit of time.
 */
async function ask(
  { host, key, secret }: LiveKitApi,
  method: string,
  body: string,
): Promise<string> {
  const token = new AccessToken(key, secret, { ttl: '1m' });
  token.addSIPGrant({ admin: true });
  const response = await fetch(
    new URL(`/twirp/livekit.SIP/${method}`, host.replace(/^ws/, 'http')),
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token.toJwt()}`,
        'content-type': 'application/json',
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    },
  );
  const answer = await response.text();
  if (!response.ok) throw new ServerError(method, '', response.status, twirpCode(answer));
  return answer;
}

function twirpCode(answer: string): string | undefined {
  try {
    const { code } = JSON.parse(answer);
    return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

async function attempt<Answer>(what: string, request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || !REFUSALS.has(refusal)) throw apiFault(what, error);
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `${what}: LiveKit refused it (${refusal}). What was done before stays. If somebody else takes these calls, "tonegate provision plan" says who: mend that, and apply again`,
    );
  }
}

async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (refusalOf(error) !== 'not_found') throw error;
  }
}
