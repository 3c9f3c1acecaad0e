// Who is in a room, by the server's list. Asked every second of each entry, so a question costs as little as it can:
// one token for many, a connection that is kept, and no text to be made and read. Promises `ServerError` for every
// refusal, as the server's own library does.

import { Agent, type IncomingMessage, request as plain } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import {
  ListParticipantsRequest,
  ListParticipantsResponse,
  type ParticipantInfo,
} from '@livekit/protocol';
import { AccessToken, ServerError } from 'livekit-server-sdk';
import type { LiveKitApi } from './server-api.ts';

/** Longer than any list: rooms hold a handful. */
const ANSWER_LIMIT_BYTES = 2 ** 20;
const TOKEN_MINUTES = 10;
/** By then there is a new one: clocks differ. */
const TOKEN_USED_MS = (TOKEN_MINUTES * 60_000) / 2;

/** For all rooms: there are as many connections as questions at one time. */
const agents = {
  http: new Agent({ keepAlive: true }),
  https: new SecureAgent({ keepAlive: true }),
};

export class RoomList {
  readonly #api: LiveKitApi;
  readonly #room: string;
  readonly #url: URL;
  readonly #body: Uint8Array;
  readonly #answerMs: number;
  #token: { readonly text: string; readonly madeAt: number } | null = null;

  /** `answerMs`: how long an answer is waited for. */
  constructor(api: LiveKitApi, room: string, answerMs: number) {
    this.#api = api;
    this.#room = room;
    this.#url = new URL(
      '/twirp/livekit.RoomService/ListParticipants',
      api.host.replace(/^ws/, 'http'),
    );
    this.#body = new ListParticipantsRequest({ room }).toBinary();
    this.#answerMs = answerMs;
  }

  /** Everybody in the room, hidden ones too. Rejects with `ServerError`, or anything where there is no answer. */
  async read(): Promise<readonly ParticipantInfo[]> {
    const { status, body } = await this.#ask(await this.#authorization());
    if (status === 200) return ListParticipantsResponse.fromBinary(body).participants;
    this.#token = null;
    throw new ServerError('ServerError', 'the list was refused', status, wordOf(body));
  }

  async #authorization(): Promise<string> {
    const now = performance.now();
    if (this.#token === null || now - this.#token.madeAt > TOKEN_USED_MS) {
      const { key, secret } = this.#api;
      const token = new AccessToken(key, secret, { ttl: `${TOKEN_MINUTES}m` });
      token.addGrant({ roomAdmin: true, room: this.#room });
      this.#token = { text: `Bearer ${await token.toJwt()}`, madeAt: now };
    }
    return this.#token.text;
  }

  // What is done when the answer comes is the promise's, whose call it stays: connections are shared by all calls.
  #ask(authorization: string): Promise<{ status: number; body: Buffer }> {
    const isSecure = this.#url.protocol === 'https:';
    const ask = isSecure ? secure : plain;
    return new Promise((resolve, reject) => {
      const request = ask(this.#url, {
        method: 'POST',
        agent: isSecure ? agents.https : agents.http,
        headers: {
          authorization,
          'content-type': 'application/protobuf',
          'content-length': this.#body.length,
        },
      });
      const late = setTimeout(() => request.destroy(new Error('no answer')), this.#answerMs);
      const settle = (done: () => void) => {
        clearTimeout(late);
        done();
      };
      request.once('error', (error) => settle(() => reject(error)));
      request.once('response', (response) => {
        bytesOf(response).then(
          (body) => settle(() => resolve({ status: response.statusCode ?? 0, body })),
          (error: unknown) => settle(() => reject(error)),
        );
      });
      request.end(this.#body);
    });
  }
}

function bytesOf(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > ANSWER_LIMIT_BYTES) response.destroy(new Error('too long an answer'));
    });
    response.once('end', () => resolve(Buffer.concat(chunks)));
    response.once('error', reject);
    response.once('close', () => reject(new Error('the answer was cut off')));
  });
}

/** The server's word for its refusal. */
function wordOf(body: Buffer): string | undefined {
  try {
    const { code } = JSON.parse(body.toString()) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
