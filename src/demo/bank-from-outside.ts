// The demo bank as whoever tries a system asks it: for a new customer, for what was sent by text message, to
// misbehave. Knows HTTP and nothing of calls.

import { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import type { CustomerKind } from './bank-accounts.ts';
import type { BankRoute, FaultMode } from './bank-faults.ts';

const customerSchema = z.object({
  number: z.string(),
  customer: z.string(),
  birthDate: z.string(),
  passcode: z.string(),
  phone: z.string().nullable(),
});
export type NewCustomer = z.output<typeof customerSchema>;

const outboxSchema = z.array(z.object({ to: z.string(), code: z.string() }));

export interface DemoBankClient {
  openAccount(kind: CustomerKind): Promise<NewCustomer>;
  /** Codes in its outbox for this number, oldest first. */
  codesTo(phone: string): Promise<readonly string[]>;
  /** Misbehaves whenever it is asked about this account. */
  misbehave(route: BankRoute, mode: FaultMode, account: string): Promise<void>;
}

/** `url`: where it is. Every method rejects with `IVR_BACKEND_UNAVAILABLE` where there is no demo bank. */
export function demoBankAt(url: string): DemoBankClient {
  async function ask(path: string, body?: object): Promise<unknown> {
    try {
      const request = body && { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${url.replace(/\/$/, '')}${path}`, request);
      if (response.ok) return await response.json();
    } catch {
      // Said below.
    }
    throw new IvrFault(
      'IVR_BACKEND_UNAVAILABLE',
      `no demo bank answers at ${url}${path}: start the local system with "npm start", or give the scenario a test account of your bank's as its "customer", and no faults`,
    );
  }
  return {
    openAccount: async (kind) => customerSchema.parse(await ask('/customers', { kind })),
    codesTo: async (phone) =>
      outboxSchema
        .parse(await ask('/outbox'))
        .flatMap(({ to, code }) => (to === phone ? [code] : [])),
    async misbehave(route, mode, account) {
      await ask('/faults', { route, mode, account });
    },
  };
}
