// From the answer to the first step: is the line open, which language, what must be told, what is wanted.

import type { PromptId, Utterance, Word } from '../../prompts/catalogue.ts';
import type { Commands } from '../collect-digits.machine.ts';
import { type Context, commandsOf, menuOf } from './context.ts';
import { callSetup, choiceName } from './vocabulary.ts';

const key = (digit: number | string) => `digit-${digit}` as PromptId;

/** Each language is offered in itself: "For English, press one. Para español, oprima el dos." */
function languagesOffered({ plan }: Context): Utterance {
  const offers = plan?.locales.flatMap((locale, i): Word[] => [
    `${locale}/choose-language`,
    `${locale}/${key(i + 1)}`,
  ]);
  return offers ?? [];
}

function languages({ plan }: Context): Commands {
  return Object.fromEntries(plan?.locales.map((locale, i) => [String(i + 1), locale]) ?? []);
}

/** What the menu offers; a line's own recording names its key itself. */
function choicesOffered({ plan }: Context): Utterance {
  return menuOf(plan).flatMap(({ key: digit, prompt }): Word[] =>
    prompt.startsWith('own/') ? [prompt] : [prompt, key(digit)],
  );
}

function choices({ plan }: Context): Commands {
  return Object.fromEntries(menuOf(plan).map(({ key: digit }, i) => [digit, choiceName(i)]));
}

export const welcoming = callSetup.createStateConfig({
  description: 'Between the answer and the first step.',
  initial: 'beginning',
  states: {
    beginning: {
      description: 'A line may be closed for now, or speak more than one language.',
      always: [
        {
          guard: 'isClosed',
          actions: [{ type: 'endAs', params: { reason: 'desk-unavailable' } }, 'speakClosure'],
          target: '#call.closing.sayingGoodbye',
        },
        { guard: 'isRouted', target: 'informing' },
        { guard: 'hasLanguages', target: 'choosingLanguage' },
        { target: 'informing' },
      ],
    },
    choosingLanguage: {
      description: 'Each language is offered in itself.',
      invoke: {
        id: 'choice',
        src: 'choice',
        input: ({ context }) => ({
          opening: context.opening,
          prompt: languagesOffered(context),
          choices: { ...commandsOf(context), ...languages(context) },
          fresh: false,
          hasPressed: false,
        }),
        onDone: [
          {
            guard: 'isOperatorChosen',
            actions: ['noteOpening', 'noteKeys'],
            target: '#call.underway.turningAway.askedForOperator',
          },
          {
            guard: 'isChosen',
            actions: ['noteOpening', 'noteKeys', 'keepLanguage'],
            target: 'informing',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'stranger' } },
            description: 'Said in every language: none was chosen.',
            actions: { type: 'warnOfStranger', params: { inEveryLanguage: true } },
            target: '#call.underway.turningAway.overheard',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'tooManyTries' } },
            description: 'The first language of the line is better than none.',
            actions: ['noteOpening', 'noteKeys'],
            target: 'informing',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'noInput' } },
            description: 'Said in every language: none was chosen.',
            actions: [{ type: 'endAs', params: { reason: 'no-input' } }, 'speakToSilence'],
            target: '#call.closing.sayingGoodbye',
          },
          { target: '#call.closing.apologising' },
        ],
        onError: '#call.closing.apologising',
      },
    },
    informing: {
      description: 'What every caller must be told.',
      always: [{ guard: 'hasNotice', target: 'notifying' }, { target: 'offering' }],
    },
    notifying: {
      description: 'A notice is heard to its end; keys pressed meanwhile wait.',
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: ({ context: { opening, plan } }) => ({
          utterance: [...opening, ...(plan?.notice ? [plan.notice] : [])],
        }),
        onDone: { actions: 'noteOpening', target: 'offering' },
        onError: '#call.closing.apologising',
      },
    },
    offering: {
      description:
        'A line asks every caller the same, or lets them choose; who is not taken is asked nothing.',
      always: [
        { guard: 'isRouted', target: '#call.underway.screenedAway' },
        { guard: 'hasMenu', target: 'choosingFromMenu' },
        { target: '#call.underway.steps' },
      ],
    },
    choosingFromMenu: {
      description: 'What the caller wants: steps and a desk, or a desk at once.',
      invoke: {
        id: 'choice',
        src: 'choice',
        input: ({ context }) => ({
          opening: context.opening,
          prompt: choicesOffered(context),
          choices: { ...commandsOf(context), ...choices(context) },
          fresh: false,
          hasPressed: context.hasPressed,
        }),
        onDone: [
          {
            guard: 'isOperatorChosen',
            actions: ['noteOpening', 'noteKeys'],
            target: '#call.underway.turningAway.askedForOperator',
          },
          {
            guard: 'isChosen',
            actions: ['noteOpening', 'noteKeys', 'keepRoute'],
            target: '#call.underway.steps',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'stranger' } },
            actions: { type: 'warnOfStranger', params: { inEveryLanguage: false } },
            target: '#call.underway.turningAway.overheard',
          },
          {
            guard: 'isSilentChoice',
            actions: { type: 'speak', params: { farewell: ['nothing-heard', 'goodbye'] } },
            target: '#call.underway.turningAway.undecided',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'tooManyTries' } },
            actions: { type: 'speak', params: { farewell: ['no-match', 'goodbye'] } },
            target: '#call.underway.turningAway.undecided',
          },
          {
            guard: { type: 'isChoiceResult', params: { kind: 'noInput' } },
            actions: [
              { type: 'endAs', params: { reason: 'no-input' } },
              { type: 'speak', params: { farewell: ['nothing-heard', 'goodbye'] } },
            ],
            target: '#call.closing.sayingGoodbye',
          },
          { target: '#call.closing.apologising' },
        ],
        onError: '#call.closing.apologising',
      },
    },
  },
});
