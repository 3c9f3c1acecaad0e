// A bank whose answers tell by their time what they do not say: it stands before the demo bank and answers
// later where there is an account. The words of the answers stay as they are.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { bodyOf, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** How long any answer takes at least, and by how much that may vary. */
const LATENCY_MS = 20;
const JITTER_MS = 40;

/** Passes on to `bank`; answers about an account that exists come `lateMs` later. Disposing ends it at once. */
export async function startLateBank(bank: string, lateMs: number): Promise<LoopbackServer> {
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

  return await startLoopbackServer(serve);
}
