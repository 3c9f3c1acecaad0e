// A system of its own that a test may take apart: PostgreSQL, Redis, LiveKit server and SIP bridge, each to be
// stopped, killed and started again on its own; any number of workers; bank and desks in this process.

import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { type BankDeed, startDemoBank } from '../../src/demo/bank.ts';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import type { Child } from '../../src/demo/child.ts';
import { checkPortsFree } from '../../src/demo/ports.ts';
import { type StackPart, stackParts } from '../../src/demo/stack.ts';
import { portUses } from '../../src/demo/stack-config.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { applyRouting } from '../../src/livekit/provisioning.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { Secret } from '../../src/machines/secret.ts';
import { openStore } from '../../src/store/open-store.ts';
import { generateSigningKey, jwks, loadSigningKey } from '../../src/ticket/keys.ts';
import { type Dialling, dial, type Phone } from '../e2e/kit/phone.ts';
import { type PostgresServer, startPostgres, withClient } from '../kit/postgres-server.ts';
import { type Audiences, type Desks, startDesks } from './desks.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

/** Workers have those after `worker`, one after the other. */
const PORTS = { livekit: 27780, sip: 27760, rtp: 27200, redis: 27779, worker: 27_800 };
const API_KEY = 'devkey';
const API_SECRET = 'secretsecretsecretsecretsecretsecret';
const BANK = '+15105550100';

/** A server of the stack. */
export interface Servant {
  /** As its operator stops it. */
  stop(): Promise<void>;
  /** SIGKILL. Done when it is gone. */
  kill(): Promise<void>;
  /** On the same ports. Done when it answers. */
  start(): Promise<void>;
}

/** A configuration as it is written. */
export type Written = ReturnType<typeof parse>;

export interface SystemOptions {
  readonly ports?: typeof PORTS;
  /** Makes its configuration of the demo's; by default one line, whose desks are agents. */
  readonly configure?: (demo: Written) => Written;
  readonly audiences?: Audiences;
}

export interface WorkerOptions {
  /** Instead of the system's database. */
  readonly store?: string;
  readonly capacity?: number;
  /** Makes its configuration of the system's. */
  readonly configure?: (config: Written) => Written;
  /** More of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** A module that its Node loads before the program. */
  readonly preload?: string;
}

/** A call that a worker has, as the store knows it. */
export interface OpenCall {
  readonly inviteCallId: string | null;
  /** Of its worker. */
  readonly pid: number;
}

export interface ChaosSystem extends AsyncDisposable {
  readonly folder: string;
  readonly api: LiveKitApi;
  readonly config: Config;
  readonly bankUrl: string;
  readonly postgres: PostgresServer;
  readonly redis: Servant;
  readonly livekit: Servant;
  readonly desks: Desks;
  /** What the bank has done, in order. */
  readonly deeds: readonly BankDeed[];
  /** Every worker that was started and was not seen to end. */
  readonly workers: ReadonlySet<WorkerProcess>;
  /** Starts one more; it is not ready yet. */
  startWorker(options?: WorkerOptions): Promise<WorkerProcess>;
  /** A customer whom nobody else is. */
  newCustomer(): DemoAccount;
  /** The code sent to a customer last. */
  lastCode(customer: DemoAccount): Promise<string>;
  /** Calls; unless told otherwise the bank's line, from a number of its own. */
  dial(dialling?: Partial<Dialling>): Promise<Phone>;
  /** The calls that run, as the database knows them. */
  openCalls(): Promise<readonly OpenCall[]>;
  /** All records, oldest first; of the database, unless told otherwise. */
  records(store?: string): Promise<readonly CallRecord[]>;
}

const CUSTOMERS: readonly DemoAccount[] = Array.from({ length: 400 }, (_, i) => ({
  number: String(66600100 + i),
  customer: `customer-${4000 + i}`,
  birthDate: `19${30 + (i % 60)}-0${(i % 9) + 1}-1${i % 10}`,
  passcode: String(6000 + i),
  phone: `+1555124${String(1000 + i)}`,
  simChangedWithinHours: null,
}));

