// A person at the page of the QA phone, in a real browser without a window. Everything the browser shows, keeps and
// sends is noted, so that a test can look for what must not be there.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { digitsInTurn } from '../../kit/digits-in-turn.ts';

const system = inject('system');
/** As scripts/needs.mjs looks for them. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
/** A busy machine may have keys that follow closer arrive together, and rightly doubts them. */
const KEY_MS = 300;
/** Prompts are heard whole, and the machine may be busy. */
const PATIENCE_MS = 60_000;

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: browserProgram(),
    args: [
      // The page asks for no microphone; were it to, it would get one.
      '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

function browserProgram(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('no chromium: node scripts/setup.mjs test installs it');
  return found;
}

export interface Traces {
  /** In the order in which it came. */
  readonly text: string;
  /** What came one digit at a time: those of each place together, a line each. */
  readonly inTurn: string;
}

/** What came into the page, and where; `null`: into a drawing, whose coordinates are digits too. */
interface Noted {
  readonly place: string | null;
  readonly value: string;
}

export interface Person extends AsyncDisposable {
  readonly page: Page;
  /** Chooses a line, what the carrier says, and another carrier than the line's own, and calls. */
  calls(line: string, verdict?: string, trunk?: string): Promise<void>;
  /** Waits until this is said. */
  reads(words: string): Promise<void>;
  /** Waits until the sound of the call is more than silence. */
  hears(): Promise<void>;
  clicks(keys: string): Promise<void>;
  types(keys: string): Promise<void>;
  /** The code of the newest message of the inbox, once one has come since the page was opened. */
  readsCode(): Promise<string>;
  hangsUp(): Promise<void>;
  /** Waits for the record, as shown: each of its facts by name. */
  readsRecord(): Promise<Readonly<Record<string, string>>>;
  /** All that was shown (but the inbox), kept, logged or sent so far. */
  traces(): Promise<Traces>;
}

/** Opens the page; what changes in it is noted from its first moment on. */
export async function openPerson(browser: Browser): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const noted: Noted[] = [];
  const note = (place: string, value: string) => void noted.push({ place, value });
  page.on('console', (message) => note('console', message.text()));
  page.on('pageerror', (error) => note('errors', error.stack ?? error.message));
  page.on('framenavigated', (frame) => {
    const { pathname, search, hash } = new URL(frame.url());
    note('address', `${pathname}${search}${hash}`);
  });
  page.on('request', (request) => {
    const { href, pathname, search } = new URL(request.url());
    note('requests', href);
    note('requests', `${pathname}${search}`);
    note('sent', request.postData() ?? '');
  });
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => note('frames', payload.toString()));
  });
  await page.addInitScript(noteChanges);
  await page.goto(system.pageUrl);
  await page.getByRole('button', { name: 'Call' }).waitFor();
  const transcript = page.locator('#transcript');
  const newest = page.locator('#inbox li').first();
  const newestCode = async () =>
    (await newest.count()) > 0 ? /\d{6}/.exec(await newest.innerText())?.[0] : undefined;
  // Messages of other tests are there by then.
  await newest.waitFor();
  const codeBefore = await newestCode();

  return {
    page,
    async calls(line, verdict = 'none', trunk) {
      const label = await page
        .locator('#to option', { hasText: `${line} ·` })
        .first()
        .innerText();
      await page.locator('#to').selectOption({ label });
      if (trunk !== undefined) await page.locator('#trunk').selectOption(trunk);
      await page.locator('#verdict').selectOption(verdict);
      await page.getByRole('button', { name: 'Call', exact: true }).click();
    },
    async reads(words) {
      await transcript.locator('.said', { hasText: words }).last().waitFor();
    },
    hears: () => page.evaluate(soundOfCall),
    async clicks(keys) {
      const names: Record<string, string> = { '*': 'star', '#': 'pound' };
      for (const key of keys) {
        const name = new RegExp(`^${names[key] ?? key}\\b`);
        await page.getByRole('button', { name }).click();
      }
    },
    types: (keys) => page.keyboard.type(keys, { delay: KEY_MS }),
    async readsCode() {
      await expect.poll(newestCode, { timeout: PATIENCE_MS }).not.toBe(codeBefore);
      return (await newestCode()) ?? '';
    },
    async hangsUp() {
      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.locator('#status[data-phase=over]').waitFor();
    },
    async readsRecord() {
      await page.locator('#record dl').waitFor();
      const names = await page.locator('#record dt').allInnerTexts();
      const values = await page.locator('#record dd').allInnerTexts();
      return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
    },
    async traces() {
      const shown = await page.evaluate(() => (window as unknown as { noted: Noted[] }).noted);
      const kept = await page.evaluate(async () =>
        JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          document.cookie,
          await indexedDB.databases(),
          await caches.keys(),
        ]),
      );
      const all = [...noted, ...shown];
      return {
        text: [...all.map(({ value }) => value), kept].join('\n'),
        inTurn: digitsInTurn(
          all.flatMap(({ place, value }) =>
            place === null ? [] : [JSON.stringify({ [place]: value })],
          ),
        ),
      };
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** In the page: notes every text and attribute that comes into it (but in the inbox), and whatever is stored. */
function noteChanges(): void {
  const noted: { place: string | null; value: string }[] = [];
  Object.assign(window, { noted });
  const note = (place: string | null, value: string) => void noted.push({ place, value });
  const elementAt = (node: Node) => (node instanceof Element ? node : node.parentElement);
  const placeOf = (node: Node) => elementAt(node)?.closest('[id]')?.id ?? 'page';

  function noteNode(node: Node, place: string): void {
    if (node instanceof SVGElement) {
      note(null, node.outerHTML);
      return;
    }
    note(`${place} text`, node.textContent ?? '');
    if (!(node instanceof Element)) return;
    note(`${place} markup`, node.outerHTML);
    for (const one of [node, ...node.querySelectorAll(':not(svg, svg *)')]) {
      for (const { name, value } of one.attributes) note(`${place} ${name}`, value);
    }
  }
  new MutationObserver((changes) => {
    for (const { target, addedNodes, attributeName } of changes) {
      if (elementAt(target)?.closest('#inbox')) continue;
      const place = placeOf(target);
      if (attributeName !== null) {
        const value = (target as Element).getAttribute(attributeName) ?? '';
        note(target instanceof SVGElement ? null : `${place} ${attributeName}`, value);
      }
      for (const node of addedNodes) noteNode(node, place);
      if (target instanceof Text) note(`${place} text`, target.data);
    }
  }).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });

  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (name, value) {
    note(`stored ${name}`, value);
    setItem.call(this, name, value);
  };
  // What a field holds is no attribute of it.
  for (const { prototype } of [HTMLInputElement, HTMLTextAreaElement, HTMLOutputElement]) {
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'value') ?? {};
    Object.defineProperty(prototype, 'value', {
      get() {
        return get?.call(this);
      },
      set(value: string) {
        note(`${placeOf(this as Node)} value`, String(value));
        set?.call(this, value);
      },
    });
  }
}

/** In the page: done once the sound of the call is louder than a whisper. */
async function soundOfCall(): Promise<void> {
  const ear = document.getElementById('ear') as HTMLAudioElement;
  while (!(ear.srcObject instanceof MediaStream)) await new Promise(requestAnimationFrame);
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(ear.srcObject).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  for (let loudest = 0; loudest < 0.05; ) {
    await new Promise(requestAnimationFrame);
    meter.getFloatTimeDomainData(samples);
    loudest = Math.max(...samples.map(Math.abs));
  }
  await context.close();
}
