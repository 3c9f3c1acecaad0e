// The call to make: which number, from which, over which carrier, and what that one says of it.

import type { CallOrder, PhoneSetup } from '../page-wire.ts';
import { byId, element } from './element.ts';

const VERDICTS: Readonly<Record<string, string>> = {
  'passed-A': 'passed, level A',
  'passed-B': 'passed, level B',
  'passed-C': 'passed, level C',
  passed: 'passed, no level',
  failed: 'failed',
  none: 'nothing',
  error: 'something unreadable',
};

export interface OrderForm {
  readonly order: CallOrder;
  readonly chosen: PhoneSetup['numbers'][number] | undefined;
  isLocked: boolean;
}

export function openOrderForm(setup: PhoneSetup): OrderForm {
  const { numbers, trunks, calling, accounts } = setup;
  const fields = byId('order-fields', HTMLFieldSetElement);
  const to = byId('to', HTMLSelectElement);
  const from = byId('from', HTMLInputElement);
  const verdict = byId('verdict', HTMLSelectElement);
  const trunk = byId('trunk', HTMLSelectElement);
  const told = byId('told', HTMLElement);
  const headers = byId('headers', HTMLTextAreaElement);
  const chosen = () => numbers.find(({ number }) => number === to.value);
  const verdicts = () => trunks.find(({ name }) => name === trunk.value)?.verdicts ?? [];

  to.append(
    ...numbers.map(({ number, line }) =>
      element('option', { value: number }, `${line ?? 'no line'} · ${number}`),
    ),
  );
  trunk.append(
    ...trunks.map(({ name, profile }) =>
      element('option', { value: name }, `${name} · ${profile}`),
    ),
  );
  from.value = calling;

  function showHeaders() {
    const choice = verdicts().find((one) => one.verdict === verdict.value);
    const lines = Object.entries(choice?.headers ?? {}).map(
      ([name, value]) => `${name}: ${value.replace(calling, from.value || 'anonymous')}`,
    );
    told.replaceChildren(
      ...(lines.length > 0
        ? lines.map((line) => element('code', {}, line))
        : ['No header says anything.']),
    );
  }
  function showVerdicts() {
    const before = verdict.value || 'none';
    verdict.replaceChildren(
      ...verdicts().map((one) =>
        element(
          'option',
          { value: one.verdict, selected: one.verdict === before },
          VERDICTS[one.verdict] ?? one.verdict,
        ),
      ),
    );
    showHeaders();
  }
  function chooseTrunk() {
    trunk.value = chosen()?.trunk ?? '';
    showVerdicts();
  }
  to.addEventListener('change', chooseTrunk);
  trunk.addEventListener('change', showVerdicts);
  verdict.addEventListener('change', showHeaders);
  from.addEventListener('input', showHeaders);
  chooseTrunk();

  byId('accounts-card', HTMLElement).hidden = accounts.length === 0;
  byId('accounts', HTMLElement).append(
    ...accounts.map(({ account, birthDate, note }) =>
      element('tr', {}, ...[account, birthDate, note].map((text) => element('td', {}, text))),
    ),
  );

  return {
    get order() {
      return {
        to: to.value,
        from: from.value.trim(),
        trunk: trunk.value,
        verdict: verdict.value as CallOrder['verdict'],
        headers: headers.value,
      };
    },
    get chosen() {
      return chosen();
    },
    get isLocked() {
      return fields.disabled;
    },
    set isLocked(locked) {
      fields.disabled = locked;
    },
  };
}
