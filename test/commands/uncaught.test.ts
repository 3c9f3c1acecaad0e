// What a worker's process does with errors that nobody catches, each time in a process of its own.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** A process in which this happens; it is over after half a second, unless something ends it. */
function run(happens: string, replace = '() => true') {
  const program = `
    import { pino } from ${module('../../node_modules/pino/pino.js')};
    import { takeUncaught } from ${module('../../src/commands/uncaught.ts')};
    import { bindToCall, inCall } from ${module('../../src/ivr/isolation.ts')};
    const replace = ${replace};
    takeUncaught({
      log: pino({ base: null }),
      onFault: (whose) => console.log(JSON.stringify({ whose })),
      replace() {
        console.log(JSON.stringify({ replace: true }));
        return replace();
      },
    });
    const error = Object.assign(new TypeError('entry 90517328'), { entry: '90517328' });
    const fail = () => { throw error; };
    ${happens}
    setTimeout(() => console.log(JSON.stringify({ msg: 'lives' })), 500);
  `;
  const args = ['--input-type=module', '-e', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect(stdout + stderr).not.toContain('90517328');
  const said: Record<string, unknown>[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { status, said };
}

const told = 'faults.first.then(() => console.log(JSON.stringify({ blamed: true })));';

test.each([
  ['in a timer', `inCall((faults) => { ${told} setTimeout(fail, 1); });`],
  ['in a promise', `inCall((faults) => { ${told} void Promise.resolve().then(fail); });`],
  [
    'in a listener that is called from outside',
    `const listener = inCall((faults) => { ${told} return bindToCall(fail); }); setTimeout(listener, 1);`,
  ],
  [
    'in a promise of such a listener',
    `const listener = inCall((faults) => { ${told} return bindToCall(async () => fail()); }); setTimeout(listener, 1);`,
  ],
  [
    'in a promise that was made elsewhere',
    `const { promise, reject } = Promise.withResolvers();
     inCall((faults) => { ${told} promise.then(() => undefined); });
     setTimeout(() => reject(error), 1);`,
  ],
])('an error %s is told to its call, and the process lives', (_, happens) => {
  const { status, said } = run(happens);
  expect(said).toHaveLength(4);
  expect(said).toContainEqual({ whose: 'call' });
  expect(said).toContainEqual({ blamed: true });
  expect(said).toContainEqual(
    expect.objectContaining({
      level: 50,
      fault: { kind: 'TypeError', at: expect.any(Array) },
      msg: 'uncaught error in a call: it ends, the others go on',
    }),
  );
  expect(said).toContainEqual({ msg: 'lives' });
  expect(status).toBe(0);
});

test('whoever calls a listener of a call is not disturbed by what it throws', () => {
  const { said } = run(
    `const listener = inCall(() => bindToCall(fail));
     setTimeout(() => { listener(); console.log(JSON.stringify({ msg: 'went on' })); }, 1);`,
  );
  expect(said).toContainEqual({ msg: 'went on' });
});

test('an error of no call has the worker replaced, and the process lives', () => {
  const { status, said } = run('setTimeout(fail, 1);');
  expect(said).toHaveLength(4);
  expect(said).toContainEqual({ replace: true });
  expect(said).toContainEqual({ whose: 'worker' });
  expect(said).toContainEqual(
    expect.objectContaining({ level: 50, msg: expect.stringMatching(/of no call/) }),
  );
  expect(said).toContainEqual({ msg: 'lives' });
  expect(status).toBe(0);
});

test('an error of a call that is over is nobody’s', () => {
  const { said } = run('inCall((faults) => { faults.close(); setTimeout(fail, 1); });');
  expect(said).toContainEqual({ whose: 'worker' });
});

test.each([
  ['an error', 'setImmediate(fail);'],
  ['a rejection', 'Promise.reject(error);'],
])('%s in a worker that takes no calls yet ends the process', (_, happens) => {
  const { status, said } = run(happens, '() => false');
  expect(said.at(-1)).toMatchObject({
    level: 60,
    fault: { kind: 'TypeError', at: expect.any(Array) },
    msg: 'uncaught error: this process ends',
  });
  expect(status).toBe(1);
});

test('the third error of no call within ten seconds ends the process', () => {
  const { status, said } = run('for (const ms of [1, 20, 40]) setTimeout(fail, ms);');
  expect(said.filter(({ whose }) => whose === 'worker')).toHaveLength(2);
  expect(said.at(-1)).toMatchObject({ level: 60, msg: 'uncaught error: this process ends' });
  expect(status).toBe(1);
});
