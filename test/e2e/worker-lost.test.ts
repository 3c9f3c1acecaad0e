// A worker that is killed: what it had counted still counts, and the call that it had is in the records. Every
// call that runs is lost with it, so that these tests run alone.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { customersOf, impostor, keyedBirthDate } from './customers.ts';
import type { Phone } from './kit/phone.ts';
import { recordsHold } from './records-hold.ts';
import { hears, keysAccount, keysAhead } from './script.ts';
import { call, faultAt, recordOf, recordsOf } from './system.ts';

const BANK = '+15105550100';
const WITHOUT_OPERATOR = '+15105550110';

const system = inject('system');
const someCustomer = customersOf('worker-lost');
const run = promisify(execFile);
const LOOK_AGAIN_MS = 100;
/** A worker lost for 4 s is found by the next one, which needs some seconds to be there. */
const RECORD_WITHIN_MS = 15_000;

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

test('a killed worker leaves a record of its call, and the tries that it had counted', async () => {
  const customer = someCustomer();
  await using calls = new AsyncDisposableStack();
  let lost: Phone;
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
  await keysAccount(lost, someCustomer());
  await lost.hears('enter-birth-date-mdy');
  const killedAt = performance.now();
  const [record] = await Promise.all([recordOf(lost), killWorker()]);
  const foundMs = performance.now() - killedAt;
  expect(record).toMatchObject({
    line: 'bank',
    steps: [{ step: 'account', outcome: 'accepted' }],
    auth: 'identified',
    amr: [],
    desk: null,
    ending: { result: 'platform', reason: 'worker-lost' },
  });
  console.info(`the record of a call whose worker was killed: after ${Math.round(foundMs)} ms`);
  expect(foundMs).toBeLessThan(RECORD_WITHIN_MS);
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
  const [again, locked] = await recordsOf([lost, phone]);
  expect(again).toEqual(record);
  expect(locked).toMatchObject({
    steps: [{ outcome: 'accepted' }, { step: 'birthDate', outcome: 'lockedOut' }],
    ending: { reason: 'locked-out' },
  });
  expect(locked?.workerId).not.toBe(record.workerId);
});

test('the records of these calls hold', recordsHold);
