// The charts of a call, drawn by Mermaid, with the states it is in lit: the call's own, and the one that runs
// innermost. They are drawn while the page has nothing else to do: drawing holds it up, and in a call only the
// light should have to move.

import type { ShownChart } from '../page-wire.ts';
import { byId, element } from './element.ts';
import { innermost, type Place, trailOf } from './trail.ts';

export interface ChartView {
  entered(machine: string, state: string): void;
  /** Begins with a new call. */
  clear(): void;
}

/** Between two drawings, for whoever uses the page meanwhile. */
const REST_MS = 50;
const DARK = window.matchMedia('(prefers-color-scheme: dark)');

export function openChartView(charts: readonly ShownChart[]): ChartView {
  const box = byId('drawings', HTMLElement);
  const trail = byId('trail', HTMLElement);
  const states = new Map<string, string>();
  const drawn = new Map<string, Promise<string>>();
  let isDirty = false;
  let drawing = Promise.resolve();

  async function draw(source: string, id: string): Promise<string> {
    const { default: mermaid } = await import('mermaid');
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      theme: 'base',
      themeVariables: colours(),
    });
    const { svg } = await mermaid.render(id, source);
    return svg;
  }

  /** Drawn once, in the page's colours. */
  function pictureOf(source: string): Promise<string> {
    const picture = drawn.get(source) ?? draw(source, `chart${drawn.size}`);
    drawn.set(source, picture);
    return picture;
  }

  /** While a call shows charts, those have precedence: the rest is drawn after it. */
  async function drawAhead(): Promise<void> {
    for (const source of charts.flatMap(({ levels }) => levels.map((level) => level.source))) {
      await new Promise((rested) => setTimeout(rested, REST_MS));
      if (states.size > 0) return;
      await pictureOf(source);
    }
  }

  async function show(slot: HTMLElement, { level, machine, lit }: Place): Promise<void> {
    const key = `${machine}.${level.path.join('.')}`;
    const svg = await pictureOf(level.source);
    if (slot.dataset.level !== key) {
      slot.dataset.level = key;
      const figure = element('div', { class: 'drawing', role: 'img' });
      figure.innerHTML = svg;
      slot.replaceChildren(element('h3', {}, [machine, ...level.path].join(' › ')), figure);
    }
    const names = lit.map((path) => path.at(-1) ?? '');
    slot
      .querySelector('.drawing')
      ?.setAttribute('aria-label', `Chart of ${key}: now in ${names.join(' and ')}`);
    const ids = new Set(lit.map((path) => ['s', ...path].join('_')));
    for (const node of slot.querySelectorAll('g.node')) {
      node.classList.toggle('lit', ids.has(/state-(.+)-\d+$/.exec(node.id)?.[1] ?? ''));
    }
  }

  async function refresh(): Promise<void> {
    isDirty = false;
    const places = trailOf(charts, states);
    const shown = innermost(places);
    while (box.children.length > shown.length) box.lastElementChild?.remove();
    for (const [i, place] of shown.entries()) {
      const slot = box.children[i] ?? box.appendChild(element('div', { class: 'slot' }));
      await show(slot as HTMLElement, place);
    }
  }

  function soon() {
    const names = trailOf(charts, states).map(({ machine, state }) => `${machine}: ${state}`);
    trail.textContent = names.join(' › ');
    if (isDirty) return;
    isDirty = true;
    // What changes in one go is drawn once.
    drawing = drawing.then(() => new Promise(requestAnimationFrame)).then(refresh);
  }

  DARK.addEventListener('change', () => {
    drawn.clear();
    for (const slot of box.children) (slot as HTMLElement).dataset.level = '';
    if (states.size > 0) soon();
    void drawAhead();
  });
  void drawAhead();

  return {
    entered(machine, state) {
      states.set(machine, state);
      soon();
    },
    clear() {
      states.clear();
      box.replaceChildren();
    },
  };
}

/** As the page has them. */
function colours(): Record<string, string> {
  const style = getComputedStyle(document.body);
  const probe = element('span');
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const read = {
    fontFamily: style.fontFamily,
    fontSize: '14px',
    primaryColor: colour('--raised'),
    primaryTextColor: colour('--text'),
    primaryBorderColor: colour('--line'),
    lineColor: colour('--faint'),
    textColor: colour('--text'),
    background: colour('--card'),
  };
  probe.remove();
  return read;
}
