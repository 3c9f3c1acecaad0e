// What an operator should know of a configuration before it is applied, and what only they can do. Pure.

import { isIP } from 'node:net';
import type { RuleConfig } from '../../config/schema.ts';
import type { Routing, RoutingConfig } from './wanted.ts';

type TrunkConfig = RoutingConfig['trunks'][number];

/** What is allowed, works, and is dangerous or surprising; `host` is where LiveKit is. */
export function warningsOf({ trunks, rules = [] }: RoutingConfig, host: string): string[] {
  return [...trunks.flatMap((trunk) => trunkWarnings(trunk, host)), ...rules.flatMap(ruleWarnings)];
}

function trunkWarnings(trunk: TrunkConfig, host: string): string[] {
  const where = `trunk "${trunk.name}"`;
  if (trunk.livekitNumber) {
    return [
      `${where}: numbers bought from LiveKit have no trunk, so LiveKit's own limits hold: 3 minutes of ringing, 24 hours a call, the encryption of its own network`,
      ...(isCloud(host)
        ? []
        : [
            `${where}: only LiveKit Cloud sells numbers; on this server whoever reaches its SIP port can call these without being authenticated: use a trunk`,
          ]),
    ];
  }
  return [
    ...(trunk.authUser === undefined && trunk.encryption !== 'require'
      ? [
          `${where}: neither digest (authUser) nor encryption: whoever reaches the SIP port can call, and can say of themselves what the carrier would; let only the carrier's addresses in, by a firewall or an SBC`,
        ]
      : []),
    ...(trunk.allowedAddresses.some(isHostName)
      ? [
          `${where}: a host name in allowedAddresses is compared with what the caller wrote into From: use addresses or networks`,
        ]
      : []),
  ];
}

function ruleWarnings({ trunk, rooms, pin }: RuleConfig): string[] {
  const where = `a rule of trunk "${trunk}"`;
  return [
    ...(rooms === 'individual'
      ? [
          `${where}: rooms "individual" puts the calling number into room names, and so into logs and webhooks: use callee`,
        ]
      : []),
    ...(rooms === 'direct'
      ? [
          `${where}: rooms "direct" puts all calls into one room, which takes one caller: a second call is refused meanwhile, or puts the first one out if it shows the same number: use callee`,
        ]
      : []),
    ...(pin
      ? [
          `${where}: LiveKit answers before it asks for the PIN, logs in clear what is keyed, and lets callers try as often as they call: it authenticates nobody`,
        ]
      : []),
  ];
}

/** What bought numbers need and only LiveKit Cloud's phone-number interface can do; `ids` are those of rules. */
export function byHand({ rules }: Routing, ids: ReadonlyMap<string, string>): string[] {
  return rules
    .filter(({ trunks }) => trunks.length === 0)
    .flatMap(({ name, numbers }) =>
      numbers.map(
        (number) =>
          `assign ${number} to rule ${name}, once: lk number update --number ${number} --sip-dispatch-rule-id ${ids.get(name) ?? '<its id, shown by apply>'}`,
      ),
    );
}

function isCloud(host: string): boolean {
  return URL.canParse(host) && new URL(host).hostname.endsWith('.livekit.cloud');
}

/** The configuration takes nothing but addresses, networks and host names. */
function isHostName(address: string): boolean {
  return isIP(address.split('/')[0] ?? '') === 0;
}
