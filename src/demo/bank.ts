// The demo bank: a real HTTP server that keeps docs/backend.openapi.yaml to the letter, and the
// reference for people who build one. Beside the contract, and only here: `POST /sms` is a sender of text
// messages (docs/sms.md), `GET /outbox` shows those it "sent", `POST /codes` says whose codes they are,
// `POST /customers` makes one more customer, `POST /faults` makes it misbehave. It never logs, and no error
// repeats a value.

import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import type { Secret } from '../machines/secret.ts';
import { DEMO_ACCOUNTS, type DemoAccount, openAccountBook } from './bank-accounts.ts';
import { openCodeDesk } from './bank-codes.ts';
import { type BankRoute, createFaults, faultSchema } from './bank-faults.ts';
import { openOutbox } from './bank-outbox.ts';
import { createReplays } from './bank-replays.ts';
import {
  checkRequest,
  codesRequest,
  customersRequest,
  knowledgeRequest,
  lookupRequest,
  otpRequest,
  simRequest,
  smsRequest,
} from './bank-requests.ts';

export interface DemoBankOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The bearer token that the contract's routes ask for. */
  readonly token: Secret;
  /** The bearer token that `/sms` asks for; none: nobody may send. */
  readonly smsToken?: Secret;
  /** Who makes, sends and checks one-time codes, to begin with; the bank by default. */
  readonly codes?: 'bank' | 'ours';
  /** Its customers; by default those of the README. */
  readonly accounts?: readonly DemoAccount[];
  /** Clock in milliseconds; the system's by default. */
  readonly now?: () => number;
  /** Told of what was done for a call; what is only answered again was not done again. */
  readonly onDone?: (deed: BankDeed) => void;
}

/** What the bank did for a call of the IVR's; holds nothing that was keyed. */
export interface BankDeed {
  readonly route: BankRoute;
  /** Id of the call, as the request gives it. */
  readonly call: string;
  /** Its verdict; absent where the route has none. */
  readonly accepted?: boolean;
}

export interface DemoBank extends AsyncDisposable {
  readonly url: string;
}

type Bindings = { Bindings: HttpBindings };

interface Answer {
  readonly status: 200 | 202 | 404 | 409;
  readonly body: object;
}

const BODY_LIMIT_BYTES = 16 * 1024;

const ok = (body: object): Answer => ({ status: 200, body });
const unknownRef: Answer = { status: 404, body: { error: 'no account has this ref' } };

