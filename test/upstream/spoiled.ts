// Good tokens with one change each, and the word with which they are ignored. Add a row for whatever you
// have seen in the wild.

import type { UsedTokens } from '../../src/ivr/ports.ts';
import type { UpstreamRefusal } from '../../src/ivr/upstream.ts';
import {
  borrowedSignature,
  bringingItsKey,
  byAnother,
  byHmac,
  byKey,
  byOtherKind,
  type Forgery,
  flattened,
  inSmallLetters,
  onCurve,
  otherAlgorithm,
  rsa,
  twoSignatures,
  underHeader,
  unencoded,
  unsigned,
  withHeader,
  withMoreHeader,
  withPayload,
  withSignature,
} from './forgeries.ts';
import { CALL_ID, CUSTOMER, claims, NOW, SECOND } from './tokens.ts';

/** What is otherwise than with a good token; or the spoiled token itself. */
export interface Change {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** The whole payload, a character a byte. */
  readonly payload?: string;
  readonly token?: Forgery;
  /** What the INVITE says. */
  readonly customer?: string;
  readonly inviteCallId?: string | null;
  readonly used?: UsedTokens;
}

const NEXT_YEAR = SECOND + 365 * 86_400;
/** JSON can say what is no number. */
const ENDLESS = '"exp":1e999';
const ALWAYS_USED: UsedTokens = { firstUse: async () => false };
const GONE: UsedTokens = { firstUse: () => Promise.reject(new Error('the disk is full')) };
/** That it must not throw at once is no reason to believe a token when it does. */
const THROWS: UsedTokens = {
  firstUse() {
    throw new Error('the disk is full');
  },
};

const without = (name: string): Change => ({ claims: { [name]: undefined } });
/** A customer that token and header agree on. */
const both = (id: string): Change => ({
  payload: Buffer.from(JSON.stringify(claims({ sub: id }))).toString('latin1'),
  customer: id,
});
const json = (changes: Record<string, unknown>) => JSON.stringify(claims(changes));

type Row = readonly [why: UpstreamRefusal, what: string, change: Change];

const FORMS: readonly Row[] = [
  ['malformed', 'no text', { token: () => '' }],
  ['malformed', 'some text', { token: () => 'Bearer 1234' }],
  ['malformed', 'two parts', { token: (_, good) => good.replace(/\.[^.]+$/, '') }],
  ['malformed', 'four parts', { token: (_, good) => `${good}.AAAA` }],
  ['malformed', 'a blank before it', { token: (_, good) => ` ${good}` }],
  ['malformed', 'a line end after it', { token: (_, good) => `${good}\n` }],
  ['malformed', 'a word before it', { token: (_, good) => `Bearer ${good}` }],
  ['malformed', 'padding', { token: (_, good) => `${good}=` }],
  ['malformed', 'a signature of one letter', { token: withSignature('A') }],
  ['malformed', 'JSON serialisation', { token: flattened }],
  ['malformed', 'two signatures', { token: twoSignatures }],
  ['malformed', '4097 characters', { token: (_, good) => good.padEnd(4097, 'A') }],
  ['malformed', 'a megabyte', { token: (_, good) => good.padEnd(2 ** 20, 'A') }],
  ['malformed', 'claims that take too much room', { claims: { pad: 'x'.repeat(4000) } }],
  ['malformed', 'a header that is no JSON', { token: (_, good) => `AAAA${good}` }],
  ['malformed', 'a header that is a list', { token: withHeader([]) }],
  ['malformed', 'no algorithm', { token: underHeader(() => ({})) }],
  ['malformed', 'a list of algorithms', { token: underHeader((alg) => ({ alg: [alg] })) }],
  ['malformed', 'an empty `crit`', { token: underHeader((alg) => ({ alg, crit: [] })) }],
  ['malformed', 'an extension nobody knows', { header: { crit: ['x-strange'], 'x-strange': 1 } }],
  ['malformed', 'an extension that jose knows', { header: { crit: ['b64'], b64: true } }],
  ['malformed', 'claims that are not encoded', { token: unencoded, inviteCallId: 'no-dots' }],
  ['malformed', 'half of its claims', { payload: '{"iss":' }],
  ['malformed', 'a blank for claims', { payload: ' ' }],
  ['malformed', 'claims that are not UTF-8', { payload: json({ note: '\xff' }) }],
  ['malformed', 'null for claims', { payload: 'null' }],
  ['malformed', 'a list for claims', { payload: '[]' }],
  ['malformed', 'a text for claims', { payload: '"account"' }],
];

