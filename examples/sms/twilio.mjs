// Text messages over Twilio's Messages API (https://www.twilio.com/docs/messaging/api/message-resource).
//
//   TONEGATE_SMS_TOKEN=… TWILIO_ACCOUNT_SID=AC… TWILIO_API_KEY=SK… TWILIO_API_SECRET=… \
//   TWILIO_FROM=+15105550100 node examples/sms/twilio.mjs
//
// TWILIO_FROM is a number of yours, or a messaging service (MG…).

import { env, NotSent, postOnce, relay } from './relay.mjs';

const api = process.env.TWILIO_API ?? 'https://api.twilio.com';
const url = `${api}/2010-04-01/Accounts/${env('TWILIO_ACCOUNT_SID')}/Messages.json`;
const from = env('TWILIO_FROM');
const headers = {
  authorization: `Basic ${btoa(`${env('TWILIO_API_KEY')}:${env('TWILIO_API_SECRET')}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
};

relay(async ({ to, text, ttlSeconds }, { signal }) => {
  const form = new URLSearchParams({
    To: to,
    [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
    Body: text,
    // A code that is no longer good need not be delivered.
    ValidityPeriod: String(ttlSeconds),
  });
  const response = await postOnce(url, headers, String(form), signal);
  if (response.status === 201) return response.body?.cancel();
  // Twilio's own number for what is wrong; its message would repeat the caller's.
  const { code } = await response.json().catch(() => ({}));
  const why = Number.isInteger(code) ? `, error ${code}` : '';
  throw new NotSent(`Twilio answered status ${response.status}${why}`);
});
