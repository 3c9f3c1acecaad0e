// The agent server protocol ("worker" in LiveKit's messages): registers under an agent name, answers
// job offers at once, hands over assigned jobs, reports load, and comes back after every loss. Must
// not know what a job is about. Losing the connection does not touch running jobs: their rooms are
// connections of their own, and server v1.13.5 forgets the jobs and has no message to be told again.

import type { AvailabilityRequest, JobAssignment } from '@livekit/protocol';
import { JobStatus, JobType, WorkerStatus } from '@livekit/protocol';
import type { IvrFault } from '../ivr/fault.ts';
import type { AgentSocket, FromServer } from './agent-socket.ts';
import { agentEndpoint, openAgentSocket } from './agent-socket.ts';
import type { Job, JobOffer } from './job.ts';
import type { LiveKitApi } from './server-api.ts';
import { keyRefused } from './server-api.ts';

const LOAD_MS = 2500;
const BACKOFF_MS = { first: 250, most: 5000 };
/** How long the server waits for the answer to an offer (v1.13.5, `AssignJobTimeout`). */
const ASSIGN_MS = 10_000;
/** The load at which the server stops offering (v1.13.5, `agents.target_load`): our 1. */
const SERVER_TARGET_LOAD = 0.7;

export interface AgentServerOptions {
  readonly api: LiveKitApi;
  /** The name that dispatch rules and dispatches use. */
  readonly agentName: string;
  readonly version: string;
  /** How full we are: 0 is idle, 1 and more is full. Asked every 2.5 s and whenever a job came or went. */
  load(): number;
  /**
   * Whether to take the job; must answer at once. `promised`: jobs taken whose assignment is still on
   * its way, so that a burst of offers cannot exceed the capacity.
   */
  offer(offer: JobOffer, promised: number): boolean;
  /** Called with each assigned job. Must not throw. */
  onJob(job: Job): void;
}

/** `fault`: why the last connection failed or ended; null while registered. */
export interface AgentServerState {
  readonly phase: 'connecting' | 'registered' | 'closed';
  readonly fault: IvrFault | null;
}

export interface AgentServer extends AsyncDisposable {
  readonly state: AgentServerState;
  /** Told of every change of state. One listener. */
  onState(listener: (state: AgentServerState) => void): void;
  /**
   * Takes no further job, now and after every reconnect; running jobs go on. Done when no promised job
   * is still on its way.
   */
  drain(): Promise<void>;
}

/** Connects to LiveKit and stays connected until disposed of. Throws only for an unusable address. */
export function connectAgentServer(options: AgentServerOptions): AgentServer {
  agentEndpoint(options.api.host);
  return new LiveKitAgentServer(options);
}

/** A job that was taken and has not come yet. */
interface Promised {
  readonly offeredAt: number;
  readonly timer: NodeJS.Timeout;
}

class LiveKitAgentServer implements AgentServer {
  readonly #options: AgentServerOptions;
  readonly #ticking: NodeJS.Timeout;
  readonly #promised = new Map<string, Promised>();
  readonly #running = new Map<string, AbortController>();
  #state: AgentServerState = { phase: 'connecting', fault: null };
  #listener: (state: AgentServerState) => void = () => undefined;
  #socket: AgentSocket | null = null;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #draining = false;
  /** Done when, after `drain`, the last promised job has come or will not come any more. */
  readonly #promisesKept = Promise.withResolvers<void>();

  constructor(options: AgentServerOptions) {
    this.#options = options;
    this.#ticking = setInterval(() => this.#reportLoad(), LOAD_MS);
    this.#connect();
  }

  get state(): AgentServerState {
    return this.#state;
  }

