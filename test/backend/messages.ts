// A text message with a code of ours, as the core hands it over.

import type { CodeMessage } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';

export const PHONE = '+15551230001';
export const SMS_CODE = '402718';
export const TEXT = `Your code is ${SMS_CODE}. It is only for a call YOU made to Demo Bank. Never tell it to anybody.`;

export const MESSAGE: CodeMessage = {
  to: Secret.of(PHONE),
  code: Secret.of(SMS_CODE),
  text: Secret.of(TEXT),
  locale: 'en',
  line: 'bank',
  call: 'call_1',
  ttlSeconds: 300,
};
