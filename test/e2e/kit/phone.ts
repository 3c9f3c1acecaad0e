// A phone for tests: real SIP by SIPp, real RTP by an ear and a voice of our own. Reads like a call: dial,
// hear, press, hang up. Knows nothing of the product but its recordings.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heard } from './compare.ts';
import { describe, whatWasHeard } from './diagnosis.ts';
import { Ear } from './ear.ts';
import { type ReceivedPacket, RtpPort } from './rtp-port.ts';
import { mediaAddress, type SipMessage } from './sip-trace.ts';
import { type Command, Sipp } from './sipp.ts';
import { type Pressing, pressingMs, telephoneEvents } from './telephone-event.ts';

/**
 * What the phone does when it is referred elsewhere: gets there, is busy there, declines to go (603), or says that
 * it will (202) and no more.
 */
export type Transfers = 'accepted' | 'failing' | 'refused' | 'silent';

const ANSWERS = {
  accepted: 'transfer-accept',
  failing: 'transfer-accept',
  refused: 'transfer-refuse',
  silent: 'transfer-silent',
} as const satisfies Record<Transfers, Command>;

export interface Dialling {
  /** Number to call. */
  readonly to: string;
  /** Number to show. */
  readonly from: string;
  /** Instead: the whole From header as it goes over the wire, its name included and without its tag. */
  readonly fromHeader?: string;
  /** Call-ID of the INVITE. Default: one of its own. */
  readonly callId?: string;
  readonly sip: { readonly host: string; readonly port: number };
  /** Default `refused`. */
  readonly transfers?: Transfers;
  /** How long it takes to get there, or to be busy there. Default 0. */
  readonly transferMs?: number;
  /** More header lines for the INVITE. */
  readonly headers?: readonly string[];
  /** RTP payload type offered for key presses. Default 101. */
  readonly eventType?: number;
}

/** How a call ended; `refused` is every end before an answer, our own CANCEL too. */
export type CallEnd = 'theyHungUp' | 'weHungUp' | 'refused';

/** Between two looks at what was received; who listens for much looks less often. */
const LISTEN_MS = 100;
const LISTEN_FOR_MANY_MS = 300;
/** How long the phone waits for anything, unless told otherwise. */
const PATIENCE_MS = 20_000;
/** Louder than the noise that mu-law makes of silence. */
const SOUND = 200;
/** The next recording may begin this much before the last one seems to end. */
const OVERLAP_MS = 20;

/** Calls a number; done when the INVITE is on its way. */
export async function dial(dialling: Dialling): Promise<Phone> {
  const rtp = await RtpPort.open(dialling.eventType ?? 101);
  const phone = new Phone(rtp, dialling.transfers ?? 'refused', dialling.transferMs ?? 0);
  try {
    await phone.call(dialling);
    return phone;
  } catch (error) {
    await rtp[Symbol.asyncDispose]();
    throw error;
  }
}

/** One call, from its INVITE to its end. Disposing of it hangs up and leaves no process behind. */
export class Phone implements AsyncDisposable {
  /** Every SIP message sent and received so far, repeats included. */
  readonly messages: SipMessage[] = [];
  readonly #rtp: RtpPort;
  readonly #transfers: Transfers;
  readonly #transferMs: number;
  #transferring: NodeJS.Timeout | undefined;
  readonly #ear = new Ear();
  readonly #rung = Promise.withResolvers<void>();
  readonly #answered = Promise.withResolvers<void>();
  readonly #referred = Promise.withResolvers<SipMessage>();
  readonly #over = Promise.withResolvers<void>();
  #end: CallEnd | null = null;
  #fault: string | null = null;
  #heard: Heard | null = null;
  #referrals = new Set<string | null>();
  #sipp: Sipp | null = null;

  /** Use `dial`. */
  constructor(rtp: RtpPort, transfers: Transfers, transferMs: number) {
    this.#rtp = rtp;
    this.#transfers = transfers;
    this.#transferMs = transferMs;
  }

