// What is left of a call: its record as the store has it, and its ticket as the desk was sent it.

import type { ShownRecord, ShownTicket } from '../page-wire.ts';
import { byId, element } from './element.ts';
import { inWords } from './steps.ts';

export interface OutcomeView {
  clear(): void;
  record(record: ShownRecord): void;
  tickets(tickets: readonly ShownTicket[] | null): void;
  missing(what: 'record' | 'tickets', why: string): void;
}

export function openOutcome(): OutcomeView {
  const card = byId('outcome-card', HTMLElement);
  const recordBox = byId('record', HTMLElement);
  const ticketBox = byId('tickets', HTMLElement);

  return {
    clear() {
      card.hidden = true;
      recordBox.replaceChildren();
      ticketBox.replaceChildren();
    },
    record(record) {
      card.hidden = false;
      recordBox.replaceChildren(
        facts(recordFacts(record)),
        stepsTable(record),
        raw('The whole record', record),
      );
    },
    tickets(tickets) {
      card.hidden = false;
      const shown = (tickets ?? []).map(ticketView);
      const none = element('p', { class: 'hint' }, 'No desk was sent a ticket in this call.');
      ticketBox.replaceChildren(...(shown.length > 0 ? shown : [none]));
    },
    missing(what, why) {
      card.hidden = false;
      const box = what === 'record' ? recordBox : ticketBox;
      box.replaceChildren(element('p', { class: 'problem' }, why));
    },
  };
}

function recordFacts(record: ShownRecord): readonly (readonly [string, string])[] {
  const { ending, auth, amr, desk, handoff, screening, callerLast2, resumed } = record;
  const level = screening.level === null ? '' : `, level ${screening.level}`;
  const blocked = screening.wouldBe === null ? '' : `, would be: ${screening.wouldBe}`;
  return [
    ['Ending', `${ending.reason} (${ending.result})`],
    ['Auth', amr.length > 0 ? `${auth}: ${amr.join(', ')}` : auth],
    ['Desk', desk === null ? 'none' : desk],
    ['Hand-over', handoff === null ? 'none' : `${handoff.kind}, ${handoff.outcome}`],
    [
      'Screening',
      `${screening.verdict}${level}: ${screening.action}${blocked} (${screening.rule})`,
    ],
    ['Read from', screening.source],
    ['Caller', callerLast2 === null ? 'withheld' : `…${callerLast2}`],
    ['Resumed', resumed ? 'yes' : 'no'],
    ['Id', record.id],
    ['Hash', record.hash],
  ];
}

function facts(rows: readonly (readonly [string, string])[]): HTMLElement {
  const cells = rows.flatMap(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, value),
  ]);
  return element('dl', { class: 'facts' }, ...cells);
}

function stepsTable({ steps }: ShownRecord): HTMLElement {
  const heads = ['Step', 'Outcome', 'Tries', 'Time'].map((name) =>
    element('th', { scope: 'col' }, name),
  );
  const rows = steps.map(({ step, outcome, tries, ms }) =>
    element(
      'tr',
      {},
      ...[inWords(step), inWords(outcome), String(tries), `${(ms / 1000).toFixed(1)} s`].map(
        (text) => element('td', {}, text),
      ),
    ),
  );
  if (rows.length === 0) return element('p', { class: 'hint' }, 'No step was asked.');
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
  return element('div', { class: 'wide' }, table);
}

function ticketView({ agent, header, claims, check }: ShownTicket): HTMLElement {
  const isGood = check === 'good';
  const words = isGood
    ? 'Signature, audience, room and caller are good, and it is still fresh.'
    : `A desk would refuse it now: ${check}.`;
  return element(
    'div',
    { class: 'ticket' },
    element('p', { class: isGood ? 'good' : 'problem' }, `For ${agent}. ${words}`),
    element('h3', {}, 'Header'),
    code(header),
    element('h3', {}, 'Claims'),
    code(claims),
  );
}

function raw(title: string, value: object): HTMLElement {
  return element('details', {}, element('summary', {}, title), code(value));
}

function code(value: object): HTMLElement {
  return element('pre', { tabindex: '0' }, JSON.stringify(value, null, 2));
}
