// Findings on LiveKit itself: whether it answers, what we may ask of it, how old it is, whether a SIP
// bridge stands behind it, and whose clock goes wrong.

import type { Asked, ClockFacts, Refusal, ServerFacts } from './facts.ts';
import { error, type Finding, good, warning } from './finding.ts';

/** Server releases: the oldest that tells agents' names, and the oldest that all is tested on. */
const NAMES_AGENTS = [1, 9, 2];
const TESTED = [1, 13, 0];
/** Tickets live 120 s at most, and are checked with a little leeway. */
const CLOCK_WARNING_MS = 2000;
const CLOCK_ERROR_MS = 30_000;

/** Whether LiveKit can be asked at all; what follows is worth telling only then. */
export function serverFindings(server: ServerFacts): Finding[] {
  const refusals = [server.version, server.rooms, server.sip].map(refusalOf);
  if (refusals.every((refusal) => refusal === 'unreachable')) {
    return [error('livekit-unreachable', 'LiveKit gives no answer at LIVEKIT_URL')];
  }
  if (refusals.includes('key')) {
    return [error('livekit-key', 'LiveKit answers, and refuses the API key or its secret')];
  }
  return [
    good('livekit', 'LiveKit answers and takes the API key'),
    ...versionFindings(server.version),
    ...grantFindings(server),
    ...bridgeFindings(server.bridge),
  ];
}

/** How far the clocks of this machine and of `whose` are apart. */
export function clockFindings(whose: string, { aheadMs }: ClockFacts): Finding[] {
  if (aheadMs === null) return [good('clock', `${whose} shows no clock: it cannot be compared`)];
  const apart = Math.abs(aheadMs);
  if (apart <= CLOCK_WARNING_MS) {
    return [good('clock', `the clocks here and of ${whose} are at most 2 s apart`)];
  }
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  const what = `the clock of ${whose} is about ${Math.round(apart / 1000)} s ${direction} the one here`;
  return [apart > CLOCK_ERROR_MS ? error('clock-off', what) : warning('clock-off', what)];
}

function versionFindings(version: Asked<string>): Finding[] {
  if ('refusal' in version) return grant('signing in as an agent', 'agent', version.refusal);
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version.answer)?.slice(1).map(Number);
  if (parts === undefined) return [good('livekit-version', 'LiveKit does not tell its version')];
  const name = `LiveKit server ${parts.join('.')}`;
  if (isBefore(parts, NAMES_AGENTS)) return [error('livekit-outdated', name)];
  if (isBefore(parts, TESTED)) return [warning('livekit-outdated', name)];
  return [good('livekit-version', name)];
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((part, i) => part !== version[i]);
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
}

function grantFindings({ rooms, sip, dispatches }: ServerFacts): Finding[] {
  const findings = [
    ...grant('listing rooms', 'roomList', refusalOf(rooms)),
    ...grant('listing trunks and dispatch rules', 'sip.admin', refusalOf(sip)),
    ...grant('listing dispatches', 'roomAdmin', refusalOf(dispatches)),
  ];
  if (findings.length > 0) return findings;
  return [good('grants', 'rooms, trunks, dispatch rules and dispatches may be asked for')];
}

/** What it means that a question was refused; `name`: the grant it takes. */
function grant(asked: string, name: string, refusal: Refusal | null): Finding[] {
  if (refusal === null) return [];
  if (refusal === 'grant') return [error('livekit-grant', `${asked} is refused: it takes ${name}`)];
  if (name === 'sip.admin') return [error('livekit-sip', `${asked}: LiveKit answers ${refusal}`)];
  return [warning('livekit-grant', `${asked} (${name}): LiveKit answers ${refusal}`)];
}

function bridgeFindings(bridge: ServerFacts['bridge']): Finding[] {
  const abilities = good(
    'bridge-abilities',
    'what the bridge can do is seen in a call only: run `tonegate doctor --listen`, then call',
  );
  if ('refusal' in bridge) {
    const findings = grant('asking for the SIP bridge', 'sip.call', bridge.refusal);
    return [...findings, abilities];
  }
  switch (bridge.answer) {
    case 'connected':
      return [good('bridge', 'a SIP bridge is connected'), abilities];
    case 'overloaded':
      return [warning('bridge-overloaded', 'a SIP bridge is connected, and overloaded'), abilities];
    case 'missing':
      return [error('bridge-missing', 'no SIP bridge answers the LiveKit server')];
    case 'unknown':
      return [good('bridge', 'whether a SIP bridge is connected cannot be seen here'), abilities];
  }
}

function refusalOf(asked: Asked<unknown>): Refusal | null {
  return 'refusal' in asked ? asked.refusal : null;
}
