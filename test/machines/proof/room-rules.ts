// The rules P1 to P3 as they show from outside: who was in the room when keys were collected, and what was done
// with them.

import { overheardAt, says } from './evidence.ts';
import type { Ask, Happening } from './phone-call.ts';
import type { Judges } from './rules.ts';
import type { Story } from './story.ts';

/** What is asked because of keys. */
const USES = new Set(['checkEntry', 'sendCode', 'simChangedWithinHours']);
const SECOND = 1000;

export const ROOM_JUDGES: Judges<Story> = {
  P1: (story) => [
    ...story.log.flatMap((then, at) => (isUse(then) ? unseen(story, at) : [])),
    ...afterwards(story)
      .filter((then) => then.what === 'taken' || isUse(then))
      .map(
        (then) => `${'ask' in then ? then.ask.port : 'a key is taken'} after a stranger was seen`,
      ),
  ],

  P2(story) {
    const { result } = story;
    if (overheardAt(story) < 0 || result === null) return [];
    const after = afterwards(story);
    const seenAt = story.log[overheardAt(story)]?.at ?? 0;
    const isOver = after.some(({ what }) => what === 'came');
    // What had begun at that very moment is over before it is heard, or a key can come.
    const isCutOff = ({ end, closedAt }: Ask) => end === 'left' && closedAt === seenAt;
    const said = after.find(
      (then) => then.what === 'asked' && then.ask.port === 'playPrompt' && !isCutOff(then.ask),
    );
    const isTold = said?.what === 'asked' && says(said.ask, 'not-private', 'en/not-private');
    // Another end that came at that very moment has its own words.
    const isEnded = /^(draining|call-limit)$/.test(result.ending.reason);
    return [
      ...(isTold || isEnded || (isOver && said === undefined)
        ? []
        : ['a stranger is kept from the caller']),
      ...(result.auth === 'none' && result.amr.length === 0
        ? []
        : [`${result.auth} by ${result.amr.join()} though overheard`]),
      ...after
        .filter(({ what, at }) => what === 'listening' && at > seenAt)
        .map(() => 'keys are collected after a stranger was seen'),
      ...after
        .filter((then) => then.what === 'asked' && says(then.ask, 'you-entered'))
        .map(() => 'an entry is read out to a stranger'),
    ];
  },

  P3({ log }) {
    let lookedAt = Number.NEGATIVE_INFINITY;
    let [isCollecting, isReadOut] = [false, false];
    return log.flatMap((then) => {
      const { what, at } = then;
      if (what === 'listening') isCollecting = true;
      if (what === 'deaf') isCollecting = false;
      const isLook = what === 'asked' && then.ask.port === 'findStrangers';
      const isLate = !isLook && (isCollecting || isReadOut) && at - lookedAt > SECOND;
      if (isLook) lookedAt = at;
      if ('ask' in then && says(then.ask, 'you-entered')) isReadOut = what === 'asked';
      return isLate ? [`nobody looked for ${at - lookedAt} ms`] : [];
    });
  },
};

const isUse = (then: Happening) => then.what === 'asked' && USES.has(then.ask.port);

const afterwards = (story: Story) => {
  const at = overheardAt(story);
  return at < 0 ? [] : story.log.slice(at + 1);
};

/** Whether what was keyed last before this place in the log was looked around for, and nobody was there. */
function unseen({ log }: Story, at: number): string[] {
  const lastKey = log.findLastIndex(({ what }, i) => what === 'taken' && i < at);
  const since = log.slice(lastKey + 1, at);
  const isSeen = since.some(
    (then) =>
      then.what === 'closed' &&
      then.ask.port === 'findStrangers' &&
      then.ask.end === 'answered' &&
      (then.ask.answer as []).length === 0 &&
      since.some((before) => before.what === 'asked' && before.ask === then.ask),
  );
  return lastKey < 0 || isSeen ? [] : ['used before anybody looked around after the last key'];
}
