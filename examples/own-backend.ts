// A backend in this process, instead of one over HTTP: six questions about accounts, and no more. An answer of `false`
// is "wrong"; whatever throws is "unavailable", and never told to a caller as "wrong".
// Run it: node examples/own-backend.ts, then 24681357, 05171990, and the code from the text message.

import { randomInt, randomUUID } from 'node:crypto';
import { dialSimulated } from '../src/commands/dial-simulated.ts';
import { IvrFault } from '../src/ivr/fault.ts';
import type { Account, Backend } from '../src/ivr/ports.ts';

interface Customer {
  readonly id: string;
  readonly birthDate: string;
  readonly phone: string;
}

const customers: Readonly<Record<string, Customer>> = {
  '24681357': { id: 'customer-7', birthDate: '1990-05-17', phone: '+15551230007' },
};
/** Codes that were sent, by their challenge; each is good once. */
const codes = new Map<string, string>();

function accountOf(customer: Customer | undefined): Account {
  if (customer === undefined) return { ref: null, otp: { available: false, to: null } };
  return { ref: customer.id, otp: { available: true, to: customer.phone.slice(-2) } };
}

function customerOf(id: string): Customer {
  const found = Object.values(customers).find((customer) => customer.id === id);
  if (found === undefined) throw new IvrFault('IVR_BACKEND_UNAVAILABLE', 'no such customer');
  return found;
}

const backend: Backend = {
  lookup: async (account) => accountOf(customers[account.reveal()]),
  lookupCustomer: async (id) => accountOf(customerOf(id.reveal())),
  async checkKnowledge(ref, factor, value) {
    return factor === 'birthDate' && customerOf(ref).birthDate === value.reveal();
  },
  // Null: known not to have changed.
  simChangedWithinHours: async () => null,
  async sendCode(ref) {
    const challenge = randomUUID();
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    codes.set(challenge, code);
    console.info(`SMS to …${customerOf(ref).phone.slice(-2)}: Your code is ${code}.`);
    return { challenge };
  },
  async checkCode(challenge, code) {
    const isRight = codes.get(challenge) === code.reveal();
    if (isRight) codes.delete(challenge);
    return isRight;
  },
};

process.exitCode = await dialSimulated({ config: 'tonegate.yaml', backend });
