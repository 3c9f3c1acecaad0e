// Whether the ports of the local system are free, before anything is started on them. Knows names and
// numbers only, not who will listen.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { IvrFault } from '../ivr/fault.ts';

export const LOOPBACK = '127.0.0.1';

/** What a port is moved by: `--port-<name>` or `TONEGATE_PORT_<NAME>`. */
export type PortName = 'livekit' | 'sip' | 'rtp' | 'redis' | 'page' | 'bank' | 'worker';

/** One port somebody is about to listen on. */
export interface PortUse {
  readonly name: PortName;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/**
 * Makes sure that every port is free on loopback and that no two uses share one. Throws
 * `IVR_PORT_BUSY` naming all that are not, with how to move each; nothing is left listening.
 */
export async function checkPortsFree(uses: readonly PortUse[]): Promise<void> {
  await using taken = new AsyncDisposableStack();
  const faults: string[] = [];
  for (const use of uses) {
    const outcome = await (use.protocol === 'tcp' ? takeTcp(use.port) : takeUdp(use.port));
    if (typeof outcome === 'string') faults.push(explain(use, outcome));
    else taken.defer(outcome);
  }
  if (faults.length > 0) throw new IvrFault('IVR_PORT_BUSY', [...new Set(faults)].join('\n'));
}

function explain({ name, port }: PortUse, code: string): string {
  const what =
    code === 'EADDRINUSE' ? 'is in use: stop what uses it or' : `cannot be used (${code}):`;
  return `port ${port} (${name}) ${what} choose another with --port-${name} or TONEGATE_PORT_${name.toUpperCase()}`;
}

type Release = () => Promise<void>;

function takeTcp(port: number): Promise<Release | string> {
  const server = createServer();
  const release = () => new Promise<void>((done) => server.close(() => done()));
  return new Promise((settle) => {
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => settle(release));
  });
}

function takeUdp(port: number): Promise<Release | string> {
  const socket = createSocket('udp4');
  const release = () => new Promise<void>((done) => socket.close(() => done()));
  return new Promise((settle) => {
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    socket.bind({ port, address: LOOPBACK, exclusive: true }, () => settle(release));
  });
}
