// When a part of the local stack can really be used. It is ready when it answers, not when it has been
// started; who listens to whom is asked from Redis, which carries the calls between them.

import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { LOOPBACK } from './ports.ts';

const RETRY_MS = 20;

/** Asks again and again until the answer is yes; rejects with the signal's reason when it aborts. */
export async function until(ready: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await ready())) await delay(RETRY_MS, undefined, { signal });
}

export async function redisAnswers(port: number): Promise<boolean> {
  return (await askRedis(port, 'PING')).startsWith('+PONG');
}

/** HTTP is up, and the server takes the bridge's questions about calls. */
export async function serverIsReady(port: number, redisPort: number): Promise<boolean> {
  return (
    (await httpAnswers(port)) &&
    (await isListening(redisPort, 'IOInfo|GetSIPTrunkAuthentication|REQ')) &&
    (await isListening(redisPort, 'IOInfo|EvaluateSIPDispatchRules|REQ'))
  );
}

/** The bridge announces itself when its SIP ports are open (livekit-sip v1.8.0). */
export async function bridgeIsReady(redisPort: number): Promise<boolean> {
  return isListening(redisPort, 'SIPInternal|CreateSIPParticipant|REQ');
}

async function httpAnswers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${port}/`);
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    rethrowUnlessAbsent((error as Error).cause);
    return false;
  }
}

async function isListening(redisPort: number, channel: string): Promise<boolean> {
  return /:[1-9]/.test(await askRedis(redisPort, `PUBSUB NUMSUB ${channel}`));
}

/** One command to Redis over a connection of its own; no answer is an empty one. */
async function askRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, LOOPBACK);
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\nQUIT\r\n`);
    return await text(socket);
  } catch (error) {
    rethrowUnlessAbsent(error);
    return '';
  } finally {
    socket.destroy();
  }
}

/** Nobody listening, yet or any more, is an answer; anything else is not. */
function rethrowUnlessAbsent(error: unknown): void {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (!['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(code)) throw error;
}