/** Starts the demo bank. Throws `IVR_PORT_BUSY` where the port is taken; disposing cuts every connection. */
export async function startDemoBank(options: DemoBankOptions): Promise<DemoBank> {
  const closing = new AbortController();
  const accounts = openAccountBook(options.accounts ?? DEMO_ACCOUNTS);
  const now = options.now ?? Date.now;
  const outbox = openOutbox(now);
  const codes = openCodeDesk(outbox, now);
  let codesAreOurs = options.codes === 'ours';
  const faults = createFaults(closing.signal);
  const replays = createReplays<Answer>();

  const app = new Hono<Bindings>();
  app.notFound((c) => refusal(c, 404, 'no such route'));
  app.onError((_error, c) => refusal(c, 500, 'the demo bank failed'));
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT_BYTES,
      onError: (c) => refusal(c, 413, 'the body is too long'),
    }),
  );

  /** Serves one route: token, fault, body, idempotency, answer. `whose`: the customer it is asked about. */
  function route<Body extends { readonly call: string }>(
    name: BankRoute,
    path: string,
    schema: z.ZodType<Body>,
    whose: (body: Body, id: string) => Pick<DemoAccount, 'number'> | undefined,
    act: (body: Body, id: string) => Answer,
  ) {
    const token = name === 'sms' ? options.smsToken : options.token;
    app.post(path, async (c) => {
      if (!isBearer(c.req.header('authorization'), token)) {
        return refusal(c, 401, 'the bearer token is missing or wrong');
      }
      const id = c.req.param('id') ?? '';
      const text = await c.req.text();
      const body = read(text, schema);
      const account = 'data' in body ? whose(body.data, id)?.number : undefined;
      const misbehaviour = await faults.meet(name, account, c.env.incoming);
      if (misbehaviour) return misbehaviour;

      if ('error' in body) return refusal(c, 400, body.error);
      const key = c.req.header('idempotency-key');
      if (!key || key.length > 255) return refusal(c, 400, 'give an Idempotency-Key');

      const answer = replays.once(key, `${c.req.path}\n${text}`, () => {
        const done = act(body.data, id);
        options.onDone?.({ route: name, call: body.data.call, ...verdictIn(done) });
        return done;
      });
      return answer
        ? c.json(answer.body, answer.status)
        : refusal(c, 422, 'this Idempotency-Key was used for another request');
    });
  }

  const refOf = ({ account, customer = '' }: z.output<typeof lookupRequest>) =>
    account === undefined ? accounts.refOfCustomer(customer) : accounts.refOf(account);
  const ofRef = (_body: unknown, ref: string) => accounts.byRef(ref);

  route(
    'lookup',
    '/accounts/lookup',
    lookupRequest,
    // A number that is nobody's can be met by a fault too.
    (asked) => accounts.byRef(refOf(asked) ?? '') ?? { number: asked.account ?? '' },
    (asked) => {
      const ref = refOf(asked);
      const phone = ref === null ? null : (accounts.byRef(ref)?.phone ?? null);
      const otp = { available: phone !== null, to: phone === null ? null : `…${phone.slice(-2)}` };
      return ok({ ref, factors: ref === null ? [] : ['birthDate', 'passcode'], otp });
    },
  );

  route(
    'knowledge',
    '/accounts/:id/knowledge',
    knowledgeRequest,
    ofRef,
    ({ factor, value }, ref) => {
      const account = accounts.byRef(ref);
      return account ? ok({ accepted: account[factor] === value }) : unknownRef;
    },
  );

  route('sim', '/accounts/:id/sim', simRequest, ofRef, (_body, ref) => {
    const account = accounts.byRef(ref);
    return account ? ok({ changedWithinHours: account.simChangedWithinHours }) : unknownRef;
  });

  route('otp', '/accounts/:id/otp', otpRequest, ofRef, ({ call }, ref) => {
    const account = accounts.byRef(ref);
    if (!account) return unknownRef;
    const { phone } = account;
    if (phone === null) return { status: 409, body: { error: 'no phone is on file' } };
    return ok(codesAreOurs ? { destination: phone } : { challenge: codes.send(phone, call) });
  });

  route(
    'check',
    '/otp/:id',
    checkRequest,
    (_body, challenge) => accounts.byPhone(codes.phoneOf(challenge) ?? ''),
    ({ call, code }, challenge) => {
      const verdict = codes.check(challenge, call, code);
      return verdict === 'unknown'
        ? { status: 404, body: { error: 'no such challenge' } }
        : ok({ accepted: verdict === 'accepted' });
    },
  );

  route(
    'sms',
    '/sms',
    smsRequest,
    ({ to }) => accounts.byPhone(to),
    (message) => {
      outbox.put(message);
      return { status: 202, body: {} };
    },
  );

  app.get('/outbox', (c) => c.json(outbox.messages));

  app.post('/codes', async (c) => {
    const codesBy = read(await c.req.text(), codesRequest);
    if ('error' in codesBy) return refusal(c, 400, codesBy.error);
    codesAreOurs = codesBy.data.by === 'us';
    return c.json(codesBy.data);
  });

  app.post('/customers', async (c) => {
    const wanted = read(await c.req.text(), customersRequest);
    if ('error' in wanted) return refusal(c, 400, wanted.error);
    return c.json(accounts.open(wanted.data.kind));
  });

  app.post('/faults', async (c) => {
    const fault = read(await c.req.text(), faultSchema);
    if ('error' in fault) return refusal(c, 400, fault.error);
    faults.set(fault.data);
    return c.json(fault.data);
  });

  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new IvrFault(
      'IVR_PORT_BUSY',
      `Port ${options.port} for the demo bank is taken: stop what listens there, or choose another with --port-bank or TONEGATE_PORT_BANK.`,
    );
  }
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;

  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function verdictIn({ body }: Answer): { readonly accepted?: boolean } {
  return 'accepted' in body ? { accepted: body.accepted === true } : {};
}

function refusal(c: Context, status: 400 | 401 | 404 | 413 | 422 | 500, error: string): Response {
  return c.json({ error }, status);
}

function isBearer(header: string | undefined, token: Secret | undefined): boolean {
  const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (given === undefined || token === undefined) return false;
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The body, or what is wrong with it: the fields and what they may be, never what was sent. */
function read<Body>(text: string, schema: z.ZodType<Body>): { data: Body } | { error: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: 'the body is not JSON' };
  }
  const body = schema.safeParse(json);
  if (body.success) return { data: body.data };
  const faults = body.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  return { error: faults.join('; ') };
}
