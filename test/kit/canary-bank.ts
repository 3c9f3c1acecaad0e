// A bank, and a sender of text messages, that throw back at us whatever they are sent and all that they know of
// the customer, wherever an answer has room for it. Keeps docs/backend.openapi.yaml where nothing is to go wrong.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Customer, Fault, Route } from './canary-customers.ts';

/** What somebody was asked, or sent. */
export interface Asked {
  readonly route: Route;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CanaryBank extends AsyncDisposable {
  readonly url: string;
  /** Everything that came, in order. */
  readonly asked: readonly Asked[];
  /** The code that was sent to a customer last, whoever made it; undefined: none. */
  codeOf(customer: Customer): string | undefined;
}

const PATHS: readonly (readonly [RegExp, Route])[] = [
  [/^\/accounts\/lookup$/, 'lookup'],
  [/^\/accounts\/([\w-]+)\/knowledge$/, 'knowledge'],
  [/^\/accounts\/([\w-]+)\/sim$/, 'sim'],
  [/^\/accounts\/([\w-]+)\/otp$/, 'otp'],
  [/^\/otp\/([\w-]+)$/, 'check'],
  [/^\/sms$/, 'sms'],
];

export async function startCanaryBank(
  everybody: readonly Customer[],
  tokens: { readonly bank: string; readonly sms: string },
): Promise<CanaryBank> {
  const customers = everybody.filter(({ isKnown }) => isKnown);
  const asked: Asked[] = [];
  const codes = new Map<Customer, string>();
  const refOf = (customer: Customer) => `acc_${customers.indexOf(customer)}_ref`;
  const byRef = new Map(customers.map((customer) => [refOf(customer), customer]));
  const challengeOf = (customer: Customer) => `ch_${refOf(customer)}`;

  function whoIs(route: Route, id: string, body: Asked['body']): Customer | undefined {
    if (route === 'lookup') {
      return customers.find(
        (one) => one.account === body.account || one.customer === body.customer,
      );
    }
    if (route === 'sms') return customers.find(({ phone }) => phone === body.to);
    return byRef.get(route === 'check' ? id.slice('ch_'.length) : id);
  }

  function answer(route: Route, customer: Customer | undefined, body: Asked['body']): object {
    if (customer === undefined) return { ref: null };
    const { birthDate, passcode, phone, code } = customer;
    switch (route) {
      case 'lookup': {
        const otp =
          phone === null ? { available: false } : { available: true, to: `…${phone.slice(-2)}` };
        return { ref: refOf(customer), factors: ['birthDate', 'passcode'], otp };
      }
      case 'knowledge':
        return { accepted: body.value === (body.factor === 'passcode' ? passcode : birthDate) };
      case 'sim':
        return { changedWithinHours: customer.simChangedWithinHours };
      case 'otp':
        if (code === null) return { destination: phone };
        codes.set(customer, code);
        return { challenge: challengeOf(customer) };
      case 'check':
        return { accepted: body.code === code };
      case 'sms':
        codes.set(customer, String(body.code));
        return {};
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const [[pattern, route] = []] = PATHS.filter(([pattern]) => pattern.test(path));
    const text = await textOf(request);
    const token = route === 'sms' ? tokens.sms : tokens.bank;
    if (pattern === undefined || route === undefined || !isFrom(request, token)) {
      response.writeHead(401).end();
      return;
    }
    const body = JSON.parse(text) as Asked['body'];
    asked.push({ route, body });
    const customer = whoIs(route, pattern.exec(path)?.[1] ?? '', body);
    if (customer !== undefined && customer.fault?.route === route) {
      // Noted before it fails: what the sender was given may have reached the customer.
      if (route === 'sms') codes.set(customer, String(body.code));
      const known = JSON.stringify({ customer, code: codes.get(customer) });
      return misbehave(customer.fault.mode, `${path} ${text} ${known}`, response);
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer(route, customer, body)));
  }

  const server = createServer((request, response) => {
    // A request that breaks off has nobody to answer.
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    codeOf: (customer) => codes.get(customer),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function misbehave(fault: Fault, known: string, response: ServerResponse): void {
  const inHeader = encodeURI(known);
  const json = { 'content-type': 'application/json', 'x-echo': inHeader };
  switch (fault) {
    case 'hang':
      return;
    case '500':
      response.writeHead(500, inHeader, json).end(JSON.stringify({ error: known }));
      return;
    case 'drop':
      // In place of HTTP: parsers quote what they do not understand.
      response.socket?.end(known);
      return;
    case 'schema':
      response
        .writeHead(200, json)
        .end(JSON.stringify({ accepted: known, ref: known, [known]: 1 }));
      return;
    case 'garbage':
      response.writeHead(200, json).end(`{"accepted":true,"${known}`);
      return;
    case 'redirect':
      response.writeHead(307, { ...json, location: `/elsewhere?${inHeader}` }).end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function isFrom({ headers }: IncomingMessage, token: string): boolean {
  return headers.authorization === `Bearer ${token}`;
}
