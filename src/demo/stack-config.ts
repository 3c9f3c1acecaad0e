// The configuration files of the local stack: everything on loopback, on the ports given, without
// public addresses. Pure text; who writes and runs it is stack.ts.

import { networkInterfaces } from 'node:os';
import { stringify } from 'yaml';
import { LOOPBACK, type PortUse } from './ports.ts';

/** Where the local stack listens. */
export interface StackPorts {
  /** HTTP and WebSocket; media is UDP two ports up, as is LiveKit's habit. */
  readonly livekit: number;
  /** SIP over UDP and TCP. */
  readonly sip: number;
  /** First of the ports for the callers' RTP. */
  readonly rtp: number;
  readonly redis: number;
}

/** What the LiveKit server and whoever talks to it share. The secret has 32 characters or more. */
export interface StackKeys {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The bridge keeps the port of an ended call for 30 s, so this bounds calls per half minute. */
const RTP_PORTS = 400;

const STUN_PORT = 3478;

const logging = { level: 'info', json: true };

/** Every port the stack is about to listen on, but for RTP, where the bridge looks for free ones. */
export function portUses(ports: StackPorts): PortUse[] {
  return [
    { name: 'livekit', port: ports.livekit, protocol: 'tcp' },
    { name: 'livekit', port: mediaPort(ports), protocol: 'udp' },
    { name: 'sip', port: ports.sip, protocol: 'tcp' },
    { name: 'sip', port: ports.sip, protocol: 'udp' },
    { name: 'redis', port: ports.redis, protocol: 'tcp' },
  ];
}

export function livekitConfig(ports: StackPorts, keys: StackKeys): string {
  return stringify({
    port: ports.livekit,
    bind_addresses: [LOOPBACK],
    keys: { [keys.apiKey]: keys.apiSecret },
    redis: { address: `${LOOPBACK}:${ports.redis}` },
    rtc: {
      udp_port: mediaPort(ports),
      // ICE over TCP would listen on every interface.
      tcp_port: 0,
      node_ip: LOOPBACK,
      interfaces: { includes: [loopbackInterface()] },
      enable_loopback_candidate: true,
      use_external_ip: false,
      // Without one, clients are told to ask public servers: each call looks their names up, and nothing of this
      // may leave the machine. Nobody needs an answer, for all addresses are known.
      stun_servers: [`${LOOPBACK}:${STUN_PORT}`],
    },
    logging,
  });
}

export function bridgeConfig(ports: StackPorts, keys: StackKeys): string {
  return stringify({
    api_key: keys.apiKey,
    api_secret: keys.apiSecret,
    ws_url: `ws://${LOOPBACK}:${ports.livekit}`,
    redis: { address: `${LOOPBACK}:${ports.redis}` },
    sip_port: ports.sip,
    rtp_port: `${ports.rtp}-${ports.rtp + RTP_PORTS}`,
    listen_ip: LOOPBACK,
    nat_1_to_1_ip: LOOPBACK,
    use_external_ip: false,
    logging,
  });
}

function mediaPort(ports: StackPorts): number {
  return ports.livekit + 2;
}

function loopbackInterface(): string {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ address }) => address === LOOPBACK),
  );
  return found?.[0] ?? 'lo';
}
