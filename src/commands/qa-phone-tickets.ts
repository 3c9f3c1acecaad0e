// The tickets of a call as its desks were sent them, in the metadata of their dispatches: taken apart, and checked as
// a desk would. Each is shown without its signature, so that it is of no use to anybody.

import { decodeProtectedHeader } from 'jose';
import { dispatchedTo } from '../livekit/dispatched.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { TicketError, type TicketExpectations, verifyTicket } from '../ticket/verify.ts';
import type { ShownTicket } from '../web/page-wire.ts';

interface Whereabouts {
  readonly room: string;
  /** Identity of the caller. */
  readonly caller: string;
  readonly jwks: TicketExpectations['jwks'];
  readonly issuer: string;
}

/** The desk has its own memory of used tickets; looking at one uses it up nowhere. */
const LOOKING = { remember: () => true };

/** None where the room is gone, or nobody was sent for with a ticket. */
export async function ticketsIn(
  api: LiveKitApi,
  where: Whereabouts,
): Promise<readonly ShownTicket[]> {
  const tickets: ShownTicket[] = [];
  for (const { agent, metadata } of await dispatchedTo(api, where.room)) {
    const token = tokenIn(metadata);
    if (token !== null) tickets.push({ agent, ...(await apart(token, where)) });
  }
  return tickets;
}

function tokenIn(metadata: string): string | null {
  try {
    const { ticket } = JSON.parse(metadata);
    return typeof ticket === 'string' ? ticket : null;
  } catch {
    return null;
  }
}

async function apart(token: string, where: Whereabouts): Promise<Omit<ShownTicket, 'agent'>> {
  const claims = claimsIn(token);
  const audience = typeof claims.aud === 'string' ? claims.aud : '';
  return {
    header: decodeProtectedHeader(token),
    claims,
    check: await verifyTicket(token, { ...where, audience, seen: LOOKING }).then(
      () => 'good',
      (error: unknown) => (error instanceof TicketError ? error.code : 'could not be checked'),
    ),
  };
}

function claimsIn(token: string): Record<string, unknown> {
  const payload = token.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}
