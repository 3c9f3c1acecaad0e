// What is known of the platform when the doctor judges it. Adapters fill it in; nothing here knows
// LiveKit's API. Numbers are in it so that they can be compared: findings never repeat them.

/** Why a question to LiveKit went unanswered: the key was refused, a grant is missing, no answer, or LiveKit's own word. */
export type Refusal = 'key' | 'grant' | 'unreachable' | (string & {});

/** An answer, or why there is none. */
export type Asked<T> = { readonly answer: T } | { readonly refusal: Refusal };

export interface ServerFacts {
  /** As the server tells agents that sign in; empty where it does not say. */
  readonly version: Asked<string>;
  readonly rooms: Asked<true>;
  readonly dispatches: Asked<true>;
  readonly sip: Asked<SipFacts>;
  /** Whether a SIP bridge answers the server; `unknown`: it cannot be told from the answer. */
  readonly bridge: Asked<'connected' | 'overloaded' | 'missing' | 'unknown'>;
}

export interface SipFacts {
  readonly trunks: readonly TrunkFacts[];
  readonly rules: readonly RuleFacts[];
}

/** An inbound trunk at LiveKit. */
export interface TrunkFacts {
  readonly id: string;
  readonly name: string;
  /** Empty: every number. */
  readonly numbers: readonly string[];
  /** Calling numbers; empty: every one. */
  readonly allowedNumbers: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly authUser: string;
  readonly hasPassword: boolean;
  readonly encryption: 'disable' | 'allow' | 'require';
  /** Attribute by header, as written. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Which headers become attributes without a mapping. */
  readonly includedHeaders: 'none' | 'x' | 'all';
}

/** A dispatch rule at LiveKit. */
export interface RuleFacts {
  readonly id: string;
  readonly name: string;
  /** Empty: every trunk. */
  readonly trunkIds: readonly string[];
  /** Dialled numbers; empty: every one. */
  readonly numbers: readonly string[];
  /** Calling numbers; empty: every one. */
  readonly callingNumbers: readonly string[];
  /** `unknown`: of a kind that came after this program. */
  readonly rooms: 'callee' | 'individual' | 'direct' | 'unknown';
  /** Whether each call gets a room of its own. */
  readonly isRandomised: boolean;
  readonly hasPin: boolean;
  readonly hidesNumbers: boolean;
  /** 0: no limit. */
  readonly maxParticipants: number;
  /** Names of the agents it dispatches. */
  readonly agents: readonly string[];
}

/** What `tonegate provision apply` would do to a trunk or rule of ours. */
export interface Drift {
  readonly what: 'trunk' | 'rule';
  /** As in the configuration. */
  readonly name: string;
  readonly action: 'create' | 'change' | 'remove' | 'unchanged';
  /** What differs, in words; never the values. */
  readonly fields: readonly string[];
}

/** One look at another machine's clock. */
export interface ClockFacts {
  /** Theirs minus ours at least, in milliseconds, good to half a second; null where it shows none. */
  readonly aheadMs: number | null;
}

/** What became of one question to the customer's server. */
export interface Exchange {
  readonly probe: Probe;
  /** Null: as the contract has it. */
  readonly flaw: Flaw | null;
  readonly ms: number;
}

/** Without an account: the first row. With one: the second, and the third where a code may be sent. */
export type Probe =
  | ('token' | 'lookup' | 'customer' | 'repeat' | 'reuse' | 'challenge')
  | ('account' | 'account-again' | 'account-customer' | 'unknown-ref' | 'sim')
  | (`${'right' | 'wrong'}-${'birth-date' | 'passcode'}` | 'impossible-date')
  | ('code' | 'code-again' | 'wrong-code' | 'other-call');

/** No answer, or not the whole of it in time. `code` is the system's word, such as ECONNREFUSED. */
export type Silence =
  | { readonly kind: 'no-connection'; readonly code: string }
  | { readonly kind: 'late' };

/** Why there is no answer that could be looked at. */
export type Unreadable = Silence | { readonly kind: 'content-type' | 'too-long' | 'not-json' };

/**
 * What an answer had that the contract does not allow. `accepted`: what must be refused was not. `refused`: what
 * is right was. `unknown`: the account is not there. `tells`: its reference holds what was asked for.
 */
export type Flaw =
  | Unreadable
  | { readonly kind: 'status'; readonly status: number }
  | {
      readonly kind:
        | 'redirect'
        | 'schema'
        | 'accepted'
        | 'differs'
        | 'refused'
        | 'unknown'
        | 'tells';
    };

/** What was seen with a test account, beside the answers. */
export interface AccountFacts {
  /** Whether others than its owner may read or change the account's file. */
  readonly isFileOpen: boolean;
  /** Medians of some lookups of the account and of unknown ones; null where none could be timed. */
  readonly lookupMs: { readonly known: number; readonly unknown: number } | null;
  /**
   * What became of the wish for a code. `noPhone`: the lookup says that there is nothing to send it to.
   * `unanswered`: one of the exchanges says why there is none.
   */
  readonly code: 'unasked' | 'noPhone' | 'unanswered' | 'sent' | 'leftToUs';
}

/** What the next call brought: names and counts. */
export interface CallFacts {
  readonly attributes: readonly string[];
  /** Names of the INVITE's headers, as written; null where the bridge does not tell. */
  readonly headers: readonly string[] | null;
  /** Whether the bridge can refuse and end calls with headers of ours; null: it did not say. */
  readonly canEndCall: boolean | null;
  readonly trunkId: string | null;
}

/** The keys of a call that is over, counted. */
export interface KeyFacts {
  /** Before the answer no key comes. */
  readonly wasAnswered: boolean;
  readonly keys: number;
  /** Letters and events that no telephone has a key for. */
  readonly others: number;
  /** Keys less than 40 ms after the one before. */
  readonly hasty: number;
  readonly ending: 'hungUp' | 'stopped';
}

/** Whether the agent of desks came when it was dispatched. */
export interface DeskFacts {
  readonly agent: string;
  readonly desks: readonly string[];
  /** Null: it did not within the time that its desks give it. */
  readonly joinedMs: number | null;
  readonly withinSeconds: number;
}
