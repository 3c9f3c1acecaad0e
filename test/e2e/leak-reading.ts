// How what LiveKit and the store show is made into text to be searched: what is exempt is set apart, and what is
// encoded is opened.

import type { ParticipantInfo } from '@livekit/protocol';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { withClient } from '../kit/postgres.ts';

/** What a participant carries, and of that what LiveKit has put there itself: identity, names, `sip.*`. */
export interface Carried {
  readonly ours: object;
  readonly livekits: object;
}

/**
 * LiveKit names a SIP participant, and its track, after the calling number. A trunk's mapping may have put a header
 * there that says it again (`tonegate.h.*`): when attributes of ours are there it must be gone.
 */
export function carriedBy(participant: ParticipantInfo): Carried {
  const {
    identity,
    name,
    attributes = {},
    tracks = [],
    ...others
  } = participant.toJson() as {
    readonly identity?: string;
    readonly name?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly tracks?: readonly { readonly name?: string }[];
  };
  const isLabelled = 'ivr.call' in attributes;
  const isLiveKits = (attribute: string) =>
    attribute.startsWith('sip.') || (!isLabelled && attribute.startsWith('tonegate.h.'));
  const all = Object.entries(attributes);
  return {
    ours: {
      ...others,
      attributes: all.filter(([attribute]) => !isLiveKits(attribute)),
      tracks: tracks.map(({ name: _, ...track }) => track),
    },
    livekits: {
      identity,
      name,
      attributes: all.filter(([attribute]) => isLiveKits(attribute)),
      tracks: tracks.map((track) => track.name),
    },
  };
}

/** A dispatch's metadata; after it, where there is a ticket in it, what the ticket says. */
export function dispatchText(metadata: string): string {
  const ticket = /"ticket":"([^"]+)"/.exec(metadata)?.[1];
  return ticket === undefined ? metadata : `${metadata} ${ticketText(ticket)}`;
}

export function ticketText(ticket: string): string {
  return JSON.stringify([decodeProtectedHeader(ticket), decodeJwt(ticket)]);
}

/**
 * What PostgreSQL writes, its bytes as characters instead of in hex: what is sealed is noise, and in so much hex nine
 * digits of a number are met by chance.
 */
export const withBytesOpened = (text: string) =>
  text.replaceAll(/\\+x((?:[0-9a-f]{2})+)/g, (_, hex: string) =>
    Buffer.from(hex, 'hex').toString('latin1'),
  );

/** Every row of every table. */
export async function allRows(storeUrl: string): Promise<string[]> {
  return await withClient(storeUrl, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
    );
    const all = tables.rows.map(
      ({ name }) => `select '${name}: ' || row_to_json(t)::text || t::text as row from ${name} t`,
    );
    if (all.length === 0) return [];
    const { rows } = await client.query<{ row: string }>(all.join(' union all '));
    return rows.map(({ row }) => withBytesOpened(row));
  });
}
