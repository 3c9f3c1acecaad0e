// A phone's ear and voice as its test has them: every packet received, and key presses to be sent. The network is
// in a thread of its own.

import { Worker } from 'node:worker_threads';
import type { RtpPacket } from './rtp.ts';
import type { Order, Told } from './rtp-thread.ts';
import { type MediaAddress, PCMU } from './rtp-voice.ts';
import type { EventPacket } from './telephone-event.ts';
import { Timeline } from './timeline.ts';

/** A packet as it came in; `at` in ms of `performance.now()`. */
export interface ReceivedPacket extends RtpPacket {
  readonly at: number;
}

let thread: Worker | null = null;
let opened = 0;
const ports = new Map<number, (told: Told) => void>();

function theThread(): Worker {
  if (thread === null) {
    thread = new Worker(new URL('./rtp-thread.ts', import.meta.url), { execArgv: [] });
    thread.on('message', (told: Told) => ports.get(told.port)?.(told));
    // Phones that are left open keep no process.
    thread.unref();
  }
  return thread;
}

/** Ear and voice on one UDP port of the loopback. */
export class RtpPort implements AsyncDisposable {
  /** What was heard, on the timeline of the RTP timestamps. */
  readonly audio = new Timeline();
  /** Every packet received, PCMU or not, in order of arrival. */
  readonly packets: ReceivedPacket[] = [];
  readonly #id: number;
  readonly #opened = Promise.withResolvers<number>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #presses = new Map<number, PromiseWithResolvers<void>>();
  #pressed = 0;
  #port = 0;

  private constructor() {
    opened += 1;
    this.#id = opened;
    ports.set(this.#id, (told) => this.#take(told));
  }

  /** Opens a free port; `eventType` is the payload type of telephone-events. */
  static async open(eventType: number): Promise<RtpPort> {
    const port = new RtpPort();
    port.#order({ type: 'open', eventType });
    port.#port = await port.#opened.promise;
    return port;
  }

  get port(): number {
    return this.#port;
  }

  /** Begins to send silence to `remote`, now and every 20 ms from now on. */
  speakTo(remote: MediaAddress): void {
    this.#order({ type: 'speakTo', remote });
  }

  /** Sends key presses in place of the silence. Done `lengthMs` later; rejects when the port is hushed before. */
  press(packets: readonly EventPacket[], lengthMs: number): Promise<void> {
    this.#pressed += 1;
    const press = this.#pressed;
    const done = Promise.withResolvers<void>();
    this.#presses.set(press, done);
    this.#order({ type: 'press', press, packets, lengthMs });
    return done.promise;
  }

  /** Stops sending; listening goes on. */
  hush(): void {
    this.#order({ type: 'hush' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#order({ type: 'close' });
    await this.#closed.promise;
    ports.delete(this.#id);
  }

  #order(order: DistributiveOmit<Order, 'port'>): void {
    theThread().postMessage({ ...order, port: this.#id });
  }

  #take(told: Told): void {
    switch (told.type) {
      case 'opened':
        this.#opened.resolve(told.udpPort);
        break;
      case 'received':
        this.packets.push({ ...told.packet, at: told.at - performance.timeOrigin });
        if (told.packet.payloadType === PCMU) this.audio.add(told.packet);
        break;
      case 'pressed': {
        const done = this.#presses.get(told.press);
        this.#presses.delete(told.press);
        if (told.fault === null) done?.resolve();
        else done?.reject(new Error(told.fault));
        break;
      }
      case 'closed':
        this.#closed.resolve();
        break;
    }
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
