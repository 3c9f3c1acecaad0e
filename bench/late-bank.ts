// A bank whose answers tell by their time what they do not say: it stands before the demo bank and answers
// later where there is an account. The words of the answers stay as they are.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How long any answer takes at least, and by how much that may vary. */
const LATENCY_MS = 20;
const JITTER_MS = 40;

export interface LateBank extends AsyncDisposable {
  readonly url: string;
}

/** Passes on to `bank`; answers about an account that exists come `lateMs` later. Disposing ends it at once. */
export async function startLateBank(bank: string, lateMs: number): Promise<LateBank> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const answer = await fetch(bank + url, {
      method,
      headers: Object.entries(headers).filter(
        (header): header is [string, string] =>
          typeof header[1] === 'string' && !['host', 'connection'].includes(header[0]),
      ),
      body: await bodyOf(request),
    });
    const text = await answer.text();
    // Of an account that does not exist nothing but this is ever asked.
    const isMiss = url === '/accounts/lookup' && text.includes('"ref":null');
    await delay(LATENCY_MS + Math.random() * JITTER_MS + (isMiss ? 0 : lateMs));
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
