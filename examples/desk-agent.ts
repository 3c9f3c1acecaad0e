// A desk: an agent of your own that takes callers over. It believes its ticket and nothing else, and speaks once the
// IVR has left. Run it beside `npm start`, in the same folder: put `agent: my-desk` at the desk `general` of
// tonegate.yaml, then node examples/desk-agent.ts general, and call +15105550101.

import { join } from 'node:path';
import { readEnvironment } from '../src/config/environment.ts';
import { AUDIO_DIR, loadRecordings } from '../src/ivr/recordings.ts';
import { connectAgentServer } from '../src/livekit/agent-server.ts';
import type { Job } from '../src/livekit/job.ts';
import { closeMedia, joinCallerLine } from '../src/livekit/room-line.ts';
import { TicketError, verifyTicket } from '../src/ticket/verify.ts';

const [audience = 'general', agentName = 'my-desk'] = process.argv.slice(2);
const env = readEnvironment([
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'TONEGATE_WORKER_URL',
]);
const api = {
  host: env.LIVEKIT_URL.reveal(),
  key: env.LIVEKIT_API_KEY.reveal(),
  secret: env.LIVEKIT_API_SECRET.reveal(),
};
const jwks = `${env.TONEGATE_WORKER_URL.reveal()}/.well-known/jwks.json`;
const words = {
  'general-desk': { text: { en: 'You have reached the general desk. How can we help you?' } },
};
const recordings = await loadRecordings(join(AUDIO_DIR, 'demo'), words, ['en']);

async function serve(job: Job): Promise<void> {
  const line = await joinCallerLine(job, api);
  const { room, identity: caller } = line.caller;
  const gone = new AbortController();
  void line.ended.then(() => gone.abort(new Error('the caller has left')));
  const signal = AbortSignal.any([job.terminated, gone.signal]);
  try {
    const { ticket } = JSON.parse(job.metadata);
    const claims = await verifyTicket(ticket, { jwks, issuer: 'tonegate', audience, room, caller });
    // Audio is what tells the IVR that a desk is there: who has no good ticket hears none.
    await line.answer(signal);
    await line.alone(signal);
    console.info(`call ${claims.call}: auth ${claims.auth}, amr ${claims.amr.join(' ') || '-'}`);
    await line.play([recordings.clip('general-desk', 'en')], signal);
    await line.ended;
  } catch (error) {
    if (error instanceof TicketError) console.error(`no good ticket: ${error.code}`);
    else if (!signal.aborted) console.error('a call failed');
  } finally {
    await line.leave();
  }
}

const options = { api, agentName, version: '1', load: () => 0, offer: () => true };
const desk = connectAgentServer({
  ...options,
  onJob: (job) => void serve(job).catch(() => console.error('a call could not be joined')),
});
desk.onState(({ phase }) => console.info(`${agentName}: ${phase}`));
process.once('SIGINT', () => void desk[Symbol.asyncDispose]().then(closeMedia));