  /** Use `dial`. */
  async call(dialling: Dialling): Promise<void> {
    this.#sipp = await Sipp.start({
      to: dialling.to,
      from: dialling.from,
      fromHeader: dialling.fromHeader ?? `From: <sip:${dialling.from}@127.0.0.1>`,
      callId: dialling.callId ?? randomUUID(),
      sip: dialling.sip,
      headers: dialling.headers ?? [],
      eventType: dialling.eventType ?? 101,
      rtpPort: this.#rtp.port,
      onMessage: (message) => this.#take(message),
      onExit: (fault) => this.#finish(fault),
    });
  }

  /** The final answer to the INVITE so far: 200, 486, …; null while there is none. */
  get status(): number | null {
    return this.#finalAnswer?.status ?? null;
  }

  /** The Reason header of the final answer, or null. */
  get reason(): string | null {
    return this.#finalAnswer?.header('Reason') ?? null;
  }

  /** Call-ID of the INVITE. */
  get callId(): string | null {
    return this.#sipp?.callId ?? null;
  }

  /** What was received, PCM at 8 kHz; gaps are silence. */
  get audio(): Int16Array {
    return this.#rtp.audio.samples;
  }

  /** Every RTP packet received, with its time of arrival. */
  get packets(): readonly ReceivedPacket[] {
    return this.#rtp.packets;
  }

  /** Done when the other side rings. */
  ringing(): Promise<void> {
    return this.#wait('it rang', this.#rung.promise);
  }

  /** Done when the other side has answered. */
  answered(): Promise<void> {
    return this.#wait('it was answered', this.#answered.promise);
  }

  /** Done when the other side is heard, whatever it says. */
  async hearsSound(withinMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (let from = 0; !this.audio.subarray(from).some((sample) => Math.abs(sample) > SOUND); ) {
      if (this.#end !== null) {
        const how = [this.#end, this.status, this.reason].filter(Boolean).join(' ');
        throw new Error(`the call ended (${how}) without a sound`);
      }
      if (performance.now() > deadline) throw new Error(`${withinMs} ms went by without a sound`);
      from = this.audio.length;
      await Promise.race([sleep(LISTEN_MS), this.#over.promise]);
    }
  }

  /** The REFER the other side sends. */
  referred(): Promise<SipMessage> {
    return this.#wait('it was referred', this.#referred.promise);
  }

  /** Done when the call is over, says how; rejects when SIP did not go by the book. */
  async ended(withinMs = PATIENCE_MS): Promise<CallEnd> {
    await this.#within('the call to end', this.#over.promise, withinMs);
    if (this.#end === null || this.#fault !== null) throw new Error(`SIPp: ${this.#fault}`);
    return this.#end;
  }

  /**
   * Waits until a recording has been heard whole, after the one heard before it. Rejects when the call
   * ends or patience runs out first, and says what was heard instead.
   */
  async hears(id: string, withinMs = PATIENCE_MS): Promise<Heard> {
    return await this.hearsOneOf([id], withinMs);
  }

  /** The same for whichever of several recordings is heard whole first; one that begins badly may be missed. */
  async hearsOneOf(ids: readonly string[], withinMs = PATIENCE_MS): Promise<Heard> {
    const fromMs = Math.max(0, (this.#heard?.endMs ?? 0) - OVERLAP_MS);
    const listen = this.#ear.lookFor(ids, fromMs);
    const deadline = performance.now() + withinMs;
    for (;;) {
      const over = this.#end !== null;
      const { heard, closest } = await listen(this.audio, over);
      if (heard) {
        this.#heard = heard;
        return heard;
      }
      if (over || performance.now() > deadline) {
        const why = over ? `the call ended (${this.#end})` : `${withinMs} ms went by`;
        const wasHeard = await whatWasHeard({ audio: this.audio, fromMs });
        throw new Error(
          `${why} without "${ids.join('", "')}". Heard: ${wasHeard}; closest: ${closest.map(describe).join(', ') || 'none'}`,
        );
      }
      const pauseMs = ids.length > 1 ? LISTEN_FOR_MANY_MS : LISTEN_MS;
      await Promise.race([sleep(pauseMs), this.#over.promise]);
    }
  }

  /** Presses keys one after the other; done when the last one was released and its pause is over. */
  press(keys: string, pressing: Pressing = {}): Promise<void> {
    return this.#rtp.press(telephoneEvents(keys, pressing), pressingMs(keys, pressing));
  }

  /** Hangs up: CANCEL while it rings, BYE after the answer. Done when the call is over. */
  async hangUp(): Promise<void> {
    // SIPp takes no command between a final answer and its ACK.
    if (this.status !== null) await Promise.race([this.#answered.promise, this.#over.promise]);
    if (this.#end === null) this.#sipp?.command('hang-up');
    await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using _ear = this.#ear;
    await using _rtp = this.#rtp;
    await using _sipp = this.#sipp;
    this.#rtp.hush();
    const politely = Promise.allSettled(this.#end === null ? [this.hangUp()] : []);
    await Promise.race([politely, sleep(2000, undefined, { ref: false })]);
  }

  get #finalAnswer(): SipMessage | undefined {
    return this.messages.findLast(
      (m) => m.direction === 'received' && m.method === 'INVITE' && (m.status ?? 0) >= 200,
    );
  }

  #take(message: SipMessage): void {
    this.messages.push(message);
    const { direction, method, status } = message;
    if (direction === 'sent') {
      if (method === 'ACK' && this.status === 200) this.#answered.resolve();
      return;
    }
    if (method === 'INVITE' && status === 180) this.#rung.resolve();
    if (method === 'INVITE' && status === 200) this.#rtp.speakTo(mediaAddress(message));
    if (method === 'BYE' && status === null) this.#rtp.hush();
    if (method === 'REFER' && status === null) this.#beReferred(message);
    if (method === 'NOTIFY' && status === 200 && message.header('CSeq') === FIRST_NOTIFY) {
      const end = this.#transfers === 'accepted' ? 'transfer-done' : 'transfer-failed';
      this.#transferring = setTimeout(() => this.#sipp?.command(end), this.#transferMs);
    }
  }

  #beReferred(refer: SipMessage): void {
    const repeated = this.#referrals.has(refer.header('CSeq'));
    if (repeated) return;
    this.#referrals.add(refer.header('CSeq'));
    this.#sipp?.command(ANSWERS[this.#transfers]);
    this.#referred.resolve(refer);
  }

  #finish(fault: string | null): void {
    this.#fault = fault;
    clearTimeout(this.#transferring);
    const bye = this.messages.find((m) => m.method === 'BYE' && m.status === null);
    if (bye) this.#end = bye.direction === 'received' ? 'theyHungUp' : 'weHungUp';
    else this.#end = 'refused';
    this.#rtp.hush();
    this.#over.resolve();
  }

  async #wait<T>(what: string, happening: Promise<T>): Promise<T> {
    const ended = this.#over.promise.then(() => {
      throw new Error(`the call ended (${this.#end}, ${this.status}) before ${what}`);
    });
    return this.#within(what, Promise.race([happening, ended]), PATIENCE_MS);
  }

  async #within<T>(what: string, happening: Promise<T>, ms: number): Promise<T> {
    const giveUp = new AbortController();
    const late = sleep(ms, undefined, { signal: giveUp.signal }).then(() => {
      throw new Error(`${ms} ms went by before ${what}`);
    });
    try {
      return await Promise.race([happening, late]);
    } finally {
      late.catch(() => undefined);
      giveUp.abort();
    }
  }
}

/** CSeq of the NOTIFY that says "100 Trying" in sipp/caller.xml. */
const FIRST_NOTIFY = '2 NOTIFY';