/** Done when calls could be made, but for the workers: none is started. */
export async function startSystem({
  ports = PORTS,
  configure = oneLine,
  audiences = { 'sensitive-desk': 'sensitive', 'operator-desk': 'operator' },
}: SystemOptions = {}): Promise<ChaosSystem> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-chaos-'));
  if (process.env.KEEP === undefined) starting.defer(() => rm(folder, { recursive: true }));
  const postgres = starting.use(await startPostgres());
  await checkPortsFree(portUses(ports));
  const parts = await stackParts({
    ports,
    dataDir: join(folder, 'stack'),
    apiKey: API_KEY,
    apiSecret: API_SECRET,
  });
  const redis = starting.use(
    await servant(parts.redis, (child) => saveAndStop(child, ports.redis)),
  );
  const livekit = starting.use(await servant(parts.server));
  starting.use(await servant(parts.bridge));

  const api = { host: `ws://127.0.0.1:${ports.livekit}`, key: API_KEY, secret: API_SECRET };
  const token = randomBytes(32).toString('base64url');
  const deeds: BankDeed[] = [];
  const bank = starting.use(
    await startDemoBank({
      host: '127.0.0.1',
      port: 0,
      token: Secret.of(token),
      accounts: CUSTOMERS,
      onDone: (deed) => void deeds.push(deed),
    }),
  );
  const { sms: _, ...demo } = parse(await readFile('tonegate.yaml', 'utf8'));
  const written = configure({ ...demo, backend: { url: bank.url, timeoutSeconds: 8 } });
  const configFile = async (name: string, content: Written) => {
    const path = join(folder, `${name}.yaml`);
    await writeFile(path, stringify(content));
    return path;
  };
  const config = await loadConfig(await configFile('tonegate', written));
  await applyRouting(api, config, () => Secret.empty);
  const signingKey = await generateSigningKey();
  const keys = jwks(await loadSigningKey(signingKey));
  const desks = starting.use(await startDesks(api, config.ticket.issuer, keys, audiences));

  const workers = new Set<WorkerProcess>();
  let started = 0;
  const env = {
    LIVEKIT_URL: api.host,
    LIVEKIT_API_KEY: API_KEY,
    LIVEKIT_API_SECRET: API_SECRET,
    TONEGATE_STORE: postgres.url,
    TONEGATE_PEPPER: randomBytes(32).toString('base64url'),
    TONEGATE_SIGNING_KEY: signingKey,
    TONEGATE_BACKEND_TOKEN: token,
  };
  const strangers = [...CUSTOMERS];
  const running = starting.move();
  return {
    folder,
    api,
    config,
    bankUrl: bank.url,
    postgres,
    redis,
    livekit,
    desks,
    deeds,
    workers,
    async startWorker({ store, capacity = 60, configure: change = asItIs, ...start } = {}) {
      started += 1;
      const nth = started;
      const worker = await startWorker({
        config: await configFile(`worker-${nth}`, { ...change(written), capacity }),
        port: ports.worker + nth,
        log: join(folder, `worker-${nth}.log`),
        env: { ...env, ...(store && { TONEGATE_STORE: store }), ...start.env },
        preload: start.preload,
      });
      workers.add(worker);
      void worker.ended.then(() => workers.delete(worker));
      running.use(worker);
      return worker;
    },
    newCustomer() {
      const customer = strangers.shift();
      if (customer === undefined) throw new Error('there are not enough customers');
      return customer;
    },
    async lastCode({ phone }) {
      const outbox = (await (await fetch(`${bank.url}/outbox`)).json()) as Sent[];
      const code = outbox.findLast(({ to }) => to === phone)?.code;
      if (code === undefined) throw new Error('no message was sent to this customer');
      return code;
    },
    dial: (dialling) =>
      dial({
        to: BANK,
        from: `+1555${String(randomInt(10_000_000)).padStart(7, '0')}`,
        sip: { host: '127.0.0.1', port: ports.sip },
        ...dialling,
      }),
    openCalls: () =>
      withClient(postgres.url, async (client) => {
        const { rows } = await client.query('select worker_id, record from open_calls');
        return rows.map(({ worker_id, record }) => ({
          inviteCallId: (JSON.parse(record) as CallRecord).inviteCallId,
          pid: Number(/-(\d+)-[^-]+$/.exec(worker_id)?.[1]),
        }));
      }),
    async records(store = postgres.url) {
      await using opened = await openStore(store, { mode: 'existing' });
      const records: CallRecord[] = [];
      for await (const record of opened.records.list()) records.push(record);
      return records;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A text message, as the bank's outbox shows it. */
interface Sent {
  readonly to: string;
  readonly code: string;
}

async function servant(
  part: StackPart,
  stop = (child: Child) => child.stop(),
): Promise<Servant & AsyncDisposable> {
  let child = await part.start();
  return {
    stop: () => stop(child),
    async kill() {
      child.signal('SIGKILL');
      await child.ended;
    },
    async start() {
      child = await part.start();
    },
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

/** As a Redis with persistence is stopped: trunks and rules are in it, and only in it. */
async function saveAndStop(child: Child, port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end('SHUTDOWN SAVE\r\n');
  socket.resume();
  await child.ended;
}

const asItIs = (config: Written): Written => config;

/** One line, whose desks are agents, so that nobody is referred elsewhere. */
function oneLine(demo: Written): Written {
  const [trunk] = demo.trunks;
  const [bank] = demo.lines;
  return {
    ...demo,
    trunks: [{ ...trunk, numbers: [BANK], ringingSeconds: 10 }],
    lines: [bank],
    desks: { sensitive: demo.desks.sensitive, operator: { agent: 'operator-desk' } },
  };
}
