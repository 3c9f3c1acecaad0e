// One call in which SIPp plays a packet capture to the callee, and hangs up. For what a careful voice of our
// own would never send: packets late, twice, or not at all. Knows no keys.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCENARIO = fileURLToPath(new URL('../sipp/keys.xml', import.meta.url));
/** From the last packet to the BYE. */
const TAIL_MS = 500;
/** Answering and ending the call included. */
const PATIENCE_MS = 30_000;

export interface PcapCall {
  readonly to: string;
  readonly from: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly callId: string;
  /** RTP payload type of telephone-events in the capture. */
  readonly eventType: number;
  readonly pcap: Uint8Array;
  readonly lengthMs: number;
  /** Ends the call by force. */
  readonly signal: AbortSignal;
}

/** Calls, plays the capture from the answer on, hangs up. Rejects when that did not go by the book. */
export async function playPcap(call: PcapCall): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sipp-keys-'));
  try {
    await writeFile(join(folder, 'keys.pcap'), call.pcap);
    const child = spawn('sipp', await argumentsOf(call), {
      cwd: folder,
      stdio: 'ignore',
      signal: call.signal,
      killSignal: 'SIGKILL',
    });
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`SIPp did not play its packets: ${await errorsIn(folder)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function argumentsOf(call: PcapCall): Promise<string[]> {
  const options = {
    sf: SCENARIO,
    m: '1',
    i: '127.0.0.1',
    mi: '127.0.0.1',
    p: String(await freeUdpPort()),
    mp: String(await freeUdpPort()),
    d: String(Math.ceil(call.lengthMs) + TAIL_MS),
    cid_str: call.callId,
    error_file: 'errors',
    timeout: `${Math.ceil((call.lengthMs + PATIENCE_MS) / 1000)}s`,
  };
  const keys = { to: call.to, from: call.from, event_type: String(call.eventType) };
  return [
    `${call.sip.host}:${call.sip.port}`,
    ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]),
    ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
    ...['-trace_err', '-timeout_error', '-nostdin'],
  ];
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  try {
    return (await once(child, 'exit'))[0];
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new Error('SIPp cannot be started; on Debian: apt-get install sip-tester', { cause });
  }
}

async function errorsIn(folder: string): Promise<string> {
  const said = await readFile(join(folder, 'errors'), 'utf8').catch(() => 'it does not say why');
  const mend = 'setcap cap_net_raw+ep "$(command -v sipp)", or run the tests as root';
  return said.includes('raw IPv4 socket') ? `${said}Give it raw sockets: ${mend}` : said;
}

/** A UDP port that was free a moment ago, and the next one with it: SIPp takes two for media. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}
