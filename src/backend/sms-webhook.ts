// Text messages over a webhook (docs/sms.md). Promises: a message is handed over once, and never again by
// itself, since after a timeout nobody knows whether it was sent; no fault holds anything of it.

import { randomUUID } from 'node:crypto';
import { IvrFault } from '../ivr/fault.ts';
import type { SmsSender } from '../ivr/ports.ts';
import type { Secret } from '../machines/secret.ts';
import { checkToken, post, webUrl } from './exchange.ts';

export interface SmsWebhookOptions {
  /** Takes each message as a POST. No credentials, query or fragment. */
  readonly url: string;
  /** Bearer token: visible ASCII without spaces; empty: no Authorization header. */
  readonly token: Secret;
  /** From sending to the status of the answer. */
  readonly timeoutSeconds: number;
}

/** These say that the message was taken over; what else stands in the answer is not read. */
const TAKEN_OVER: readonly number[] = [200, 201, 202, 204];

/** Connects the port to a webhook. Throws `IVR_CONFIG_INVALID` for a URL or token that cannot be sent. */
export function createSmsWebhook({ url, token, timeoutSeconds }: SmsWebhookOptions): SmsSender {
  const webhook = webUrl('sms.webhook', url);
  checkToken('TONEGATE_SMS_TOKEN', token);

  return {
    async send({ to, code, text, locale, line, call, ttlSeconds }, signal) {
      const body = {
        to: to.reveal(),
        text: text.reveal(),
        code: code.reveal(),
        locale,
        line,
        call,
        ttlSeconds,
      };
      const posting = { url: webhook, token, key: randomUUID(), body, timeoutSeconds };
      const answer = await post(posting, signal, ({ status }) => ({ status }));
      if ('status' in answer) {
        if (TAKEN_OVER.includes(answer.status)) return;
        throw unavailable(`it answered status ${answer.status}`);
      }
      throw unavailable(
        answer.flaw.kind === 'no-connection'
          ? `no connection, or it broke (${answer.flaw.code})`
          : 'no answer within sms.timeoutSeconds',
      );
    },
  };
}

function unavailable(why: string): IvrFault {
  return new IvrFault(
    'IVR_SMS_UNAVAILABLE',
    `The SMS webhook did not say that it took the message over: ${why}. It may have been sent all the same, and is not sent again. See docs/sms.md.`,
  );
}