  onState(listener: (state: AgentServerState) => void): void {
    this.#listener = listener;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    this.#reportLoad();
    if (this.#promised.size > 0) await this.#promisesKept.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticking);
    clearTimeout(this.#retry);
    for (const { timer } of this.#promised.values()) clearTimeout(timer);
    this.#enter('closed', null);
    await this.#socket?.close();
  }

  #connect(): void {
    const events = {
      onOpen: () => this.#register(),
      onMessage: (message: FromServer) => this.#receive(message),
      onClose: (fault: IvrFault) => this.#lost(fault),
    };
    openAgentSocket(this.#options.api, this.#options.agentName, events).then(
      (socket) => {
        this.#socket = socket;
        if (this.#state.phase === 'closed') return socket.close();
      },
      () => this.#lost(keyRefused('signing in as agent server')),
    );
  }

  #lost(fault: IvrFault): void {
    this.#socket = null;
    if (this.#state.phase === 'closed') return;
    const wait = Math.min(BACKOFF_MS.first * 2 ** this.#failures, BACKOFF_MS.most);
    this.#failures += 1;
    // Up to half of it at random: workers that lost the same server do not come back in step.
    this.#retry = setTimeout(() => this.#connect(), wait * (1 - Math.random() / 2));
    this.#enter('connecting', fault);
  }

  #register(): void {
    this.#socket?.send({
      case: 'register',
      value: {
        type: JobType.JT_ROOM,
        agentName: this.#options.agentName,
        version: this.#options.version,
        allowedPermissions: { canPublish: true, canSubscribe: true, canPublishData: true },
      },
    });
  }

  #receive(message: FromServer): void {
    switch (message.case) {
      case 'register':
        this.#failures = 0;
        this.#enter('registered', null);
        this.#reportLoad();
        return;
      case 'availability':
        this.#answer(message.value);
        return;
      case 'assignment':
        this.#begin(message.value);
        return;
      case 'termination':
        this.#running.get(message.value.jobId)?.abort();
        return;
      case 'pong':
      case undefined:
        return;
    }
  }

  #answer({ job }: AvailabilityRequest): void {
    if (job === undefined) return;
    const { id, metadata } = job;
    const available = !this.#draining && this.#options.offer({ id, metadata }, this.#promised.size);
    if (available) {
      const timer = setTimeout(() => this.#keepPromise(id), ASSIGN_MS);
      this.#promised.set(id, { offeredAt: performance.now(), timer });
    }
    this.#socket?.send({
      case: 'availability',
      value: {
        jobId: id,
        available,
        participantIdentity: `agent-${id}`,
        participantName: this.#options.agentName,
      },
    });
  }

  #begin({ job, url, token }: JobAssignment): void {
    if (job === undefined) return;
    const { id, metadata } = job;
    const offeredAt = this.#promised.get(id)?.offeredAt ?? performance.now();
    this.#keepPromise(id);
    const terminated = new AbortController();
    this.#running.set(id, terminated);
    this.#report(id, JobStatus.JS_RUNNING);
    this.#options.onJob({
      id,
      metadata,
      room: job.room?.name ?? '',
      url: url || this.#options.api.host,
      token,
      offeredAt,
      terminated: terminated.signal,
      finish: (outcome) => {
        if (!this.#running.delete(id)) return;
        this.#report(id, outcome === 'success' ? JobStatus.JS_SUCCESS : JobStatus.JS_FAILED);
        this.#reportLoad();
      },
    });
    this.#reportLoad();
  }

  #keepPromise(id: string): void {
    clearTimeout(this.#promised.get(id)?.timer);
    this.#promised.delete(id);
    if (this.#draining && this.#promised.size === 0) this.#promisesKept.resolve();
  }

  #report(jobId: string, status: JobStatus): void {
    this.#socket?.send({ case: 'updateJob', value: { jobId, status } });
  }

  #reportLoad(): void {
    if (this.#state.phase !== 'registered') return;
    const load = Math.max(0, this.#options.load());
    this.#socket?.send({
      case: 'updateWorker',
      value: {
        status: this.#draining || load >= 1 ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE,
        load: Math.min(1, load) * SERVER_TARGET_LOAD,
        jobCount: this.#running.size,
      },
    });
  }

  #enter(phase: AgentServerState['phase'], fault: IvrFault | null): void {
    this.#state = { phase, fault };
    this.#listener(this.#state);
  }
}
