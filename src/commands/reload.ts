// Takes over a new version of lines and recordings while calls run. Promises: a version is taken whole or
// not at all, one reading at a time, and the one that was asked for last wins.

import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { IvrFault, loggable } from '../ivr/fault.ts';
import type { LoadedEdition } from './edition.ts';

export interface Editions {
  /** What new calls go by. */
  readonly current: () => LoadedEdition;
  /** Why what was read last is not in use; null when it is. */
  readonly refusal: () => string | null;
  /** Reads everything anew, once more where that is under way already. Done when it is; never rejects. */
  reload(): Promise<void>;
}

export interface EditionSource {
  readonly first: LoadedEdition;
  /** Reads the newest, for a worker with this configuration. */
  readonly load: (running: Config) => Promise<LoadedEdition>;
  /** Told of each version that new calls go by from now on, the first one included. */
  readonly onTaken: (edition: LoadedEdition) => void;
  readonly log: Logger;
}

export function keepEditions({ first, load, onTaken, log }: EditionSource): Editions {
  let current = first;
  onTaken(first);
  let refusal: string | null = null;
  let isAsked = false;
  let reading: Promise<void> | null = null;

  async function readOnce(): Promise<void> {
    let next: LoadedEdition;
    try {
      next = await load(current.config);
    } catch (error) {
      refusal = error instanceof IvrFault ? error.message : 'see the log';
      log.error({ fault: loggable(error) }, 'new version refused: calls go by the one before');
      return;
    }
    const before = current;
    current = next;
    refusal = null;
    log.info(
      { from: before.promptVersions, to: next.promptVersions },
      'new version taken over: new calls go by it',
    );
    if (next.leftForRestart.length > 0) {
      log.warn({ keys: next.leftForRestart }, 'these keys have changed and need a restart');
    }
    try {
      onTaken(next);
    } catch (error) {
      log.error({ fault: loggable(error) }, 'not everybody was told of the new version');
    }
  }

  async function read(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      await readOnce();
    }
    reading = null;
  }

  return {
    current: () => current,
    refusal: () => refusal,
    reload() {
      isAsked = true;
      reading ??= read();
      return reading;
    },
  };
}
