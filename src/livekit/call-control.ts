// What LiveKit's server does to one caller on our word: attributes, agents, transfer, removal. Promises:
// outcomes as values, faults as `IvrFault`, and never a request that is repeated behind our back.

import {
  AgentDispatchClient,
  RoomServiceClient,
  SipCallError,
  SipClient,
} from 'livekit-server-sdk';
import type { TransferOutcome } from '../ivr/ports.ts';
import type { LiveKitApi } from './server-api.ts';
import { apiFault, refusalOf } from './server-api.ts';

/** A region failover of the SDK would send a REFER or a dispatch twice. */
const ONCE = { failover: false };

/** Refusals that LiveKit gives before anything is sent to the caller's side, or for its no. */
const REFER_REFUSED = new Set([
  'not_found',
  'invalid_argument',
  'failed_precondition',
  'permission_denied',
  'unauthenticated',
  'unimplemented',
]);

export class CallControl {
  readonly #room: string;
  readonly #identity: string;
  readonly #rooms: RoomServiceClient;
  readonly #dispatches: AgentDispatchClient;
  readonly #sip: SipClient;

  constructor({ host, key, secret }: LiveKitApi, room: string, identity: string) {
    this.#room = room;
    this.#identity = identity;
    this.#rooms = new RoomServiceClient(host, key, secret, ONCE);
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

  /** Takes the caller out of the room: 486 while ringing, BYE afterwards. Already gone is done. */
  async remove(): Promise<void> {
    try {
      await this.#rooms.removeParticipant(this.#room, this.#identity);
    } catch (error) {
      if (refusalOf(error) !== 'not_found') throw apiFault('ending the call', error);
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
