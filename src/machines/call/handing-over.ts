// Towards a desk: the one the steps lead to, or the operator for whom they do not.

import type { Utterance } from '../../prompts/catalogue.ts';
import type { Auth } from '../outcome.ts';
import { callSetup } from './vocabulary.ts';

/** Said to who goes to the operator, and to whom nobody can help. */
interface Words {
  readonly comfort: Utterance;
  readonly farewell: Utterance;
}

const CANNOT_VERIFY: Words = {
  comfort: ['cannot-verify', 'connecting-operator'],
  farewell: ['cannot-verify', 'goodbye'],
};
const OUT_OF_ORDER: Words = {
  comfort: ['connecting-operator'],
  farewell: ['technical-problem', 'goodbye'],
};

const isIdentified = (auth: Auth) => auth === 'identified' || auth === 'verified';

export const screenedAway = callSetup.createStateConfig({
  description:
    'Not taken by the policy, and not refused: a desk takes the call, with nothing proved.',
  entry: ['chooseRejectDesk', 'sayConnecting'],
  always: 'handingOff',
});

export const turningAway = callSetup.createStateConfig({
  description: 'Who cannot be served here goes to the operator, where the line has one.',
  always: [
    { guard: 'hasOperator', actions: 'chooseOperator', target: 'handingOff' },
    { target: '#call.closing.sayingGoodbye' },
  ],
  initial: 'failed',
  states: {
    failed: {
      description: 'The tries of a step are used up. The operator learns that from `auth`.',
      entry: [
        'fail',
        { type: 'endAs', params: { reason: 'too-many-tries' } },
        { type: 'speak', params: CANNOT_VERIFY },
      ],
    },
    lockedOut: {
      description:
        'The account has no tries left, whoever calls: what was proved before counts no more.',
      entry: [
        'fail',
        'forgetProof',
        { type: 'endAs', params: { reason: 'locked-out' } },
        { type: 'speak', params: CANNOT_VERIFY },
      ],
    },
    withoutCode: {
      description: 'No code may be sent to this account: no phone on file, or a new SIM.',
      entry: [
        { type: 'endAs', params: { reason: 'backend-unavailable' } },
        { type: 'speak', params: CANNOT_VERIFY },
      ],
    },
    withoutBackend: {
      description: 'The customer’s system gave no answer: never a "wrong".',
      entry: [
        { type: 'endAs', params: { reason: 'backend-unavailable' } },
        { type: 'speak', params: OUT_OF_ORDER },
      ],
    },
    withoutStore: {
      description: 'Tries could not be counted, so that nothing was checked: never a "wrong".',
      entry: [
        { type: 'endAs', params: { reason: 'store-lost' } },
        { type: 'speak', params: OUT_OF_ORDER },
      ],
    },
    undecided: {
      description: 'Nothing of the menu was chosen.',
      entry: [
        { type: 'endAs', params: { reason: 'too-many-tries' } },
        { type: 'speak', params: { comfort: ['connecting-operator'] } },
      ],
    },
    overheard: {
      description:
        'Somebody else was in the room: nothing more is collected, and what was proved before counts no more.',
      entry: ['forgetStanding', { type: 'endAs', params: { reason: 'stranger' } }],
    },
    askedForOperator: {
      description: 'The caller pressed `0`.',
      entry: { type: 'speak', params: { comfort: ['connecting-operator'] } },
    },
  },
});

export const handingOff = callSetup.createStateConfig({
  description: 'A desk takes the call, or the one after it.',
  entry: 'tellHandOffBegan',
  on: {
    'transfer.asked': { actions: 'noteTransfer' },
    'transfer.refused': { actions: 'forgetTransfer' },
    'caller.hungUp': {
      guard: 'isTransferPending',
      description: 'Moved, or hung up? Nobody can say.',
      actions: { type: 'endAs', params: { reason: 'transfer-unknown' } },
      target: '#call.ended',
    },
  },
  invoke: {
    id: 'handOff',
    src: 'handOff',
    input: ({ context }) => ({
      desk: context.desk ?? '',
      desks: context.plan?.desks ?? {},
      comfort: context.comfort,
      proof: {
        auth: context.auth,
        amr: context.amr,
        ref: isIdentified(context.auth) ? context.account.ref : null,
      },
    }),
    onDone: [
      {
        guard: { type: 'isHandOff', params: { outcome: 'succeeded' } },
        actions: [
          'keepHandOff',
          'tellHandOffEnded',
          { type: 'endAs', params: { reason: 'handed-off' } },
        ],
        target: '#call.ended',
      },
      {
        guard: { type: 'isHandOff', params: { outcome: 'unknown' } },
        description: 'A caller who is still here must not be left in silence.',
        actions: [
          'keepHandOff',
          'tellHandOffEnded',
          { type: 'endAs', params: { reason: 'transfer-unknown' } },
        ],
        target: '#call.closing.hangingUp',
      },
      {
        actions: [
          'keepHandOff',
          'tellHandOffEnded',
          {
            type: 'endAs',
            params: ({ event }) => ({
              reason: event.output.kind === 'transfer' ? 'transfer-failed' : 'desk-unavailable',
            }),
          },
          { type: 'speak', params: { farewell: ['desk-unavailable', 'goodbye'] } },
        ],
        target: '#call.closing.sayingGoodbye',
      },
    ],
    onError: '#call.closing.apologising',
  },
});
