// A telephone exchange of make-believe: all charts of a call running together on a virtual clock, every
// port answered by the test, at once and in order.

import {
  type ActorLogic,
  type AnyActorLogic,
  type AnyStateMachine,
  type EventObject,
  fromCallback,
  type InspectionEvent,
  type Snapshot,
} from 'xstate';
import type { CallInput } from '../../../src/machines/call/context.ts';
import type { KeyEvent } from '../../../src/machines/collect-digits.machine.ts';
import type { RoomEvent } from '../../../src/machines/room-watch.machine.ts';
import { actorsOf, type Charts, chart, isChart } from './charts.ts';
import { type Answer, type Ask, createPhoneCall, type PhoneCall } from './phone-call.ts';

type Port = ActorLogic<Snapshot<unknown>, Answer | { type: 'xstate.stop' }, unknown>;

const PORTS = new Set([
  ...['screen', 'refuse', 'answer', 'hangUp', 'playPrompt'],
  ...['lookUpCustomer', 'checkEntry', 'simChangedWithinHours', 'sendCode'],
  ...['setAttributes', 'bringAgent', 'awaitWatcher', 'lookForDesk'],
  ...['transfer', 'lookForCaller', 'findStrangers'],
]);
/** What a chart does by itself, beside the ports. */
const OWN = new Set(['wipeAtTheEnd']);

/** Wires the charts once; each call of the result is one phone call. */
export function createExchange(charts: Charts) {
  let call: PhoneCall;

  // Stands where a promise would, but answers at once instead of a microtask later.
  function port(name: string): Port {
    return {
      getInitialSnapshot: ({ self }, input) => {
        const ask = call.ask(name, input, (event) => self.send(event));
        const seen = name === 'findStrangers' ? call.look(ask) : null;
        if (seen?.type === 'answered')
          return {
            status: 'done',
            output: seen.output,
            error: undefined,
            ask,
          } as Snapshot<unknown>;
        if (seen !== null)
          return { status: 'error', output: undefined, error: new Error('no list'), ask } as never;
        return { status: 'active', output: undefined, error: undefined, ask } as Snapshot<unknown>;
      },
      transition: (snapshot, event) => {
        call.close((snapshot as unknown as { ask: Ask }).ask, event);
        switch (event.type) {
          case 'answered':
            return { ...snapshot, status: 'done', output: event.output } as Snapshot<unknown>;
          case 'broke':
            return {
              ...snapshot,
              status: 'error',
              error: new Error(`port ${name} broke`),
            } as never;
          case 'xstate.stop':
            return { ...snapshot, status: 'stopped' } as Snapshot<unknown>;
        }
      },
      getPersistedSnapshot: ({ status }) => ({ status }) as Snapshot<unknown>,
    };
  }

  const keypad = fromCallback<KeyEvent, { dropWaiting: boolean }>(({ input, sendBack }) =>
    call.listen(sendBack, input.dropWaiting),
  );
  const arrivals = fromCallback<EventObject>(({ sendBack }) =>
    call.watch((event: RoomEvent) => sendBack(event)),
  );
  const wired = new Map<string, AnyStateMachine>();
  function wire(id: string): AnyStateMachine {
    const machine = chart(charts, id);
    const actors = actorsOf(machine).map(([name, logic]) => [name, stand(name, logic)]);
    const done = machine.provide({
      actors: Object.fromEntries(actors),
      actions: { dropWaitingKeys: () => call.dropWaiting() },
    });
    wired.set(id, done);
    return done;
  }
  function stand(name: string, logic: AnyActorLogic): AnyActorLogic {
    if (isChart(logic)) return wired.get(logic.id) ?? wire(logic.id);
    if (name === 'keypad') return keypad;
    if (name === 'arrivals') return arrivals;
    if (PORTS.has(name)) return port(name);
    if (OWN.has(name)) return logic;
    throw new Error(`the exchange does not know the actor ${name}: add it to its ports`);
  }
  const root = wire('call');

  return (input: CallInput, inspect: (event: InspectionEvent) => void) => {
    call = createPhoneCall(root, input, inspect);
    call.start();
    return call;
  };
}
