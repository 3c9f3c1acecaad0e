// The text messages that the demo bank "sent", whoever wrote them: the demo's SMS inbox.

const MESSAGES_KEPT = 100;

interface TextMessage {
  readonly to: string;
  readonly text: string;
  readonly code: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Outbox {
  put(message: Omit<TextMessage, 'at'>): void;
  /** The last hundred, newest last. */
  readonly messages: readonly TextMessage[];
}

/** Opens an empty one; `now` is the clock in milliseconds. */
export function openOutbox(now: () => number): Outbox {
  const messages: TextMessage[] = [];
  return {
    messages,
    put({ to, text, code }) {
      messages.push({ to, text, code, at: new Date(now()).toISOString() });
      if (messages.length > MESSAGES_KEPT) messages.shift();
    },
  };
}
