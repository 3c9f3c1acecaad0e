// One SIPp process that makes one call: reports the SIP messages as they go over the wire, takes the
// commands of sipp/caller.xml. Knows SIP signalling, no sound.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTrace, type SipMessage } from './sip-trace.ts';

const SCENARIO = fileURLToPath(new URL('../sipp/caller.xml', import.meta.url));
/** Ends a message on SIPp's 3PCC link. */
const END_OF_COMMAND = '\x1b';

/** What sipp/caller.xml can be told to do. */
export type Command =
  | 'hang-up'
  | 'transfer-accept'
  | 'transfer-refuse'
  | 'transfer-silent'
  | 'transfer-done'
  | 'transfer-failed';

export interface SippCall {
  readonly to: string;
  readonly from: string;
  /** The From header as it goes over the wire, its name included and without its tag. */
  readonly fromHeader: string;
  /** Call-ID of the INVITE. */
  readonly callId: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly rtpPort: number;
  /** RTP payload type of telephone-events. */
  readonly eventType: number;
  /** More header lines for the INVITE. */
  readonly headers: readonly string[];
  onMessage(message: SipMessage): void;
  /** The process has ended and every message was reported; `fault` is null when all went by the scenario. */
  onExit(fault: string | null): void;
}

/** A running SIPp. Disposing of it leaves no process and no file behind. */
export class Sipp implements AsyncDisposable {
  readonly #call: SippCall;
  readonly #folder: string;
  readonly #server: Server;
  readonly #trace: number;
  readonly #watcher: FSWatcher;
  #unread = '';
  #process: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #link: { readonly socket: Socket; readonly callId: string } | null = null;

  private constructor(call: SippCall, folder: string, server: Server) {
    this.#call = call;
    this.#folder = folder;
    this.#server = server;
    this.#trace = openSync(join(folder, 'trace'), 'a+');
    this.#watcher = watch(join(folder, 'trace'), () => this.#report());
  }

  /** Starts SIPp; done when it is about to send the INVITE. */
  static async start(call: SippCall): Promise<Sipp> {
    const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sipp = new Sipp(call, folder, server);
    try {
      await sipp.#run();
      return sipp;
    } catch (error) {
      await sipp[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Call-ID of its INVITE. */
  get callId(): string {
    return this.#link!.callId;
  }

  /** Tells the scenario what to do next. */
  command(command: Command): void {
    const { socket, callId } = this.#link!;
    socket.write(`Call-ID: ${callId}\r\nCommand: ${command}\r\n\r\n${END_OF_COMMAND}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#exited;
    this.#watcher.close();
    closeSync(this.#trace);
    this.#link?.socket.destroy();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const child = spawn('sipp', await this.#arguments(), { stdio: 'ignore' });
    await once(child, 'spawn').catch((cause: unknown) => {
      throw new Error('SIPp cannot be started; on Debian: apt-get install sip-tester', { cause });
    });
    this.#process = child;
    const exit = once(child, 'exit');
    this.#exited = exit.then(([code]) => this.#exit(code));
    const failed = exit.then(async () => {
      throw new Error(`SIPp ended before it dialled: ${await this.#errors()}`);
    });
    await Promise.race([this.#connect(), failed]);
  }

  async #arguments(): Promise<string[]> {
    const { to, from, fromHeader, callId, sip, rtpPort, eventType, headers } = this.#call;
    const options = {
      sf: SCENARIO,
      m: '1',
      i: '127.0.0.1',
      p: String(await freeUdpPort()),
      cid_str: callId,
      '3pcc': `127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      message_file: join(this.#folder, 'trace'),
      error_file: join(this.#folder, 'errors'),
      timeout: '1800s',
    };
    const keys = {
      to,
      from,
      from_header: fromHeader,
      rtp_port: String(rtpPort),
      event_type: String(eventType),
      headers: headers.map((line) => `\r\n${line}`).join(''),
    };
    return [
      `${sip.host}:${sip.port}`,
      ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]),
      ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
      ...['-trace_msg', '-trace_err', '-nostdin'],
    ];
  }

  /** Waits for SIPp on its 3PCC link; its first word there holds the Call-ID that commands must carry. */
  async #connect(): Promise<void> {
    const [socket] = (await once(this.#server, 'connection')) as [Socket];
    // The link of a process that dies is reset; its exit is reported by `#exit`.
    socket.on('error', () => socket.destroy());
    let word = '';
    while (!word.includes(END_OF_COMMAND)) word += String((await once(socket, 'data'))[0]);
    const callId = /^Call-ID: (\S+)/m.exec(word)?.[1];
    if (!callId) throw new Error('SIPp did not name its Call-ID');
    socket.resume();
    this.#link = { socket, callId };
  }

  #report(): void {
    const bytes = Buffer.alloc(65536);
    for (let count = -1; count !== 0; ) {
      count = readSync(this.#trace, bytes);
      this.#unread += bytes.toString('latin1', 0, count);
    }
    const { messages, length } = readTrace(this.#unread);
    this.#unread = this.#unread.slice(length);
    for (const message of messages) this.#call.onMessage(message);
  }

  async #exit(code: number | null): Promise<void> {
    this.#report();
    this.#call.onExit(code === 0 ? null : await this.#errors());
  }

  async #errors(): Promise<string> {
    return readFile(join(this.#folder, 'errors'), 'utf8').catch(() => 'it does not say why');
  }
}

/** A UDP port that was free a moment ago; SIPp wants to be told one. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}
