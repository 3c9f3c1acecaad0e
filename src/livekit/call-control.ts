// What LiveKit's server does to one caller on our word: attributes, agents, transfer, removal. Promises:
// outcomes as values, faults as `IvrFault`, and never a request that is repeated behind our back.

import type { ParticipantInfo } from '@livekit/protocol';
import { base64url } from 'jose';
import {
  AgentDispatchClient,
  RoomServiceClient,
  SipCallError,
  SipClient,
} from 'livekit-server-sdk';
import type { DeskHere, TransferOutcome } from '../ivr/ports.ts';
import { readClaims } from '../ticket/claims.ts';
import { hasHungUp } from './caller.ts';
import { RoomList } from './room-list.ts';
import type { LiveKitApi } from './server-api.ts';
import { apiFault, refusalOf } from './server-api.ts';

/** A region failover of the SDK would send a REFER or a dispatch twice. */
const ONCE = { failover: false };
/** Who is in a room is asked every second: what comes later than the next question helps nobody. */
const LOOK_MS = 900;

/** Refusals that LiveKit gives before anything is sent to the caller's side, or for its no. */
const REFER_REFUSED = new Set([
  'not_found',
  'invalid_argument',
  'failed_precondition',
  'permission_denied',
  'unauthenticated',
  'unimplemented',
]);

/** An agent that was sent into the room for a call, and what its ticket says. */
export interface Dispatch {
  readonly id: string;
  readonly agent: string;
  readonly ticket: DeskHere | null;
}

export class CallControl {
  readonly #room: string;
  readonly #identity: string;
  readonly #rooms: RoomServiceClient;
  readonly #list: RoomList;
  readonly #dispatches: AgentDispatchClient;
  readonly #sip: SipClient;

  constructor(api: LiveKitApi, room: string, identity: string) {
    const { host, key, secret } = api;
    this.#room = room;
    this.#identity = identity;
    this.#rooms = new RoomServiceClient(host, key, secret, ONCE);
    this.#list = new RoomList(api, room, LOOK_MS);
    this.#dispatches = new AgentDispatchClient(host, key, secret, ONCE);
    this.#sip = new SipClient(host, key, secret, ONCE);
  }

  async setAttributes(attributes: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#rooms.updateParticipant(this.#room, this.#identity, { attributes });
    } catch (error) {
      throw apiFault('setting attributes on the caller', error);
    }
  }

  /** Everybody in the room, hidden ones too. */
  async participants(): Promise<readonly ParticipantInfo[]> {
    try {
      return await this.#list.read();
    } catch (error) {
      throw apiFault('looking who is in the room', error);
    }
  }

  /** Takes the caller out of the room: 486 while ringing, BYE afterwards. Already gone is done. */
  async remove(): Promise<void> {
    await this.expel(this.#identity);
  }

  /** Takes somebody else out of the room. Not there is done. */
  async expel(identity: string): Promise<void> {
    try {
      await this.#rooms.removeParticipant(this.#room, identity);
    } catch (error) {
      if (refusalOf(error) !== 'not_found') throw apiFault('clearing the room', error);
    }
  }

  /** Answers the id of the dispatch. That an agent of this name exists is not promised. */
  async dispatch(agent: string, metadata: string): Promise<string> {
    try {
      return (await this.#dispatches.createDispatch(this.#room, agent, { metadata })).id;
    } catch (error) {
      throw apiFault('dispatching an agent', error);
    }
  }

  /** Takes a dispatch back: its agent is told to leave, now or when it comes. */
  async withdraw(dispatchId: string): Promise<void> {
    try {
      await this.#dispatches.deleteDispatch(dispatchId, this.#room);
    } catch (error) {
      if (refusalOf(error) !== 'not_found') throw apiFault('withdrawing an agent', error);
    }
  }

  /** The dispatches that were made for this call. */
  async dispatchesOf(call: string): Promise<readonly Dispatch[]> {
    try {
      const made = await this.#dispatches.listDispatch(this.#room);
      return made
        .map(({ id, agentName, metadata }) => ({ id, agent: agentName, ...purposeOf(metadata) }))
        .filter((dispatch) => dispatch.call === call);
    } catch (error) {
      throw apiFault('looking which agents were dispatched', error);
    }
  }

  /** The identities of those whom a dispatch has sent, as far as the server knows by now. */
  async sentBy(dispatchId: string): Promise<ReadonlySet<string>> {
    try {
      const dispatch = await this.#dispatches.getDispatch(dispatchId, this.#room);
      const jobs = dispatch?.state?.jobs ?? [];
      return new Set(jobs.flatMap(({ state }) => state?.participantIdentity ?? []));
    } catch (error) {
      throw apiFault('looking for the agent that was dispatched', error);
    }
  }

  /** Takes an agent out of the room. Already gone is done. */
  async showOut(identity: string): Promise<void> {
    try {
      await this.#rooms.removeParticipant(this.#room, identity);
    } catch (error) {
      if (refusalOf(error) !== 'not_found') throw apiFault('showing an agent out', error);
    }
  }

  /** Whether the caller is in the room and has not hung up. */
  async hasCaller(): Promise<boolean> {
    try {
      const { attributes } = await this.#rooms.getParticipant(this.#room, this.#identity);
      return !hasHungUp({ attributes });
    } catch (error) {
      if (refusalOf(error) === 'not_found') return false;
      throw apiFault('looking for the caller', error);
    }
  }

  /** REFER. `unknown` for everything that is neither a yes nor a definite no. */
  async transfer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
  ): Promise<TransferOutcome> {
    try {
      await this.#sip.transferSipParticipant(this.#room, this.#identity, target, {
        headers: { ...headers },
        ringingTimeout: Math.ceil(ringSeconds),
      });
      return 'succeeded';
    } catch (error) {
      const said = error instanceof SipCallError && error.sipStatusCode !== undefined;
      return said || REFER_REFUSED.has(refusalOf(error) ?? '') ? 'failed' : 'unknown';
    }
  }
}

/** By its metadata, what a dispatch was made for: our id of the call, and what its ticket says; null: none of ours. */
export function purposeOf(metadata: string): {
  readonly call: string | null;
  readonly ticket: DeskHere | null;
} {
  const { call, ticket } = fieldsIn(metadata);
  return { call: typeof call === 'string' ? call : null, ticket: toldBy(ticket) };
}

function fieldsIn(metadata: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(metadata));
  } catch {
    return {};
  }
}

/** As a worker like us has written it: nobody else can dispatch. It is for its desk to verify. */
function toldBy(ticket: unknown): DeskHere | null {
  try {
    const [, payload = ''] = String(ticket).split('.');
    const { aud, auth, amr } = readClaims(base64url.decode(payload));
    return { desk: aud, auth, amr: amr as DeskHere['amr'] };
  } catch {
    return null;
  }
}
