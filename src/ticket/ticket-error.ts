// Why a ticket was refused: a closed set of words, and messages that never hold anything of the ticket.

const MESSAGES = {
  malformed: 'This is not a hand-off ticket: its form, type, claims or lifetime are wrong.',
  signature: 'The ticket is not signed with a key of the issuer.',
  issuer: 'The ticket comes from another issuer.',
  audience: 'The ticket is for another desk.',
  expired: 'The ticket has expired.',
  'not-yet': 'The ticket was issued in the future: compare the clocks of issuer and desk.',
  room: 'The ticket is for another room.',
  caller: 'The ticket is for another caller.',
  replayed: 'The ticket has been used before.',
} as const;

export type TicketErrorCode = keyof typeof MESSAGES;

/** The ticket is refused: believe nothing it says. `code` tells why; nothing here holds the ticket. */
export class TicketError extends Error {
  override readonly name = 'TicketError';
  readonly code: TicketErrorCode;

  constructor(code: TicketErrorCode) {
    super(MESSAGES[code]);
    this.code = code;
  }
}
