// What is counted from outside: checks, codes, mistakes that were told.

import { checksOf, prompts, routeOf, says, stretches, subjectOf } from './evidence.ts';
import type { Story } from './story.ts';

const MISTAKES = [
  'no-input',
  'too-short',
  'too-long',
  'mistyped',
  'no-such-date',
  'rejected',
].flatMap((word) => [word, `${word}-again`]);
const TRIES_OF_A_CHOICE = 3;

/** Steps that were tried more often than the line allows. */
export function overruns(story: Story): string[] {
  const plans = new Map(routeOf(story)?.steps.map((step) => [step.step, step]));
  return stretches(story).flatMap((stretch) => {
    const [began] = stretch;
    const plan = began?.what === 'told' && 'step' in began.notice && plans.get(began.notice.step);
    if (!plan) return [];
    const asks = stretch.flatMap((then) => (then.what === 'asked' ? [then.ask] : []));
    const checks = checksOf({ asks }).filter((ask) => subjectOf(ask).step === plan.step).length;
    const sends = asks.filter(({ port }) => port === 'sendCode').length;
    const mistakes = prompts(stretch).filter(
      (ask) => says(ask, ...MISTAKES) && ask.words.some((word) => word.startsWith('enter-')),
    ).length;
    return [
      ...(checks > plan.tries ? [`${checks} checks of ${plan.step}`] : []),
      ...(mistakes >= plan.tries ? [`${mistakes} mistakes told of ${plan.step}`] : []),
      ...('sends' in plan && sends > plan.sends ? [`${sends} codes sent`] : []),
    ];
  });
}

/** Choices that were offered again and again after keys that stand for nothing. */
export function endlessChoices({ log }: Story): string[] {
  let told = 0;
  return prompts(log).flatMap((ask) => {
    told = says(ask, 'no-match') && !says(ask, 'goodbye') ? told + 1 : 0;
    return told === TRIES_OF_A_CHOICE ? ['a choice is offered without end'] : [];
  });
}
