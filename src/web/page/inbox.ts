// The text messages of the demo bank, newest first, and what the bank is told to do wrong.

import type { BankFault, PhoneSetup, ShownMessage } from '../page-wire.ts';
import { byId, element } from './element.ts';
import { ask } from './server.ts';

const POLL_MS = 1500;
const SHOWN = 5;

/** Looks for new messages for as long as the page is looked at. */
export function openInbox(): void {
  const list = byId('inbox', HTMLUListElement);
  let newest: string | undefined;

  function show(messages: readonly ShownMessage[] | null) {
    if (newest !== undefined && newest === key(messages)) return;
    newest = key(messages);
    const items = (messages ?? []).slice(0, SHOWN).map(({ to, text, at }) => {
      const time = element('time', { datetime: at }, new Date(at).toLocaleTimeString());
      return element(
        'li',
        {},
        element('p', { class: 'hint' }, `To ${to}, `, time),
        element('p', {}, text),
      );
    });
    const none = messages === null ? 'This bank shows none.' : 'None yet.';
    list.replaceChildren(...(items.length > 0 ? items : [element('li', { class: 'empty' }, none)]));
  }
  async function look() {
    try {
      if (!document.hidden) show(await ask<readonly ShownMessage[] | null>('api/inbox'));
    } catch {
      // The next look will tell; whoever calls meanwhile is told by the call.
      newest = undefined;
    }
    setTimeout(() => void look(), POLL_MS);
  }
  void look();
}

function key(messages: readonly ShownMessage[] | null): string {
  const [first] = messages ?? [];
  return `${messages?.length ?? 'none'} ${first?.at ?? ''}`;
}

const MODES: Readonly<Record<string, string>> = {
  ok: 'answers as usual',
  slow: 'answers late',
  '500': 'fails (500)',
  hang: 'never answers',
  garbage: 'answers garbage',
  drop: 'hangs up',
  schema: 'answers almost right',
  empty: 'answers nothing',
  redirect: 'redirects',
};

export function openFaults(faults: PhoneSetup['faults']): void {
  const card = byId('faults-card', HTMLElement);
  if (faults === null) {
    card.hidden = true;
    return;
  }
  const route = byId('route', HTMLSelectElement);
  const mode = byId('mode', HTMLSelectElement);
  const now = byId('faults-now', HTMLElement);
  const set = new Map<string, string>();
  route.append(...faults.routes.map((name) => element('option', { value: name }, name)));
  mode.append(
    ...faults.modes.map((name) => element('option', { value: name }, MODES[name] ?? name)),
  );

  async function apply(fault: BankFault): Promise<void> {
    try {
      await ask('api/faults', fault);
      if (fault.mode === 'ok') set.delete(fault.route);
      else set.set(fault.route, MODES[fault.mode] ?? fault.mode);
      const wrong = [...set].map(([name, what]) => `${name} ${what}`);
      now.textContent =
        wrong.length > 0 ? `Now: ${wrong.join('; ')}.` : 'The bank answers as usual.';
    } catch (error) {
      now.textContent = error instanceof Error ? error.message : String(error);
    }
  }
  byId('faults', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void apply({ route: route.value, mode: mode.value });
  });
}
