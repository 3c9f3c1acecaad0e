// Our connections to PostgreSQL. Promises: a server that goes away or hangs ends what was asked of it with an
// error, never this process; a connection of which that is known is not used again; nothing of the URL is
// ever shown.

import { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { IvrFault } from '../ivr/fault.ts';

/** For connecting, for waiting until one of our connections is free, and for taking leave. */
const CONNECT_MS = 2000;
const STATEMENT_MS = 5000;
/** The server ends a statement first, where it can be reached. */
const ANSWER_MS = 6000;
/** A process that stands still amid a transaction holds up all others: the server takes its locks away. */
const IDLE_MS = 3000;
const CONNECTIONS = 10;

/** `int8`, which `pg` otherwise gives as text. Our times and counts fit into a number. */
const INT8 = 20;

/** Connects when it is first used. A URL that cannot be one is an `IVR_CONFIG_INVALID`. */
export function connectPool(url: string): PostgresPool {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool(options(url, sockets));
  // Said of connections that nobody uses at the moment: the pool has dropped them already.
  pool.on('error', () => undefined);
  // Said of connections in use, between two statements: the next one fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    options: {},
    connect: async () => lease(await pool.connect()),
    async end() {
      await pool.end();
      // They are taking leave. One that gets no answer would keep this process alive.
      const hurry = () => {
        for (const socket of sockets) socket.destroy();
      };
      setTimeout(hurry, CONNECT_MS).unref();
    },
  };
}

/** A connection of its own, not connected yet. */
export function aloneAt(url: string): pg.Client {
  return new pg.Client(options(url, new Set()));
}

function options(url: string, sockets: Set<Socket>): pg.PoolConfig {
  const config: pg.PoolConfig = {
    connectionString: url,
    application_name: 'tonegate',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_MS,
    keepAlive: true,
    max: CONNECTIONS,
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
  };
  try {
    // Reads the URL and the files it names, and does not connect.
    new pg.Client(config);
  } catch {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'TONEGATE_STORE is no URL of a PostgreSQL database. It looks like postgres://USER:PASSWORD@HOST:5432/DATABASE; other than letters, digits and . _ - are percent-encoded in USER and PASSWORD, and certificate files that it names must be readable.',
    );
  }
  return config;
}

/** A connection until it is given back. */
function lease(client: pg.PoolClient): PostgresPoolClient {
  /** The end of the connection. */
  let end: unknown;
  async function query(text: string, parameters: readonly unknown[]) {
    if (end !== undefined) throw end;
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      // Without a word from the server nobody knows what it is doing.
      const goesOn = error instanceof pg.DatabaseError && error.severity !== 'FATAL';
      if (!goesOn) end = error;
      throw error;
    }
  }
  return {
    // The other way to call it takes a cursor, which we have none of.
    query: query as unknown as PostgresPoolClient['query'],
    release: (isUnusable) => client.release(end !== undefined || isUnusable),
  };
}
