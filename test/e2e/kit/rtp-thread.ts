// The thread in which all phones of a process hear and speak: the one of the tests is busy with everything else, and
// would be late with keys and with when a packet came.

import { parentPort } from 'node:worker_threads';
import type { RtpPacket } from './rtp.ts';
import { type MediaAddress, RtpVoice } from './rtp-voice.ts';
import type { EventPacket } from './telephone-event.ts';

/** What a port is to do. */
export type Order = { readonly port: number } & (
  | { readonly type: 'open'; readonly eventType: number }
  | { readonly type: 'speakTo'; readonly remote: MediaAddress }
  | {
      readonly type: 'press';
      readonly press: number;
      readonly packets: readonly EventPacket[];
      readonly lengthMs: number;
    }
  | { readonly type: 'hush' }
  | { readonly type: 'close' }
);

/** What a port tells. `at`: ms since the epoch, with fractions. */
export type Told = { readonly port: number } & (
  | { readonly type: 'opened'; readonly udpPort: number }
  | { readonly type: 'received'; readonly packet: RtpPacket; readonly at: number }
  | { readonly type: 'pressed'; readonly press: number; readonly fault: string | null }
  | { readonly type: 'closed' }
);

const voices = new Map<number, RtpVoice>();
const tell = (told: Told) => parentPort?.postMessage(told);

function opened(port: number): RtpVoice {
  const voice = voices.get(port);
  if (voice === undefined) throw new Error('this port was not opened');
  return voice;
}

async function obey(order: Order): Promise<void> {
  const { port } = order;
  switch (order.type) {
    case 'open': {
      const voice = await RtpVoice.open(order.eventType, (packet) =>
        tell({ port, type: 'received', packet, at: performance.timeOrigin + performance.now() }),
      );
      voices.set(port, voice);
      tell({ port, type: 'opened', udpPort: voice.port });
      break;
    }
    case 'speakTo':
      opened(port).speakTo(order.remote);
      break;
    case 'press': {
      const fault = await opened(port)
        .press(order.packets, order.lengthMs)
        .then(
          () => null,
          (error: Error) => error.message,
        );
      tell({ port, type: 'pressed', press: order.press, fault });
      break;
    }
    case 'hush':
      opened(port).hush();
      break;
    case 'close':
      await opened(port)[Symbol.asyncDispose]();
      voices.delete(port);
      tell({ port, type: 'closed' });
      break;
  }
}

parentPort?.on('message', obey);
