// Text messages over a mail host whose gateway makes messages of mails.
//
//   TONEGATE_SMS_TOKEN=… SMTP_URL=smtps://user:password@mail.example SMTP_FROM=ivr@bank.example \
//   SMTP_TO='{digits}@sms.example' node examples/sms/smtp.mjs
//
// `{digits}` is the number without its plus. smtps:// is TLS from the first byte (port 465, RFC 8314);
// smtp:// has no TLS and no password: only for a mail host on this machine. For STARTTLS or OAuth put
// nodemailer into the place of `deliver`.

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { addAbortSignal } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { env, NotSent, relay } from './relay.mjs';

const url = new URL(env('SMTP_URL'));
const host = url.hostname.replace(/^\[|\]$/g, '');
const isSecure = url.protocol === 'smtps:';
const from = env('SMTP_FROM');
const toPattern = env('SMTP_TO');
const login = Buffer.from(
  `\0${decodeURIComponent(url.username)}\0${decodeURIComponent(url.password)}`,
).toString('base64');
if (url.username && !isSecure) {
  console.error('SMTP_URL: a password needs smtps://');
  process.exit(2);
}
if (!isSecure && !/^(localhost|127(\.\d+){3}|::1)$/.test(host)) {
  console.error('SMTP_URL: a mail host on another machine needs smtps://');
  process.exit(2);
}

relay(async ({ to, text }, { key, signal }) => {
  const recipient = toPattern.replace('{digits}', to.slice(1));
  const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const mail = [
    `From: <${from}>`,
    `To: <${recipient}>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@tonegate.invalid>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
  ];
  await deliver(recipient, mail.join('\r\n'), signal);
});

/** Done when the mail host has taken the mail over. */
async function deliver(recipient, mail, signal) {
  const socket = isSecure
    ? connectTls({ host, port: Number(url.port || 465), servername: host })
    : connect({ host, port: Number(url.port || 25) });
  addAbortSignal(signal, socket);
  const codes = replies(socket);

  /** Says a line and waits for its reply, which must have this code. */
  async function say(what, line, wanted) {
    if (line !== null) socket.write(`${line}\r\n`);
    const { value, done } = await codes.next();
    if (done) throw new NotSent(`the mail host hung up at ${what}`);
    if (value !== wanted) throw new NotSent(`the mail host answered ${value} to ${what}`);
  }

  try {
    await say('the connection', null, 220);
    await say('EHLO', `EHLO ${hostname()}`, 250);
    if (url.username) await say('AUTH', `AUTH PLAIN ${login}`, 235);
    await say('MAIL', `MAIL FROM:<${from}>`, 250);
    await say('RCPT', `RCPT TO:<${recipient}>`, 250);
    await say('DATA', 'DATA', 354);
    await say('the mail', `${mail}\r\n.`, 250);
    // It has been taken over, whatever becomes of this.
    await say('QUIT', 'QUIT', 221).catch(() => undefined);
  } finally {
    await codes.return();
  }
}

/** The code of each reply, however many lines it has. */
async function* replies(socket) {
  let rest = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop();
    for (const line of lines) if (!/^\d{3}-/.test(line)) yield Number(line.slice(0, 3));
  }
}
