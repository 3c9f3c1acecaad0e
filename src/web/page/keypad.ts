// The keypad: by mouse, by touch, and by the digits of the keyboard. Shows that keys were pressed, as dots, never
// which: a key typed lights nothing.

import { byId, element } from './element.ts';

const KEYS = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', ''],
  ['#', ''],
] as const;
const NAMES: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound' };
/** Where a digit typed is text, or chooses something. */
const FIELDS = 'input:not([type=checkbox]), select, textarea, [contenteditable]';
const MOST_DOTS = 14;

export interface Keypad {
  /** Whether there is a call to press keys in. */
  isOpen: boolean;
  /** Forgets the dots: something else is asked. */
  clear(): void;
}

export function openKeypad(onPress: (key: string) => void): Keypad {
  const keyed = byId('keyed', HTMLElement);
  const typing = byId('typing', HTMLInputElement);
  let isOpen = false;
  let dots = 0;

  function show(count: number) {
    dots = count;
    keyed.textContent = '•'.repeat(Math.min(dots, MOST_DOTS));
  }
  function press(key: string) {
    if (!isOpen) return;
    show(dots + 1);
    onPress(key);
  }

  const buttons = KEYS.map(([key, letters]) => {
    // A digit is called what is seen, so that it can be asked for by voice.
    const name = NAMES[key];
    const button = element(
      'button',
      { type: 'button', disabled: true, ...(name && { 'aria-label': name }) },
      element('span', { class: 'digit' }, key),
      ' ',
      element('span', { class: 'letters' }, letters),
    );
    button.addEventListener('click', () => press(key));
    // It would keep the focus, and its ring would tell which key was the last.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    return button;
  });
  byId('keypad', HTMLElement).append(...buttons);

  document.addEventListener('keydown', (event) => {
    const { key, target, repeat, ctrlKey, altKey, metaKey } = event;
    const isText = target instanceof Element && target.matches(FIELDS);
    if (!typing.checked || isText || repeat || ctrlKey || altKey || metaKey) return;
    if (!isOpen || !/^[0-9*#]$/.test(key)) return;
    event.preventDefault();
    press(key);
  });

  return {
    get isOpen() {
      return isOpen;
    },
    set isOpen(open) {
      isOpen = open;
      for (const button of buttons) button.disabled = !open;
      show(0);
    },
    clear: () => show(0),
  };
}
