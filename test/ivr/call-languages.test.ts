import { expect, test } from 'vitest';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { PHONE_ON_FILE } from './customers.ts';
import { withReadBack } from './lines.ts';
import { dial } from './scenario.ts';

const BILINGUAL = '+15105550103';

test('a caller may choose Spanish, and hears nothing else from there to the desk', async () => {
  const { caller, call, bank } = await dial({ number: BILINGUAL });
  await caller.hears('welcome', 'choose-language', 'digit-1');
  await caller.hears('es/choose-language', 'es/digit-2');
  await caller.presses('2');
  await caller.hears('es/operator-hint', 'es/enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('es/enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('es/code-sent', 'es/digit-0', 'es/digit-1', 'es/enter-code');
  await caller.presses(bank.lastCode());
  await caller.hears('es/connecting');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ line: 'bilingual', auth: 'verified', desk: 'sensitive' });
  const chosen = caller.heard.indexOf('es/digit-2');
  expect(caller.heard.slice(chosen).filter((prompt) => !prompt.startsWith('es/'))).toEqual([]);
});

test('a caller may choose English with the first key', async () => {
  const { caller, call } = await dial({ number: BILINGUAL });
  await caller.presses('1');
  await caller.hears('operator-hint', 'enter-account');
  expect(caller.heard).not.toContain('es/choose-language');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a caller who knows the way may key language, account and birth date in one go', async () => {
  const { caller, call } = await dial({ number: BILINGUAL });
  await caller.hears('welcome');
  await caller.presses(`2${PHONE_ON_FILE.account}${PHONE_ON_FILE.birthDate}`);
  await caller.hears('es/code-sent');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('an onlooker sees the words in the language in which they are said', async () => {
  const { caller, call, world } = await dial({ number: BILINGUAL });
  await caller.presses('2');
  await caller.hears('es/enter-account');
  await caller.hangsUp();
  await call.ends('hung-up');
  const told = world.observed.filter((seen) => seen.type === 'prompt.began');
  expect(told[0]?.text).toContain('For English, press one Para español, oprima el dos');
  expect(told[1]?.text).toContain('Por favor, ingrese su número de cuenta.');
});

test('without an order of its own a line asks a Spanish caller for the day first', async () => {
  const plan = (line: LinePlan): LinePlan => ({
    ...line,
    route: {
      desk: 'sensitive',
      steps:
        'steps' in line.route
          ? line.route.steps.map((step) =>
              step.step === 'birthDate' ? { ...step, order: null } : step,
            )
          : [],
    },
  });
  const { caller, call } = await dial({ number: BILINGUAL, plan });
  await caller.presses('2');
  await caller.hears('es/enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('es/enter-birth-date-dmy');
  await caller.presses('14031979');
  await caller.hears('es/code-sent');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[1]).toMatchObject({ step: 'birthDate', outcome: 'accepted' });
});

test('an entry that is read back is said in the language of the call', async () => {
  const { caller, call, bank } = await dial({ number: BILINGUAL, plan: withReadBack });
  await caller.presses('2');
  await caller.hears('es/enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('es/you-entered', 'es/digit-3', 'es/digit-1', 'es/digit-4', 'es/digit-1');
  await caller.hears('es/confirm-entry');
  await caller.presses('1');
  await caller.hears('es/enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('es/day-14', 'es/month-3', 'es/century-19', 'es/number-79');
  await caller.hears('es/confirm-entry');
  await caller.presses('1');
  await caller.hears('es/enter-code');
  await caller.presses(bank.lastCode());
  await caller.hears('es/confirm-entry');
  await caller.presses('1');
  const { steps } = await call.ends('handed-off');
  expect(steps.map(({ outcome, tries }) => [outcome, tries])).toEqual([
    ['accepted', 1],
    ['accepted', 1],
    ['accepted', 1],
  ]);
});

test('nothing that is read back can be seen by an onlooker or found in the log', async () => {
  const { caller, call, world } = await dial({ plan: withReadBack });
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('confirm-entry');
  await caller.presses('1');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('confirm-entry');
  await caller.hangsUp();
  await call.ends('hung-up');
  const shown = JSON.stringify([world.observed, world.logged]);
  expect(shown.match(/You entered[ •]*/g)).toEqual(['You entered •••', 'You entered •••']);
  expect(shown).not.toMatch(/digit-\d|number-\d|day-\d|month-\d|March|fourteenth/);
  for (const canary of Object.values(PHONE_ON_FILE)) expect(shown).not.toContain(canary);
});

test('a notice is heard to its end, and keys pressed meanwhile wait', async () => {
  const plan = (line: LinePlan): LinePlan => ({ ...line, notice: 'recording-notice' });
  const { caller, call } = await dial({ plan });
  await caller.hears('welcome', 'recording-notice');
  await caller.presses(PHONE_ON_FILE.account);
  expect(caller.heard.at(-1)).toBe('recording-notice');
  await caller.hears('enter-birth-date-mdy');
  expect(caller.heard).not.toContain('enter-account');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('a closed line says so to its end and ends the call', async () => {
  const plan = (line: LinePlan): LinePlan => ({ ...line, closed: 'closed-for-now' });
  const { caller, call } = await dial({ number: BILINGUAL, plan });
  await caller.hears('closed-for-now', 'goodbye', 'es/closed-for-now', 'es/goodbye');
  const record = await call.ends('desk-unavailable');
  expect(record).toMatchObject({ steps: [], auth: 'none', handoff: null });
  expect(record.answeredAt).not.toBeNull();
});

test('a menu leads to the desk that the caller chooses', async () => {
  const plan = (line: LinePlan): LinePlan => ({
    ...line,
    route: [
      { key: '1', prompt: 'menu-account', steps: [], desk: 'general' },
      { key: '2', prompt: 'menu-other', steps: [], desk: 'operator-desk' },
    ],
  });
  const { caller, call } = await dial({ plan });
  await caller.hears('welcome', 'menu-account', 'digit-1', 'menu-other', 'digit-2');
  await caller.presses('2');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ desk: 'operator-desk', auth: 'none', steps: [] });
});

test('a line that was away in the middle of an entry: the caller is asked again, and no try is lost', async () => {
  const { caller, call, bank } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141');
  caller.phone.loseKeys();
  await caller.hears('not-clear', 'enter-account-again');
  expect(call.asked).not.toContain('bank.lookup');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  const { steps } = await call.ends('handed-off');
  expect(steps[0]).toMatchObject({ outcome: 'accepted', tries: 1 });
});
