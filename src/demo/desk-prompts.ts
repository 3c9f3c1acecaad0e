// What the demo's desk agents say, by recording (`audio/demo/<locale>/<id>.wav`). Pure data, beside the
// catalogue of the IVR itself: a desk is somebody else's program.

export const deskPrompts = {
  'sensitive-desk': { text: { en: 'You have reached the secure desk. You are verified.' } },
  'general-desk': { text: { en: 'You have reached the general desk. How can we help you?' } },
  'operator-desk': { text: { en: 'You have reached an operator. How can we help you?' } },
  refused: { text: { en: 'This desk cannot take your call, because you are not verified.' } },
} as const;

/** The demo's desks speak English. */
export const DESK_LOCALES = ['en'] as const;

export type DeskPromptId = keyof typeof deskPrompts;