const TYPES: readonly Row[] = [
  ['malformed', 'no issuer', without('iss')],
  ['malformed', 'no audience', without('aud')],
  ['malformed', 'no customer', without('sub')],
  ['malformed', 'no id', without('jti')],
  ['malformed', 'no time of issue', without('iat')],
  ['malformed', 'no end', without('exp')],
  ['malformed', 'no call', without('call')],
  ['malformed', 'no steps', without('steps')],
  ['malformed', 'an issuer that is a number', { claims: { iss: 1 } }],
  ['malformed', 'an issuer in a list', { claims: { iss: ['pbx'] } }],
  ['malformed', 'an audience in a list', { claims: { aud: ['tonegate'] } }],
  ['malformed', 'a customer that is a number', { claims: { sub: 1001 }, customer: '1001' }],
  ['malformed', 'a customer that is null', { claims: { sub: null }, customer: 'null' }],
  ['malformed', 'a call that is null', { claims: { call: null }, inviteCallId: null }],
  ['malformed', 'a call in a list', { claims: { call: [CALL_ID] } }],
  ['malformed', 'an id that is a number', { claims: { jti: 7 } }],
  ['malformed', 'an empty id', { claims: { jti: '' } }],
  ['malformed', 'an id with a blank', { claims: { jti: 'a b' } }],
  ['malformed', 'an id with a line end', { claims: { jti: 'a\n' } }],
  ['malformed', 'an id with a letter beyond ASCII', { payload: json({ jti: 'Ã¤' }) }],
  ['malformed', 'an id of 129 characters', { claims: { jti: 'x'.repeat(129) } }],
  ['malformed', 'a time of issue in words', { claims: { iat: String(SECOND) } }],
  ['malformed', 'a time of issue with a fraction', { claims: { iat: SECOND + 0.5 } }],
  ['malformed', 'an end in words', { claims: { exp: String(SECOND + 60) } }],
  ['malformed', 'an end with a fraction', { claims: { exp: SECOND + 60.5 } }],
  ['malformed', 'an end without end', { payload: json({ exp: 0 }).replace('"exp":0', ENDLESS) }],
  ['malformed', 'a begin in words', { claims: { nbf: 'now' } }],
  ['malformed', 'steps in one text', { claims: { steps: 'account oneTimeCode' } }],
  ['malformed', 'steps as an object', { claims: { steps: { account: true } } }],
];

const SIGNATURES: readonly Row[] = [
  ['signature', 'the key of another', { token: byAnother() }],
  ['signature', 'the key of another, whatever it claims', { token: byAnother({ iss: 'eve' }) }],
  ['signature', 'the key of another, even if it claims nothing', { token: byAnother('no JSON') }],
  ['signature', 'a key that it brings along', { token: bringingItsKey }],
  ['signature', 'a good key of the other kind', { token: byOtherKind }],
  [
    'signature',
    'steps that were not signed',
    { token: withPayload(claims({ steps: ['account'] })) },
  ],
  ['signature', 'another header than was signed', { token: withMoreHeader({ kid: 'other' }) }],
  ['signature', 'the signature of another token', { token: borrowedSignature }],
  ['signature', 'half a signature', { token: (_, good) => good.slice(0, -43) }],
  ['signature', 'a signature of zeroes', { token: withSignature('A'.repeat(86)) }],
  ['signature', 'no signature', { token: withSignature('') }],
  ['signature', 'algorithm none', { token: () => unsigned('none') }],
  ['signature', 'algorithm none, and signed', { token: () => unsigned('none', 'AAAA') }],
  ['signature', 'algorithm NONE', { token: () => unsigned('NONE') }],
  ['signature', 'HS256 with the public PEM as its secret', { token: byHmac('pem') }],
  ['signature', 'HS256 with the public key as its secret', { token: byHmac('der') }],
  ['signature', 'the algorithm of the other kind', { token: underHeader(otherAlgorithm) }],
  ['signature', 'its algorithm in small letters', { token: underHeader(inSmallLetters) }],
  ['signature', 'a key on P-384 under its algorithm', { token: byKey(onCurve('P-384')) }],
  ['signature', 'a key on secp256k1 under its algorithm', { token: byKey(onCurve('secp256k1')) }],
  ['signature', 'ES384', { token: byKey(onCurve('P-384'), 'ES384') }],
  ['signature', 'RS256', { token: byKey(rsa(), 'RS256') }],
];

