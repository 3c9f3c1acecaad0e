// The phone against a peer that answers as it may: what the bridge does only now and then.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { dial } from '../e2e/kit/phone.ts';

/** A peer on the loopback that lets it ring. `onCancel`: statuses, in order, of the INVITE (487) and of the CANCEL. */
async function ringingPeer(onCancel: readonly (200 | 487)[]) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const acknowledged = Promise.withResolvers<void>();
  let invite = '';
  socket.on('message', (data, { port, address }) => {
    const request = String(data);
    const answer = (to: string, status: string) => {
      const kept = to
        .split('\r\n')
        .filter((line) => /^(via|from|call-id|cseq):/i.test(line))
        .concat(`To: ${/^To: (.*)$/m.exec(to)?.[1]?.trim()};tag=peer`, 'Content-Length: 0');
      socket.send(`SIP/2.0 ${status}\r\n${kept.join('\r\n')}\r\n\r\n`, port, address);
    };
    if (request.startsWith('INVITE')) {
      invite = request;
      answer(invite, '180 Ringing');
    }
    if (request.startsWith('CANCEL')) {
      for (const status of onCancel) {
        if (status === 200) answer(request, '200 OK');
        else answer(invite, '487 Request Terminated');
      }
    }
    if (request.startsWith('ACK')) acknowledged.resolve();
  });
  return {
    port: (socket.address() as AddressInfo).port,
    acknowledged: acknowledged.promise,
    [Symbol.dispose]: () => socket.close(),
  };
}

test.each([[[200, 487] as const], [[487, 200] as const]])(
  'hangs up while it rings, in whichever order that is answered (%j)',
  async (onCancel) => {
    using peer = await ringingPeer(onCancel);
    await using phone = await dial({
      to: '+15105550100',
      from: '+15551230001',
      sip: { host: '127.0.0.1', port: peer.port },
    });
    await phone.ringing();
    await phone.hangUp();
    await peer.acknowledged;
    expect(phone).toMatchObject({ status: 487 });
    expect(await phone.ended()).toBe('refused');
  },
);
