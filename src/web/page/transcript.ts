// What is said, by whom, and when, in the order in which it happens. Of what the caller keys only how much.

import { byId, element, minutes } from './element.ts';

export interface Transcript {
  /** Begins with a new call. */
  clear(): void;
  /** The IVR says this now. */
  says(text: string): void;
  /** It is over, or was stopped by a key. */
  falls(): void;
  /** The caller presses a key. */
  keyed(): void;
  /** Something happens that nobody hears. */
  note(text: string): void;
}

export function openTranscript(): Transcript {
  const list = byId('transcript', HTMLElement);
  let since = performance.now();
  let speaking: HTMLElement | null = null;
  let dots: { readonly item: HTMLElement; count: number } | null = null;

  function add(kind: string, who: string, text: HTMLElement): HTMLElement {
    const at = minutes(Math.floor((performance.now() - since) / 1000));
    const item = element(
      'div',
      { class: kind },
      element('span', { class: 'at', 'aria-hidden': 'true' }, at),
      element('span', { class: 'unseen' }, who),
      text,
    );
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    list.append(item);
    if (isAtEnd) list.scrollTop = list.scrollHeight;
    dots = null;
    return item;
  }

  function falls() {
    speaking?.classList.remove('now');
    speaking = null;
  }

  return {
    clear() {
      list.replaceChildren();
      since = performance.now();
      falls();
      dots = null;
    },
    says(text) {
      falls();
      speaking = add('said now', 'Tonegate says: ', element('span', { class: 'words' }, text));
    },
    falls,
    keyed() {
      if (dots === null) {
        const words = element('span', { class: 'words', 'aria-hidden': 'true' });
        const item = add('pressed', 'You press keys', words);
        dots = { item: words, count: 0 };
        item.setAttribute('aria-atomic', 'false');
      }
      dots.count += 1;
      dots.item.textContent = '•'.repeat(dots.count);
    },
    note(text) {
      add('noted', '', element('span', { class: 'words' }, text));
    },
  };
}
