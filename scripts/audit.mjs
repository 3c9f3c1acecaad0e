// Asks the npm registry that is configured for advisories on what we ship. Fails on those of high or
// critical severity, and names the others. Where no advisory source can be reached it says so and does
// not fail: the other checks need no network either.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const FAILING = ['high', 'critical'];
const WITHOUT_WAITING = ['--fetch-retries=0', '--fetch-timeout=8000'];

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', ...WITHOUT_WAITING], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const vulnerabilities = read(stdout)?.vulnerabilities;
if (vulnerabilities === undefined) {
  say('no advisory source was reached: nothing is known of the packages we ship');
} else {
  const advised = Object.values(vulnerabilities);
  for (const { name, severity, range } of advised) say(`${name} ${range}: ${severity}`);
  if (advised.length === 0) say('no advisory on the packages we ship');
  process.exitCode = advised.some(({ severity }) => FAILING.includes(severity)) ? 1 : 0;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function say(text) {
  process.stdout.write(`dependency audit: ${text}\n`);
}
