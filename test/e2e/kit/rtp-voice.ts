// A phone's ear and voice on the network: one UDP port that tells of every packet received and sends PCMU silence
// every 20 ms, with key presses in its place. Knows RTP, no SIP and no prompts.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SILENCE } from './mu-law.ts';
import { decodeRtp, encodeRtp, type RtpPacket } from './rtp.ts';
import type { EventPacket } from './telephone-event.ts';

export const PCMU = 0;
const PACKET_MS = 20;
const PACKET_SAMPLES = 160;

/** Where the other side takes its RTP. */
export interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

/** Key presses being sent, in the voice's own 20 ms steps. */
interface Presses {
  readonly packets: readonly EventPacket[];
  readonly lengthMs: number;
  readonly done: PromiseWithResolvers<void>;
  /** RTP timestamp of each press, by the moment it began. */
  readonly began: Map<number, number>;
  playedMs: number;
  sent: number;
}

/** Ear and voice on one UDP port of the loopback. */
export class RtpVoice implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #eventType: number;
  #remote: MediaAddress | null = null;
  #presses: Presses | null = null;
  #timer: NodeJS.Timeout | null = null;
  #due = 0;
  #sequence = 1;
  #timestamp = 0;
  readonly #ssrc = Math.floor(Math.random() * 2 ** 32);

  private constructor(socket: Socket, eventType: number) {
    this.#socket = socket;
    this.#eventType = eventType;
  }

  /** Opens a free port; `eventType` is the payload type of telephone-events. */
  static async open(eventType: number, onReceived: (packet: RtpPacket) => void): Promise<RtpVoice> {
    const socket = createSocket('udp4');
    socket.on('message', (bytes: Buffer) => {
      const packet = decodeRtp(bytes);
      if (packet !== null) onReceived(packet);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpVoice(socket, eventType);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Begins to send silence to `remote`, now and every 20 ms from now on. */
  speakTo(remote: MediaAddress): void {
    this.#remote = remote;
    if (this.#timer !== null) return;
    this.#due = performance.now();
    this.#step();
  }

  /** Sends key presses in place of the silence. Done `lengthMs` later; rejects when the port is hushed before. */
  press(packets: readonly EventPacket[], lengthMs: number): Promise<void> {
    if (this.#timer === null) return Promise.reject(new Error('nobody to press keys to'));
    if (this.#presses !== null) return Promise.reject(new Error('keys are being pressed already'));
    const done = Promise.withResolvers<void>();
    this.#presses = { packets, lengthMs, done, began: new Map(), playedMs: 0, sent: 0 };
    return done.promise;
  }

  /** Stops sending; listening goes on. */
  hush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#presses?.done.reject(new Error('the call ended while keys were being pressed'));
    this.#presses = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hush();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  // A late step leaves out packets, as a busy phone does: presses get longer, never closer together.
  #step(): void {
    const missed = Math.floor(Math.max(0, performance.now() - this.#due) / PACKET_MS);
    this.#due += missed * PACKET_MS;
    this.#timestamp += missed * PACKET_SAMPLES;
    if (!this.#pressing()) this.#send(PCMU, this.#timestamp, this.#sequence === 1, silence);
    this.#due += PACKET_MS;
    this.#timestamp += PACKET_SAMPLES;
    this.#timer = setTimeout(() => this.#step(), Math.max(0, this.#due - performance.now()));
  }

  /** Sends what is due of the presses; whether that was anything. */
  #pressing(): boolean {
    const presses = this.#presses;
    if (presses === null) return false;
    const before = presses.sent;
    for (let next = presses.packets[presses.sent]; next && next.atMs <= presses.playedMs; ) {
      const began = presses.began.get(next.startMs) ?? this.#timestamp;
      presses.began.set(next.startMs, began);
      this.#send(this.#eventType, began, next.marker, next.payload);
      presses.sent += 1;
      next = presses.packets[presses.sent];
    }
    presses.playedMs += PACKET_MS;
    if (presses.sent === presses.packets.length && presses.playedMs >= presses.lengthMs) {
      this.#presses = null;
      presses.done.resolve();
    }
    return presses.sent > before;
  }

  #send(payloadType: number, timestamp: number, marker: boolean, payload: Uint8Array): void {
    if (this.#remote === null) return;
    const sequence = this.#sequence++;
    const packet = encodeRtp({
      payloadType,
      marker,
      sequence,
      timestamp,
      ssrc: this.#ssrc,
      payload,
    });
    this.#socket.send(packet, this.#remote.port, this.#remote.address);
  }
}

const silence = new Uint8Array(PACKET_SAMPLES).fill(SILENCE);
