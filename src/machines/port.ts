// How a chart asks for something it cannot do itself: an actor that must be provided from outside.
// Its default fails loudly, so that a forgotten port is never mistaken for an answer.

import { type EventObject, fromCallback, fromPromise } from 'xstate';

/** An ask with one answer. Leaving the asking state cancels it. */
export function ask<Answer, Question>(name: string) {
  return fromPromise<Answer, Question>(() =>
    Promise.reject(new Error(`port ${name} is not provided`)),
  );
}

/** A source of events for as long as the listening state lasts. */
export function listen<Question>(name: string) {
  return fromCallback<EventObject, Question>(() => {
    throw new Error(`port ${name} is not provided`);
  });
}
