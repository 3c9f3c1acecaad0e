// Runs a storm and tells what came of it. Promises that the same storm always tells the same story.

import type { AnyTransitionDefinition } from 'xstate';
import type { CallResult } from '../../../src/machines/call.machine.ts';
import type { LinePlan } from '../../../src/machines/line-plan.ts';
import type { CheckQuestion } from '../../../src/machines/verify-entry.machine.ts';
import { TODAY } from '../lines.ts';
import { answersOf, CUSTOMER, FAULT } from './answers.ts';
import type { createExchange } from './exchange.ts';
import { createLeakWatch } from './leaks.ts';
import type { Ask, Happening, PhoneCall } from './phone-call.ts';
import { ENTRIES, RIGHT, type Storm } from './storm.ts';
import { LINES } from './storm-lines.ts';
import { SCREENING_MS } from './waiting.ts';

export interface Story {
  readonly plan: LinePlan | null;
  readonly log: readonly Happening[];
  readonly asks: readonly Ask[];
  /** Null: the call never ended. */
  readonly result: CallResult | null;
  /** Where a key was seen in clear. */
  readonly leaks: readonly string[];
  /** Timers and questions that outlived the call. */
  readonly leftOver: number;
  readonly floorMs: number;
  /** The same storm in a world in which every account that does not exist does. */
  readonly elsewhere: () => Story;
}

/** The lines show no key, whatever is called. */
const plans = createLeakWatch([]);
plans.look(LINES, 'lines');

/** Runs a storm; `onTaken` is told of each transition that is taken. */
export function tell(
  exchange: ReturnType<typeof createExchange>,
  weather: Storm,
  onTaken: (transition: AnyTransitionDefinition) => void = () => undefined,
): Story {
  const plan = weather.line === 'unknown' ? null : LINES[weather.line];
  const watch = createLeakWatch([...ENTRIES, CUSTOMER], plans.looked);
  const call = exchange({ plan, today: TODAY, floorMs: weather.floorMs }, (event) => {
    if (event.type === '@xstate.event') watch.look(event.event, event.event.type);
    if (event.type === '@xstate.snapshot' && 'context' in event.snapshot)
      watch.look(event.snapshot.context, 'context');
    if (event.type === '@xstate.microstep') event._transitions.forEach(onTaken);
  });
  const caller = createCaller(call, weather, plan);
  for (const next of weather.moves) {
    if (call.snapshot().status !== 'active') break;
    caller.make(next);
  }
  if (call.snapshot().status === 'active') watch.look(call.persisted(), 'persisted');
  // Nobody answers any more: the call ends by itself, or it never does.
  for (const ms of [SCREENING_MS, plan?.maxCallMs ?? 0, 90_000, 10_000, 1]) call.clock.advance(ms);
  const { status, output } = call.snapshot();
  watch.look(output, 'result');
  for (const { input } of call.asks) watch.look(input, 'question');
  return {
    plan,
    log: call.log,
    asks: call.asks,
    result: status === 'done' ? (output as CallResult) : null,
    leaks: [...watch.leaks],
    leftOver: call.clock.running() + call.open().length,
    floorMs: weather.floorMs,
    elsewhere: () => tell(exchange, { ...weather, isThere: true }),
  };
}

/** The caller, and all who answer. */
function createCaller(call: PhoneCall, weather: Storm, plan: LinePlan | null) {
  const { mood } = weather;

  function give(ask: Ask, nth: number): void {
    if (ask.port === 'findStrangers') {
      const sight = call.sight();
      if (sight.type === 'answered') call.answer(ask, sight.output);
      else call.fail(ask);
      return;
    }
    const choices = answersOf(ask, weather, plan);
    const answer = choices[nth % choices.length];
    if (answer === FAULT) call.fail(ask);
    else call.answer(ask, answer);
  }

  /** What happens by itself: keys where keys are wanted, else the first answer there is. */
  function goOn(): void {
    const heard = call.asks.findLast(({ port }) => port === 'playPrompt')?.words ?? [];
    const wanted = heard
      .map((word) => word.replace(/^\w\w\//, ''))
      .findLast((word) => word in RIGHT);
    const [ask] = call.open();
    if (call.isListening() && wanted !== undefined && mood !== 'silent') {
      if (mood === 'resending' && wanted.startsWith('enter-code')) call.press('9#', 3000);
      else if (mood === 'helpless') call.press('0#', 300, 1200);
      else call.press(RIGHT[wanted] ?? '', 300, 1200);
    } else if (ask === undefined) call.clock.advance(1000);
    else if (mood === 'rejected' && isFactor(ask)) call.answer(ask, { kind: 'rejected' });
    else if (mood === 'deskless' && /^(bringAgent|awaitWatcher)$/.test(ask.port)) call.fail(ask);
    else if (/less$/.test(mood) && ask.port === 'transfer') call.answer(ask, 'failed');
    else give(ask, 0);
  }

  return {
    make(next: Storm['moves'][number]): void {
      if (next === 'goOn') goOn();
      else if (next === 'keysMissed') call.miss();
      else if ('room' in next) call.change(next.room);
      else if ('press' in next) call.press(next.press, next.gapMs);
      else if ('wait' in next) call.clock.advance(next.wait);
      else if ('happens' in next) call.send(next.happens);
      else {
        const open = call.open();
        const ask = open[next.answer % Math.max(1, open.length)];
        if (ask) give(ask, next.with);
      }
    },
  };
}

const isFactor = ({ port, input }: Ask) =>
  port === 'checkEntry' && (input as CheckQuestion).subject.step !== 'account';
