// Where the demo's configuration expects the demo bank, and where it is when `dev` has moved it.

const DEMO_BANK_URL = 'http://127.0.0.1:7071';
const DEMO_SMS_URL = `${DEMO_BANK_URL}/sms`;

/** The backend of a configuration; `moved` (empty: not moved) stands only for the demo bank's address. */
export function backendUrl(configured: string, moved: string): string {
  return moved !== '' && configured.replace(/\/$/, '') === DEMO_BANK_URL ? moved : configured;
}

/** The webhook of a configuration; likewise, since the demo bank takes text messages too. */
export function smsWebhookUrl(configured: string, moved: string): string {
  return moved !== '' && configured === DEMO_SMS_URL
    ? `${moved.replace(/\/$/, '')}/sms`
    : configured;
}
