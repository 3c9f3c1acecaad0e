// Languages, menus, notices, read-backs and farewells over SIP, against what `npm start` runs: by ear.

import { describe, expect, inject, test } from 'vitest';
import { customersOf, keyedBirthDate } from './customers.ts';
import { hears, keysAccount } from './script.ts';
import { call, lastCode, recordOf, roomOf } from './system.ts';

const BANK = '+15105550100';
const BILINGUAL = '+15105550103';
const MENU = '+15105550112';
const CAREFUL = '+15105550113';
const CLOSED = '+15105550114';

const system = inject('system');
const someCustomer = customersOf('conversation');

describe.concurrent('a line in two languages', () => {
  test('speaks Spanish from the choice to the desk', async () => {
    await using phone = await call(BILINGUAL);
    const customer = someCustomer();
    await hears(phone, 'welcome', 'choose-language', 'digit-1', 'es/choose-language', 'es/digit-2');
    await phone.press('2');
    await hears(phone, 'es/operator-hint', 'es/enter-account');
    await phone.press(customer.number);
    await phone.hears('es/enter-birth-date-mdy');
    await phone.press(keyedBirthDate(customer));
    await hears(phone, 'es/code-sent', 'es/digit-0', 'es/enter-code');
    await phone.press(await lastCode(customer));
    await hears(phone, 'es/connecting', 'sensitive-desk');
    expect(await recordOf(phone)).toMatchObject({
      line: 'bilingual',
      auth: 'verified',
      desk: 'sensitive',
      promptVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  test('speaks English to who presses one at once', async () => {
    await using phone = await call(BILINGUAL);
    await phone.answered();
    await phone.press('1');
    await hears(phone, 'operator-hint', 'enter-account');
  });
});

describe.concurrent('a menu', () => {
  test('has its own recordings, gives its notice whole, and leads through its steps', async () => {
    await using phone = await call(MENU);
    const customer = someCustomer();
    // Its own welcome, notice and second choice sound like these.
    await hears(phone, 'time-limit', 'recording-notice', 'menu-account', 'digit-1', 'no-match');
    await phone.press('1');
    await keysAccount(phone, customer);
    await phone.hears('enter-passcode');
    await phone.press(customer.passcode);
    await hears(phone, 'connecting', 'general-desk');
    expect((await roomOf(phone)).caller.attributes).toMatchObject({
      'ivr.auth': 'verified',
      'ivr.amr': 'pin',
      'ivr.desk': 'vault',
    });
    expect(await recordOf(phone)).toMatchObject({
      steps: [
        { step: 'account', outcome: 'accepted' },
        { step: 'passcode', outcome: 'accepted', tries: 1 },
      ],
      auth: 'verified',
      desk: 'vault',
    });
  });

  test('plays its notice whole also to who presses a key, and takes the key after it', async () => {
    await using phone = await call(MENU);
    await phone.hears('time-limit');
    await phone.press('2');
    await hears(phone, 'recording-notice', 'general-desk');
    expect(await recordOf(phone)).toMatchObject({ auth: 'none', steps: [], desk: 'general' });
  });
});

describe.concurrent('a line that reads entries back', () => {
  test('says each digit and the date without a gap, and checks what was confirmed', async () => {
    await using phone = await call(CAREFUL);
    const customer = someCustomer();
    await phone.hears('enter-account');
    await phone.press('55599999');
    await phone.hears('confirm-entry');
    await phone.press('2');
    await phone.hears('enter-account-again');
    await phone.press(customer.number);
    // As one recording: a gap between two of its clips, and it would not be recognised.
    await phone.hears(['you-entered', ...[...customer.number].map((d) => `digit-${d}`)].join(' '));
    await phone.hears('confirm-entry');
    await phone.press('1');

    await phone.hears('enter-birth-date-mdy');
    await phone.press(keyedBirthDate(customer));
    const [year = '', month, day] = customer.birthDate.split('-').map(Number).map(String);
    const date = ['you-entered', `month-${month}`, `day-${day}`, 'century-19'];
    await phone.hears([...date, `number-${year.slice(2)}`].join(' '));
    await phone.hears('confirm-entry');
    await phone.press('1');
    await hears(phone, 'connecting', 'general-desk');
    expect(await recordOf(phone)).toMatchObject({
      steps: [
        { step: 'account', outcome: 'accepted', tries: 1 },
        { step: 'birthDate', outcome: 'accepted', tries: 1 },
      ],
    });
  });

  test('asks again for a number that cannot be right, before the bank hears of it', async () => {
    await using phone = await call(CAREFUL);
    await phone.hears('enter-account');
    await phone.press('44412345');
    await hears(phone, 'mistyped', 'enter-account-again');
    await phone.hangUp();
    expect(await recordOf(phone)).toMatchObject({
      steps: [{ step: 'account', outcome: 'hungUp', tries: 1 }],
    });
  });
});

test.concurrent('a closed line is heard to its last word in both languages, and only then cut', async () => {
  await using phone = await call(CLOSED);
  await hears(phone, 'closed-for-now', 'goodbye', 'es/closed-for-now', 'es/goodbye');
  expect(await phone.ended()).toBe('theyHungUp');
  expect(await recordOf(phone)).toMatchObject({
    steps: [],
    auth: 'none',
    ending: { result: 'platform', reason: 'desk-unavailable' },
  });
});

test('a key that stops a prompt is measured, from its arrival to the empty queue', async () => {
  await using phone = await call(BANK);
  await phone.hears('welcome');
  await phone.press('5');
  await phone.hangUp();
  await recordOf(phone);
  const metrics = await (await fetch(`${system.workerUrl}/metrics`)).text();
  const value = (name: string) =>
    Number(new RegExp(`^tonegate_key_to_silence_seconds_${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
  console.info(
    `key to silence: ${((1000 * value('sum')) / value('count')).toFixed(2)} ms on average`,
  );
  expect(value('count')).toBeGreaterThan(0);
});
