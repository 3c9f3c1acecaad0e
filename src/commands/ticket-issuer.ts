// Who signs the tickets of a configuration's calls: its issuer, its key, what a call has proved.

import type { Config } from '../config/schema.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import type { SigningKey } from '../ticket/keys.ts';
import { mintTicket } from '../ticket/mint.ts';

export function ticketIssuer({ ticket }: Config, key: SigningKey): CallWorld['issueTicket'] {
  return ({ desk, proof, screening, call, line, caller }) =>
    mintTicket(
      {
        issuer: ticket.issuer,
        lifetimeSeconds: ticket.lifetimeSeconds,
        audience: desk,
        subject: proof.ref,
        identity: caller.identity,
        room: caller.room,
        call,
        sipCall: caller.sipCallId,
        line,
        amr: proof.amr,
        screening,
        auth: proof.auth,
      },
      key,
    );
}
