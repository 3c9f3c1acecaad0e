// The only worker is killed: what it had counted still counts, and the one that is started after it goes on with
// its call. Every call that runs is hit, so that these tests run alone.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { customersOf, impostor, keyedBirthDate } from './customers.ts';
import type { Phone } from './kit/phone.ts';
import { recordsHold } from './records-hold.ts';
import { hears, keysAccount, keysAhead } from './script.ts';
import { call, faultAt, lastCode, recordOf } from './system.ts';

const BANK = '+15105550100';
const WITHOUT_OPERATOR = '+15105550110';

const system = inject('system');
const someCustomer = customersOf('worker-lost');
const run = promisify(execFile);
const LOOK_AGAIN_MS = 100;
/** With one worker, which has to be started again first. */
const GOES_ON_WITHIN_MS = 10_000;

/** Kills the worker that `dev` keeps running; done when the next one takes calls. */
async function killWorker(): Promise<void> {
  process.kill(await workerPid(), 'SIGKILL');
  for (;;) {
    await sleep(LOOK_AGAIN_MS);
    const isReady = await fetch(`${system.workerUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
  }
}

async function workerPid(): Promise<number> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  const processes = stdout.split('\n').map((line) => /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? []);
  const [worker, ...others] = processes.filter(
    ([, , parent, args = '']) => Number(parent) === system.pid && /main\.ts worker /.test(args),
  );
  if (worker === undefined || others.length > 0) throw new Error('dev does not run one worker');
  return Number(worker[1]);
}

test('a killed worker leaves its call to the one after it, and the tries that it had counted', async () => {
  const customer = someCustomer();
  await using calls = new AsyncDisposableStack();
  let lost: Phone;
  const caller = someCustomer();
  {
    await using phone = await call(BANK);
    await keysAhead(phone, impostor(customer));
    await phone.hears('rejected');
    // Meanwhile.
    lost = calls.use(await call(BANK));
    await phone.press(keyedBirthDate(impostor(customer)));
    await phone.hears('rejected-again');
    await phone.press(keyedBirthDate(impostor(customer)));
    await phone.hears('cannot-verify');
  }
  await keysAccount(lost, caller);
  await lost.hears('enter-birth-date-mdy');
  const killedAt = performance.now();
  await Promise.all([lost.hears('sorry-for-the-pause'), killWorker()]);
  const goesOnMs = performance.now() - killedAt;
  console.info(`a call whose only worker was killed goes on after ${Math.round(goesOnMs)} ms`);
  expect(goesOnMs).toBeLessThan(GOES_ON_WITHIN_MS);
  await lost.hears('enter-birth-date-mdy');
  await lost.press(keyedBirthDate(caller));
  await lost.hears('code-sent');
  await lost.press(await lastCode(caller));
  await hears(lost, 'connecting', 'sensitive-desk');
  const record = await recordOf(lost);
  expect(record).toMatchObject({
    line: 'bank',
    steps: [{ step: 'account' }, { step: 'birthDate' }, { step: 'oneTimeCode' }],
    auth: 'verified',
    ending: { result: 'success', reason: 'handed-off' },
    resumed: true,
  });
  await lost.hangUp();

  await using phone = await call(WITHOUT_OPERATOR);
  await keysAhead(phone, impostor(customer));
  await phone.hears('rejected');
  await phone.press(keyedBirthDate(impostor(customer)));
  await phone.hears('rejected-again');
  // The sixth try is the right one. Asked about it, the bank would fail.
  await faultAt('knowledge', '500', customer);
  await phone.press(keyedBirthDate(customer));
  await hears(phone, 'cannot-verify', 'goodbye');
  expect(await recordOf(phone)).toMatchObject({
    steps: [{ outcome: 'accepted' }, { step: 'birthDate', outcome: 'lockedOut' }],
    ending: { reason: 'locked-out' },
    workerId: record.workerId,
    resumed: false,
  });
});

test('the records of these calls hold', recordsHold);
