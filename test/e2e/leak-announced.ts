// Callers about whom the INVITE says more than their number: a PBX has verified them, or a carrier has put its
// verdict where the number stands.

import { randomUUID } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { type Customer, callingNumber, newCustomer } from '../kit/canary-customers.ts';
import type { Story } from './leak-callers.ts';
import { isVerified, story, VERIFIED } from './leak-story.ts';

/** What the PBX says in the INVITE of a customer's call, signed with `key` (PKCS#8 PEM). */
async function signedInvite(customer: Customer, key: string) {
  const callId = `${randomUUID()}@pbx.bank.example`;
  const now = Math.floor(Date.now() / 1000);
  const steps = ['account', 'birthDate', 'oneTimeCode'];
  const token = await new SignJWT({ call: callId, steps })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('pbx')
    .setAudience('tonegate')
    .setSubject(customer.customer)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 120)
    .sign(await importPKCS8(key, 'EdDSA'));
  return {
    token,
    callId,
    headers: [`X-Customer-Id: ${customer.customer}`, `X-Auth-Token: ${token}`],
  };
}

/** The stories, and the tokens in their INVITEs; `pbxKey`: what the PBX signs with, PKCS#8 PEM. */
export async function announced(pbxKey: string): Promise<{ stories: Story[]; tokens: string[] }> {
  const customer = newCustomer();
  const another = newCustomer();
  const good = await signedInvite(customer, pbxKey);
  const forOther = await signedInvite(another, pbxKey);
  const from = callingNumber(99);
  return {
    tokens: [good.token, forOther.token],
    stories: [
      story({
        told: 'was verified by the PBX',
        line: 'pbx',
        customer,
        dialling: good,
        live: (caller) => caller.isServed(),
        ending: 'handed-off',
        lastStep: 'upstream',
      }),
      story({
        told: 'brings the token of another call',
        line: 'pbx',
        customer: another,
        dialling: { headers: forOther.headers },
        live: isVerified,
        ending: 'handed-off',
        lastStep: 'accepted',
      }),
      story({
        told: 'has the verdict in the From header, with the number twice',
        line: 'vouched',
        from,
        dialling: {
          fromHeader: `From: "${from}" <sip:${from};verstat=TN-Validation-Passed@127.0.0.1>`,
        },
        ...VERIFIED,
      }),
    ],
  };
}
