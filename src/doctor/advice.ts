// Why each fault matters to callers, and what mends it. docs/doctor.md has the same words (a test compares
// them). Knows nothing of how a fault is found.

export interface Advice {
  readonly why: string;
  readonly mend: string;
}

const PROVISION = 'run `tonegate provision plan`, then `tonegate provision apply`';

const advice = {
  'trunk-password': {
    why: 'the trunk cannot be given its digest, and without one LiveKit lets everybody in',
    mend: 'set TONEGATE_TRUNK_<NAME>_PASSWORD (or …_FILE), then run `tonegate provision apply`',
  },
  'line-no-verdict': {
    why: 'without a profile no verdict is read: every call counts as `none`, and the policy takes none of them',
    mend: 'set `profile` at its trunk (docs/screening.md), or `accept: not-failed` at the line',
  },
  'store-unusable': {
    why: 'without it no caller is verified and no call is recorded',
    mend: 'check TONEGATE_STORE, its folder and the free space there',
  },
  'livekit-unreachable': {
    why: 'no call comes in without it, and nothing else of it could be checked',
    mend: 'check LIVEKIT_URL, and that the server runs and is not behind a firewall',
  },
  'livekit-key': {
    why: 'no worker can register, so every caller rings until the trunk gives up',
    mend: 'set LIVEKIT_API_KEY and LIVEKIT_API_SECRET to a pair that this server knows; a clock that is wrong looks the same',
  },
  'livekit-outdated': {
    why: 'everything here is tested on 1.13; before 1.12 trunks know no media settings, so encryption may not hold, and before 1.9.2 no desk agent is recognised',
    mend: 'use LiveKit server 1.13 or later',
  },
  'livekit-grant': {
    why: 'the worker and `tonegate provision` ask for the same, and will be refused in a call',
    mend: 'use a key that may have the named grant',
  },
  'livekit-sip': {
    why: 'trunks and dispatch rules cannot be seen, and calls find none either',
    mend: 'give the LiveKit server and its SIP bridge the same Redis',
  },
  'clock-off': {
    why: 'tickets and upstream tokens live two minutes at most: where clocks differ good ones are expired, or not valid yet; further apart, LiveKit refuses our tokens too',
    mend: 'keep both machines in time with NTP (chrony, systemd-timesyncd)',
  },
  'bridge-missing': {
    why: 'no call by SIP comes in: nobody is there who takes an INVITE',
    mend: 'start livekit-sip with the Redis and the API key of this server; look into its log',
  },
  'bridge-overloaded': {
    why: 'it takes calls all the same, but sound may break up and keys may be lost',
    mend: 'give livekit-sip more processor time, or a machine of its own',
  },
  'trunk-missing': {
    why: 'LiveKit gives calls over this carrier no answer at all: callers hear it ring until they give up',
    mend: PROVISION,
  },
  'trunk-differs': {
    why: 'what the configuration says does not hold at LiveKit',
    mend: PROVISION,
  },
  'rule-differs': {
    why: 'what the configuration says does not hold at LiveKit',
    mend: PROVISION,
  },
  leftover: {
    why: 'what was once provisioned still takes calls, by rules that nobody looks at',
    mend: PROVISION,
  },
  'routing-invalid': {
    why: 'what LiveKit has cannot be compared with the configuration, and `tonegate provision` refuses it too',
    mend: 'correct what is named, then run `tonegate provision apply`',
  },
  'trunk-open': {
    why: 'whoever reaches the bridge can call in with any header, and whoever reaches its RTP ports can send keys into a running call; allowed numbers and addresses are filters, no proof',
    mend: 'set `authUser` or `encryption: require`, or let a firewall or SBC pass nobody but the carrier',
  },
  'trunk-half-digest': {
    why: 'LiveKit asks for a digest only where user and password are set: this trunk asks nobody (unless the server keeps passwords to itself)',
    mend: 'set the password too, or take the user out',
  },
  'mapping-overwrites': {
    why: 'a header, which any caller can send, would become an attribute that calls are told apart, routed or screened by',
    mend: 'map the header to a name of its own; for `sip.*`, `ivr.*`, `lk.*` and `tonegate.h.*` there is no need',
  },
  'mapping-missing': {
    why: "the bridge tells only the last of a repeated header; without the mapping of the first, a verdict that a caller forged beside the carrier's goes unnoticed",
    mend: PROVISION,
  },
  'mapping-secret': {
    why: "a token of an upstream system would stand in an attribute, for everybody in the room and in LiveKit's records",
    mend: 'take the mapping out, and include no X- headers: the worker asks the bridge for them',
  },
  'headers-in-room': {
    why: 'with all headers the calling number comes into attributes (`sip.h.from` and others), whatever is hidden elsewhere',
    mend: 'include no headers: the worker asks the bridge for them',
  },
  'number-untaken': {
    why: 'LiveKit gives these calls no answer at all: callers hear it ring until they give up',
    mend: PROVISION,
  },
  'number-twice': {
    why: 'where two trunks fit a call LiveKit takes neither, and the caller gets 503',
    mend: 'take the number from one of the two',
  },
  'number-contested': {
    why: 'callers that the other trunk allows come in there, and their headers are not believed',
    mend: 'take the number from the other trunk, unless that is meant',
  },
  'number-elsewhere': {
    why: 'calls come in over a trunk that the configuration does not know: its rules apply, and no header counts',
    mend: 'take the number from that trunk, then run `tonegate provision apply`',
  },
  'rule-missing': {
    why: 'LiveKit gives calls without a rule no answer at all: callers hear it ring until they give up',
    mend: PROVISION,
  },
  'rule-agent': {
    why: 'only the agent that the rule names is brought into the room: with none nobody answers, and another one would hear every key',
    mend: 'set `agentName` as the rule has it, or run `tonegate provision apply`',
  },
  'rule-other': {
    why: 'LiveKit prefers rules with a PIN, then those for certain numbers, to ours: these calls never reach us',
    mend: 'take our trunk out of that rule, or delete it',
  },
  'rule-catch-all': {
    why: 'it takes the calls of every trunk that has no rule of its own: ours too, as soon as our rule is gone',
    mend: 'give it the trunks it is meant for',
  },
  'rule-hides-numbers': {
    why: 'it hides the dialled number too: no line is found, and calls are refused as `no-line`',
    mend: 'turn `hide_phone_number` off: numbers are hidden in our records and logs anyway',
  },
  'rule-pin': {
    why: 'the bridge answers before it asks, so nothing can be refused unanswered; it logs the PIN, and counts no wrong ones: it authenticates nobody',
    mend: 'take the PIN out, and let the line ask for a `passcode`',
  },
  'rule-guests': {
    why: 'others than the caller and agents may join the room and hear keys; agents and recorders never count',
    mend: "set `max_participants: 1` in the rule's room configuration",
  },
  'rule-rooms': {
    why: 'a room named after the caller puts their number into logs, webhooks and lists; in a room for several calls the second is refused, or puts out a caller with the same number',
    mend: 'use `rooms: callee`, randomised as `tonegate provision` makes it',
  },
  'desk-missing': {
    why: 'callers who are verified wait for nothing, and then come to `otherwise`, or hear that nobody is there',
    mend: 'start the agent; it must register with exactly this name, at this LiveKit',
  },
  'desk-untried': {
    why: 'the worker asks LiveKit for the same when it hands a caller over, and will be refused too',
    mend: 'see what LiveKit says; check the API key, and the limits of its project',
  },
  'backend-unreachable': {
    why: 'nobody can be verified: every caller goes to the operator, or hears of a technical problem',
    mend: 'check `backend.url`, and that the server runs and lets this machine in',
  },
  'backend-token-any': {
    why: 'whoever reaches the server can ask it about accounts',
    mend: 'answer 401 to every request without the right bearer token',
  },
  'backend-answer': {
    why: 'an answer that is not exactly as in docs/backend.openapi.yaml counts as none: callers hear of a technical problem',
    mend: 'answer as docs/backend.md says; `src/demo/bank.ts` shows how',
  },
  'backend-key-reused': {
    why: "one key for two requests is a mistake on the way, and the second caller would get the first one's answer",
    mend: 'answer 422 where an Idempotency-Key comes again with another body',
  },
  'backend-accepts': {
    why: 'whoever keys something wrong is let in',
    mend: 'accept exactly what is right, for its own account, call and challenge, and nothing else',
  },
  'backend-refuses': {
    why: 'callers who key the right thing are told that it is wrong, until they are locked out',
    mend: 'correct the account file, or compare as docs/backend.md says: dates come as YYYY-MM-DD',
  },
  'backend-no-account': {
    why: 'nothing more can be asked about it, and a caller who keys it is never verified',
    mend: 'correct the account file, or put the account into the server',
  },
  'backend-ref-tells': {
    why: 'the ref goes into the ticket for the desk and into lists of lock-outs, where account numbers and customer ids must not be',
    mend: 'give each account a ref of its own that is computed from nothing',
  },
  'backend-ref-moves': {
    why: 'failed tries are counted by ref: with another one each time nobody is ever locked out, and the desk finds no customer',
    mend: 'keep the ref with the account, and give the same one by number and by customer',
  },
  'backend-code-twice': {
    why: 'a request that is repeated on its way sends the customer a second message, and one of the two codes is wrong',
    mend: 'answer a repeated Idempotency-Key as the first time, and send nothing',
  },
  'backend-uneven': {
    why: 'the first answer is held back for 1.5 s, and no longer: by what comes after that callers can hear which accounts exist',
    mend: 'answer both within 1.5 s, or take the same time for both',
  },
  'account-file-open': {
    why: 'what stands in it is enough to be taken for that customer, but for the code',
    mend: "run `chmod 600` on it, and use an account that is nobody's",
  },
  'backend-slow': {
    why: 'callers wait in silence for the first second',
    mend: 'answer within 500 ms',
  },
  'call-none': {
    why: 'either nobody called, or calls do not come as far as a room',
    mend: 'call one of the numbers; if it does not come, run `tonegate doctor` without --listen',
  },
  'call-gone': {
    why: 'a line that screens refuses within some 100 ms, and what came with the call is gone with it',
    mend: 'for the test, set `screening: { mode: observe }` at the line, or call another line over the same trunk',
  },
  'call-no-headers': {
    why: 'the bridge is older than 1.4: no verdict of the carrier and no upstream token is seen',
    mend: 'use livekit-sip 1.8 or later',
  },
  'call-no-end': {
    why: 'the bridge is older than 1.6: refused callers get no Reason, and calls are ended by removing the participant',
    mend: 'use livekit-sip 1.8 or later',
  },
  'call-no-verdict': {
    why: "the carrier sent no header that the trunk's profile reads: the call counts as `none`",
    mend: 'have the carrier send its verdict, or set another `profile` (docs/screening.md)',
  },
  'call-no-keys': {
    why: "without telephone-event (RFC 4733) in the carrier's offer a call works and no key is ever heard; tones in the sound and SIP INFO are not taken",
    mend: 'if keys were pressed: have the carrier or SBC offer telephone-event/8000',
  },
  'call-hasty-keys': {
    why: 'a person cannot press that fast: one press came as two, so entries are asked again or get a wrong digit',
    mend: 'see docs/key-presses.md; leave `enable_jitter_buffer` of the bridge off',
  },
} as const satisfies Record<string, Advice>;

export type Fault = keyof typeof advice;

export const ADVICE: Readonly<Record<Fault, Advice>> = advice;
