// The QA phone's page in a real browser, against what `npm start` runs: calls as people make them there. With
// TONEGATE_PICTURES=docs/pictures the first one also takes the pictures of docs/qa-phone.md.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { importPKCS8, SignJWT } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { customersOf, keyedBirthDate } from '../customers.ts';
import { wrong } from '../script.ts';
import { openBrowser, openPerson } from './browser.ts';

const system = inject('system');
const someCustomer = customersOf('qa-phone');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PICTURES = process.env.TONEGATE_PICTURES;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function picture(
  page: Page,
  name: string,
  size: { readonly width: number; readonly height: number },
  from = 'body',
): Promise<void> {
  if (PICTURES === undefined) return;
  const before = page.viewportSize();
  await page.setViewportSize(size);
  await page.locator(from).evaluate((start) => start.scrollIntoView());
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  if (before) await page.setViewportSize(before);
}

/** What axe finds wrong, by rule and place. */
async function barriers(page: Page): Promise<readonly string[]> {
  // Not as a script of the page, which its policy forbids.
  const present = await page.evaluate(() => 'axe' in window);
  if (!present) await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(
    async () => await (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}

test('a whole call, by mouse and keyboard: heard, seen, recorded, and handed over with a good ticket', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  const customer = someCustomer();
  expect(await barriers(page)).toEqual([]);

  await person.calls('strict', 'passed-A');
  await person.hears();
  await person.reads('Please enter your account number');
  await page.locator('#timers li', { hasText: 'Longest call' }).waitFor();
  expect(await page.locator('#steps [aria-current=step]').innerText()).toMatch(/3 tries left/);
  await person.clicks(customer.number);
  expect(await page.locator('#keypad button:focus').count()).toBe(0);
  await person.reads('Please enter your date of birth');
  await page.locator('#drawings g.node.lit', { hasText: 'knowledge' }).waitFor();
  await person.types(keyedBirthDate(customer));
  await person.reads('Please enter that code');
  const code = await person.readsCode();
  await page.locator('#drawings g.node.lit', { hasText: 'oneTimeCode' }).waitFor();
  await picture(page, 'qa-phone', { width: 1280, height: 1290 });
  await picture(page, 'qa-phone-narrow', { width: 390, height: 844 });
  await person.types(code);

  const record = await person.readsRecord();
  expect(record).toMatchObject({
    Ending: 'handed-off (success)',
    Auth: 'verified: kba, otp, sms',
    Screening: 'passed, level A: accept (passed)',
    'Read from': 'x-twilio-verstat',
    Caller: '…00',
  });
  const ticket = page.locator('.ticket');
  expect(await ticket.innerText()).toContain('Signature, audience, room and caller are good');
  const claims = JSON.parse(await ticket.locator('pre').last().innerText());
  expect(claims).toMatchObject({ aud: 'sensitive', auth: 'verified', call: record.Id });
  await page.getByText('With sensitive-desk').waitFor();

  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'qa-phone-dark', { width: 1280, height: 1130 }, '#outcome-card');
  await person.hangsUp();
  expect(await page.locator('#status').innerText()).toBe('Over: handed-off');

  const { text: traces, inTurn } = await person.traces();
  expect(traces).toContain('••••••••');
  // No entry was wrong, so none seemed to be, not while it was checked either.
  expect(traces).toContain('3 tries left');
  expect(traces).not.toContain('2 tries left');
  for (const key of [customer.number, keyedBirthDate(customer), customer.birthDate, code]) {
    // Coordinates of a drawing may hold any digits.
    expect(traces).not.toMatch(new RegExp(`(?<![\\d.])${key}(?!\\d)`));
    expect(inTurn).not.toContain(key);
  }
});

test('a wrong code costs a try, and whoever hangs up has hung up; all by keyboard', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  const customer = someCustomer();
  await page.locator('#to').focus();
  await page.keyboard.type('alone');
  for (let presses = 0; !(await hasFocus(page, 'call')); presses += 1) {
    expect(presses).toBeLessThan(5);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await person.reads('Please enter your account number');
  await person.types(customer.number);
  await person.reads('Please enter your date of birth');
  const before = await keypadChanges(page);
  await person.types(keyedBirthDate(customer));
  expect(await keypadChanges(page)).toBe(before);
  await person.reads('Please enter that code');
  await person.types(wrong(await person.readsCode()));
  await person.reads('does not match what we have');
  await page.locator('#steps [aria-current=step]', { hasText: '2 tries left' }).waitFor();
  expect(await hasFocus(page, 'call')).toBe(true);
  await page.keyboard.press('Enter');
  const record = await person.readsRecord();
  expect(record.Ending).toBe('hung-up (caller)');
  expect(await page.locator('#tickets').innerText()).toBe(
    'No desk was sent a ticket in this call.',
  );
});

