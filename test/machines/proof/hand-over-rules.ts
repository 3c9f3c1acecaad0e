// The rules H1 to H4 as they show from outside: which desks were asked, what they answered, and what the call
// says that came of it.

import type { Ask } from './phone-call.ts';
import type { Judges } from './rules.ts';
import type { Story } from './story.ts';

/** How often one desk may be asked in a call. */
const MOST: Readonly<Record<string, number>> = {
  setAttributes: 1,
  bringAgent: 2,
  awaitWatcher: 1,
  transfer: 1,
};
const ASKS_OF_A_HAND_OVER = [...Object.keys(MOST), 'lookForDesk', 'lookForCaller'];

const deskOf = ({ input }: Ask) => (input as { desk: string }).desk;
const isAnswered = ({ end, answer }: Ask, ...answers: readonly unknown[]) =>
  end === 'answered' && answers.includes(answer);
const isInDoubt = (transfer: Ask) => !isAnswered(transfer, 'succeeded', 'failed');

export const HAND_OVER_JUDGES: Judges<Story> = {
  H1({ asks, result }) {
    const transfer = asks.findLast(({ port }) => port === 'transfer');
    if (transfer === undefined || result === null) return [];
    const { handOff, ending } = result;
    const isOfIt = handOff?.kind === 'transfer' && handOff.desk === deskOf(transfer);
    return [
      ...(handOff?.outcome === 'succeeded' && isOfIt && !isAnswered(transfer, 'succeeded')
        ? ['a transfer succeeded without a yes']
        : []),
      ...(isInDoubt(transfer) && handOff === null ? ['a transfer in doubt is not told'] : []),
      ...(isInDoubt(transfer) && ending.reason === 'hung-up'
        ? ['who may have been moved has hung up']
        : []),
    ];
  },

  H2: ({ asks }) =>
    asks.flatMap((ask, i) => {
      if (ask.port !== 'setAttributes') return [];
      const before = asks.slice(0, i);
      const at = before.findLastIndex(({ port }) => port === 'transfer');
      const transfer = before[at];
      const isHere = before
        .slice(at + 1)
        .some((look) => look.port === 'lookForCaller' && isAnswered(look, true));
      return transfer === undefined || isAnswered(transfer, 'failed') || isHere
        ? []
        : [`${deskOf(ask)} is asked while ${deskOf(transfer)} may have the caller`];
    }),

  H3({ asks, result }) {
    if (result?.handOff?.outcome !== 'succeeded' || result.handOff.kind === 'transfer') return [];
    const last = asks.findLast(({ port }) => ASKS_OF_A_HAND_OVER.includes(port));
    return last?.port === 'lookForDesk' && isAnswered(last, true)
      ? []
      : [`${result.handOff.desk} has the call, though nobody saw it there`];
  },

  H4: ({ asks }) =>
    Object.entries(MOST).flatMap(([port, most]) => {
      const asked = Map.groupBy(
        asks.filter((ask) => ask.port === port),
        deskOf,
      );
      return [...asked].flatMap(([desk, { length }]) =>
        length > most ? [`${length} times ${port} of ${desk}`] : [],
      );
    }),
};
