// A line with a step of its own: after the account number, the digits that the customer's authenticator app shows
// (RFC 6238). What is asked is in own-step/tonegate.yaml, in words recorded beside it; what is right is said here.
// Run it: node examples/own-step.ts, then 31415926 and what your app shows for the key that is printed.

import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { dialSimulated } from '../src/commands/dial-simulated.ts';
import { IvrFault } from '../src/ivr/fault.ts';
import type { Backend } from '../src/ivr/ports.ts';

/** Whose app has which key; one that everybody may see, since this is an example. */
const customers = new Map([
  ['31415926', { ref: 'customer-1', key: Buffer.from('12345678901234567890') }],
]);
/** The last window whose digits each customer has used: they are good once. */
const used = new Map<string, number>();
const WINDOW_MS = 30_000;

function digitsOf(key: Buffer, window: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(window));
  const hash = createHmac('sha1', key).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const notAsked = async (): Promise<never> => {
  throw new IvrFault('IVR_BACKEND_UNAVAILABLE', 'this line asks for no such thing');
};

const backend: Backend = {
  async lookup(account) {
    const ref = customers.get(account.reveal())?.ref ?? null;
    return { ref, otp: { available: false, to: null } };
  },
  async checkKnowledge(ref, factor, value) {
    const customer = [...customers.values()].find((one) => one.ref === ref);
    if (customer === undefined || factor !== 'passcode') return false;
    const now = Math.floor(Date.now() / WINDOW_MS);
    const window = [now, now - 1].find((one) => digitsOf(customer.key, one) === value.reveal());
    if (window === undefined || window <= (used.get(ref) ?? 0)) return false;
    used.set(ref, window);
    return true;
  },
  lookupCustomer: notAsked,
  simChangedWithinHours: notAsked,
  sendCode: notAsked,
  checkCode: notAsked,
};

console.info('The app of account 31415926 has the key GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ.');
const config = fileURLToPath(new URL('own-step/tonegate.yaml', import.meta.url));
process.exitCode = await dialSimulated({ config, backend });