test('a number without a verdict is screened out of the strict line, unanswered', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  await person.calls('strict');
  const record = await person.readsRecord();
  expect(record).toMatchObject({
    Ending: 'screened-out (caller)',
    Screening: 'none: refuse (not-passed)',
  });
  await page.locator('#status', { hasText: 'Over: screened-out' }).waitFor();
  const said = await page.locator('#transcript').innerText();
  expect(said).toContain('Screened: none, so refuse');
  expect(said).not.toContain('Answered');
});

test('a fault chosen on the page is met by the call', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  const choose = async (mode: string) => {
    await page.locator('#route').selectOption('lookup');
    await page.locator('#mode').selectOption(mode);
    await page.getByRole('button', { name: 'Set' }).click();
  };
  await choose('500');
  await page.getByText('Now: lookup fails (500).').waitFor();
  await person.calls('alone');
  await person.reads('Please enter your account number');
  await person.types(someCustomer().number);
  expect((await person.readsRecord()).Ending).toBe('backend-unavailable (backend)');
  await choose('ok');
  await page.getByText('The bank answers as usual.').waitFor();
});

test('who fails five times is locked out, and the page says so', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  const customer = someCustomer();
  const birthDate = '01011991';
  expect(birthDate).not.toBe(keyedBirthDate(customer));
  const failing = async (times: number) => {
    await person.calls('alone');
    await person.reads('Please enter your account number');
    await person.types(customer.number);
    await person.reads('Please enter your date of birth');
    for (let time = 1; time <= times; time += 1) {
      await person.types(birthDate);
      const told = ['does not match what we have', 'does not match either'][time - 1];
      if (told) await person.reads(told);
    }
  };
  await failing(3);
  expect((await person.readsRecord()).Ending).toBe('too-many-tries (caller)');
  await page.locator('#status[data-phase=over]').waitFor();
  await failing(3);
  expect((await person.readsRecord()).Ending).toBe('locked-out (caller)');
  expect(await page.locator('#steps').innerText()).toContain('locked out');
});

test('a token of an upstream system can be tried: its headers are written out, its call named by them', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  const { customer } = someCustomer();
  const callId = `${randomUUID()}@pbx.bank.example`;
  const token = await new SignJWT({ call: callId, steps: ['account', 'birthDate', 'oneTimeCode'] })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('pbx')
    .setAudience('tonegate')
    .setSubject(customer)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importPKCS8(system.upstreamKey, 'EdDSA'));
  await page.getByText('More headers of the INVITE').click();
  const lines = [`Call-ID: ${callId}`, `X-Customer-Id: ${customer}`, `X-Auth-Token: ${token}`];
  await page.locator('#headers').fill([...lines, 'X-Auth-Token'].join('\n'));
  await person.calls('pbx');
  await page.locator('#problem', { hasText: 'Line 4 of the headers is none' }).waitFor();
  await page.locator('#headers').fill(lines.join('\n'));
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  expect(await person.readsRecord()).toMatchObject({
    Ending: 'handed-off (success)',
    Auth: expect.stringMatching(/^verified: .*upstream/),
  });
  expect(await page.locator('#record table').innerText()).not.toContain('accepted');
  await person.hangsUp();
});

test('a call comes over the carrier that is chosen, and in its words: a line hears the ones it lists', async () => {
  await using person = await openPerson(browser);
  const { page } = person;
  await person.calls('unlisted-strict', 'passed-A');
  expect(await page.locator('#told').innerText()).toBe('X-Twilio-VerStat: TN-Validation-Passed-A');
  expect(await person.readsRecord()).toMatchObject({
    Ending: 'screened-out (caller)',
    'Read from': 'unlisted-trunk',
  });
  await page.locator('#status[data-phase=over]').waitFor();
  await person.calls('unlisted-strict', 'passed-A', 'other-trunk');
  expect(await page.locator('#told').innerText()).toMatch(/^From: .*TN-Validation-Passed-A/);
  await person.reads('Please enter your account number');
  await person.hangsUp();
  expect(await person.readsRecord()).toMatchObject({ 'Read from': 'from' });
});

test('nobody else’s page is answered by the real one', async () => {
  const headers = { origin: 'http://bank.example' };
  expect((await fetch(`${system.pageUrl}/api/inbox`, { headers })).status).toBe(403);
});

async function hasFocus(page: Page, id: string): Promise<boolean> {
  return await page.evaluate((wanted) => document.activeElement?.id === wanted, id);
}

/** How often anything about the keypad has changed: what lights up there would tell a key. */
async function keypadChanges(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const counted = window as unknown as { keypadChanges?: number };
    if (counted.keypadChanges === undefined) {
      counted.keypadChanges = 0;
      new MutationObserver((changes) => {
        counted.keypadChanges = (counted.keypadChanges ?? 0) + changes.length;
      }).observe(document.getElementById('keypad') as HTMLElement, {
        attributes: true,
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
    return counted.keypadChanges;
  });
}
