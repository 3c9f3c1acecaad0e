// Text messages over Vonage's Messages API, version 1 (https://developer.vonage.com/en/api/messages).
//
//   TONEGATE_SMS_TOKEN=… VONAGE_API_KEY=… VONAGE_API_SECRET=… VONAGE_FROM=15105550100 \
//   node examples/sms/vonage.mjs
//
// VONAGE_FROM is a number of yours, or a name where the country allows names.

import { env, NotSent, postOnce, relay } from './relay.mjs';

const api = process.env.VONAGE_API ?? 'https://api.nexmo.com';
const from = env('VONAGE_FROM');
const headers = {
  authorization: `Basic ${btoa(`${env('VONAGE_API_KEY')}:${env('VONAGE_API_SECRET')}`)}`,
  'content-type': 'application/json',
};

relay(async ({ to, text }, { key, signal }) => {
  const message = JSON.stringify({
    channel: 'sms',
    message_type: 'text',
    // Numbers without a plus.
    to: to.slice(1),
    from,
    text,
    client_ref: key.slice(0, 100),
  });
  const response = await postOnce(`${api}/v1/messages`, headers, message, signal);
  await response.body?.cancel();
  if (response.status !== 202) throw new NotSent(`Vonage answered status ${response.status}`);
});