const CLAIMS: readonly Row[] = [
  ['issuer', 'another issuer', { claims: { iss: 'other-pbx' } }],
  ['issuer', 'the issuer in capitals', { claims: { iss: 'PBX' } }],
  ['issuer', 'an empty issuer', { claims: { iss: '' } }],
  ['audience', 'another audience', { claims: { aud: 'billing' } }],
  ['audience', 'a blank after the audience', { claims: { aud: 'tonegate ' } }],
  ['lifetime', 'a life of 121 s', { claims: { exp: SECOND + 121 } }],
  ['lifetime', 'a life of a year', { claims: { exp: NEXT_YEAR } }],
  ['lifetime', 'milliseconds for seconds', { claims: { exp: NOW + 60_000 } }],
  ['lifetime', 'no life at all', { claims: { exp: SECOND } }],
  ['lifetime', 'an end before its begin', { claims: { exp: SECOND - 1 } }],
  ['expired', 'an end 5 s ago', { claims: { iat: SECOND - 65, exp: SECOND - 5 } }],
  ['expired', 'an end in 1970', { claims: { iat: 0, exp: 60 } }],
  ['not-yet', 'a time of issue in 6 s', { claims: { iat: SECOND + 6 } }],
  ['not-yet', 'a time of issue next year', { claims: { iat: NEXT_YEAR, exp: NEXT_YEAR + 60 } }],
  ['not-yet', 'a begin in 6 s', { claims: { nbf: SECOND + 6 } }],
  ['customer', 'another customer in the token', { claims: { sub: 'customer-1002' } }],
  ['customer', 'another customer in the header', { customer: 'customer-1002' }],
  ['customer', 'the customer in capitals', { customer: CUSTOMER.toUpperCase() }],
  ['customer', 'a blank after the customer', { customer: `${CUSTOMER} ` }],
  ['customer', 'no customer in either', both('')],
  ['customer', 'a blank in both', both('customer 1001')],
  ['customer', 'a line end in both', both('customer-1001\r\nX-Other: 1')],
  ['customer', '129 characters in both', both('1'.repeat(129))],
  ['customer', 'letters beyond ASCII in both', both('kundin-ä')],
  ['call', 'another call', { claims: { call: 'f81d4fae@pbx.bank.example' } }],
  ['call', 'an INVITE of another call', { inviteCallId: 'f81d4fae@pbx.bank.example' }],
  ['call', 'the Call-ID in capitals', { inviteCallId: CALL_ID.toUpperCase() }],
  ['call', 'the Call-ID without its host', { inviteCallId: CALL_ID.replace(/@.*/, '') }],
  ['call', 'a call that has no Call-ID', { inviteCallId: null }],
  ['steps', 'no step', { claims: { steps: [] } }],
  ['steps', 'a step that there is not', { claims: { steps: ['account', 'voiceprint'] } }],
  ['steps', 'a step in other letters', { claims: { steps: ['onetimecode'] } }],
  ['steps', 'a step twice', { claims: { steps: ['account', 'account'] } }],
  ['steps', 'what every object has for a step', { claims: { steps: ['constructor'] } }],
  ['steps', 'a step that is a number', { claims: { steps: ['account', 1] } }],
  ['steps', 'a step that is null', { claims: { steps: [null] } }],
  ['steps', 'a step in a list', { claims: { steps: [['account']] } }],
  ['replayed', 'a use before', { used: ALWAYS_USED }],
  ['store-lost', 'no memory of used tokens', { used: GONE }],
  ['store-lost', 'a memory that breaks', { used: THROWS }],
];

export const SPOILED: readonly Row[] = [...FORMS, ...TYPES, ...SIGNATURES, ...CLAIMS];
