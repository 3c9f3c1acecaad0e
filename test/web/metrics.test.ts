import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { createMetrics, type Metrics } from '../../src/web/metrics.ts';

const record: CallRecord = {
  id: 'c1',
  sipCallId: 'SCL_1',
  inviteCallId: 'invite-1',
  line: 'bank',
  dialled: '+15105550100',
  callerHash: 'h4sh',
  callerLast2: '88',
  trunk: 'bank-trunk',
  ruleId: 'SDR_1',
  startedAt: '2026-11-20T10:00:00.000Z',
  answeredAt: '2026-11-20T10:00:00.500Z',
  endedAt: '2026-11-20T10:01:00.000Z',
  screening: {
    verdict: 'none',
    level: null,
    diverted: false,
    source: 'none',
    action: 'accept',
    wouldBe: null,
    rule: 'none',
    upstream: null,
  },
  steps: [
    { step: 'account', outcome: 'accepted', tries: 1, ms: 9000 },
    { step: 'oneTimeCode', outcome: 'hungUp', tries: 0, ms: 1000 },
  ],
  auth: 'identified',
  amr: [],
  desk: null,
  handoff: null,
  ending: { result: 'caller', reason: 'hung-up' },
  resumed: false,
  promptVersion: 'p1',
  flowVersion: 'f1',
  workerId: 'w1',
};

const faults: unknown[] = [];
const open = () => createMetrics((fault) => faults.push(fault));

/** The lines of our own figures, those of the process left out. */
async function figures({ exposition }: Metrics): Promise<readonly string[]> {
  const { text } = await exposition();
  return text.split('\n').filter((line) => line.startsWith('tonegate_'));
}

test('a call is shown while it runs, and counted by its ending and its steps when it is over', async () => {
  const metrics = open();
  metrics.measure({ type: 'call.began', line: 'bank' });
  metrics.measure({ type: 'call.began', line: 'bank' });
  expect(await figures(metrics)).toContain('tonegate_calls{line="bank"} 2');
  metrics.measure({ type: 'call.ended', record });
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_calls{line="bank"} 1',
      'tonegate_calls_total{line="bank",result="caller",reason="hung-up"} 1',
      'tonegate_screening_total{line="bank",verdict="none",action="accept"} 1',
      'tonegate_step_total{line="bank",step="account",outcome="accepted"} 1',
      'tonegate_step_total{line="bank",step="oneTimeCode",outcome="hungUp"} 1',
    ]),
  );
});

test('a call that no line answered, or nobody was there for, is counted without a line', async () => {
  const metrics = open();
  const refused = { ...record, line: null, steps: [] };
  const ending = { result: 'platform', reason: 'no-line' } as const;
  metrics.measure({ type: 'call.began', line: null });
  metrics.measure({ type: 'call.ended', record: { ...refused, ending } });
  metrics.measure({ type: 'call.missed', record: refused });
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_calls{line=""} 0',
      'tonegate_calls_total{line="",result="platform",reason="no-line"} 1',
      'tonegate_calls_total{line="",result="caller",reason="hung-up"} 1',
    ]),
  );
});

test('a call that was over before it could be decided on counts as no decision', async () => {
  const metrics = open();
  const screening = { ...record.screening, rule: 'undecided' } as const;
  metrics.measure({ type: 'call.missed', record: { ...record, screening } });
  const counted = (await figures(metrics)).filter((line) => line.includes('screening_total{'));
  expect(counted).toEqual([]);
});

test('every ending is shown before the first call, also of calls without a line', async () => {
  const metrics = open();
  const lost = 'result="platform",reason="livekit-lost"} 0';
  expect(await figures(metrics)).toContain(`tonegate_calls_total{line="",${lost}`);
  metrics.showLines(['bank']);
  expect(await figures(metrics)).toContain(`tonegate_calls_total{line="bank",${lost}`);
});

test('every line is shown before its first call', async () => {
  const metrics = open();
  metrics.measure({ type: 'call.began', line: 'bank' });
  metrics.showLines(['bank', 'frontdesk']);
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining(['tonegate_calls{line="bank"} 1', 'tonegate_calls{line="frontdesk"} 0']),
  );
});

test('decisions on callers, hand-overs and keys to silence are timed in seconds', async () => {
  const metrics = open();
  const handoff = { kind: 'agent', outcome: 'succeeded', ms: 700 } as const;
  metrics.measure({ type: 'call.ended', record: { ...record, handoff } });
  metrics.measure({ type: 'call.ended', record });
  metrics.measure({ type: 'call.screened', seconds: 0.02 });
  metrics.measure({ type: 'prompt.hushed', seconds: 0.004 });
  metrics.measure({ type: 'prompt.hushed', seconds: 0.04 });
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_screening_seconds_bucket{le="0.01"} 0',
      'tonegate_screening_seconds_bucket{le="0.025"} 1',
      'tonegate_handoff_seconds_bucket{le="0.5"} 0',
      'tonegate_handoff_seconds_bucket{le="1"} 1',
      'tonegate_handoff_seconds_count 1',
      'tonegate_key_to_silence_seconds_bucket{le="0.01"} 1',
      'tonegate_key_to_silence_seconds_bucket{le="0.05"} 2',
    ]),
  );
});

test('keys that are not taken are counted by the reason, and every reason is shown', async () => {
  const metrics = open();
  metrics.measure({ type: 'key.ignored', why: 'stranger' });
  const keys = (await figures(metrics)).filter((line) => line.includes('keys_ignored'));
  expect(keys).toEqual([
    'tonegate_keys_ignored_total{why="stranger"} 1',
    'tonegate_keys_ignored_total{why="notSip"} 0',
    'tonegate_keys_ignored_total{why="notAKey"} 0',
    'tonegate_keys_ignored_total{why="overflow"} 0',
    'tonegate_keys_ignored_total{why="leftOver"} 0',
  ]);
});

test('what cannot be counted harms nobody, and is told', async () => {
  const metrics = open();
  metrics.measure({ type: 'prompt.hushed', seconds: 'soon' as never });
  expect(faults).toHaveLength(1);
  expect(await figures(metrics)).toContain('tonegate_key_to_silence_seconds_count 0');
});

test("nothing of a caller is in any figure, and the process's own are there", async () => {
  const metrics = open();
  metrics.measure({ type: 'call.began', line: 'bank' });
  metrics.measure({ type: 'call.ended', record });
  const { text } = await metrics.exposition();
  for (const secret of ['h4sh', '5105550100', 'invite-1', 'SCL_1', 'c1"']) {
    expect(text).not.toContain(secret);
  }
  expect(text).toContain('process_resident_memory_bytes');
});

test('answers of the backend, breakers, locked tries and codes are counted by closed words', async () => {
  const metrics = open();
  metrics.asked({ route: 'knowledge', outcome: 'answered', seconds: 0.2 });
  metrics.breaker('otp', 'open');
  metrics.breaker('sim', 'open');
  metrics.breaker('sim', 'halfOpen');
  metrics.breaker('sim', 'closed');
  metrics.measure({ type: 'try.locked', line: 'bank', kind: 'check' });
  metrics.measure({ type: 'code.sent', line: 'bank', by: 'decoy' });
  metrics.measure({ type: 'sending.stopped', line: 'bank' });
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_backend_seconds_bucket{le="0.1",route="knowledge",outcome="answered"} 0',
      'tonegate_backend_seconds_bucket{le="0.25",route="knowledge",outcome="answered"} 1',
      'tonegate_backend_breaker_open{route="otp"} 1',
      'tonegate_backend_breaker_open{route="sim"} 0',
      'tonegate_tries_locked_total{line="bank",kind="check"} 1',
      'tonegate_codes_total{line="bank",by="decoy"} 1',
      'tonegate_sending_stopped_total{line="bank"} 1',
    ]),
  );
});

test('calls that come, first words, gaps, takeovers and uncaught faults are counted', async () => {
  const metrics = open();
  metrics.measure({ type: 'call.joined', seconds: 0.08 });
  metrics.measure({ type: 'prompt.first', seconds: 1.2 });
  metrics.measure({ type: 'audio.underrun' });
  metrics.measure({ type: 'call.resumed' });
  metrics.fault('call');
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_dispatch_seconds_bucket{le="0.05"} 0',
      'tonegate_dispatch_seconds_bucket{le="0.1"} 1',
      'tonegate_first_audio_seconds_bucket{le="1"} 0',
      'tonegate_first_audio_seconds_bucket{le="1.5"} 1',
      'tonegate_audio_underruns_total 1',
      'tonegate_takeovers_total 1',
      'tonegate_uncaught_faults_total{of="call"} 1',
      'tonegate_uncaught_faults_total{of="worker"} 0',
    ]),
  );
});

test('every figure says what it is', async () => {
  const { text } = await open().exposition();
  const named = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  for (const name of named) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
});

test('what keeps a worker from taking calls is shown as of now; a check that breaks hides no other figure', async () => {
  const metrics = open();
  const good = { ok: true };
  const draining = { ok: false, why: 'draining: no new calls are taken' };
  let answer = async () => ({ livekit: good, store: good, prompts: good, draining });
  metrics.showReadiness(() => answer());
  expect(await figures(metrics)).toEqual(
    expect.arrayContaining([
      'tonegate_ready{check="livekit"} 1',
      'tonegate_ready{check="store"} 1',
      'tonegate_ready{check="prompts"} 1',
      'tonegate_ready{check="draining"} 0',
    ]),
  );
  answer = () => Promise.reject(new Error('broken'));
  const told = faults.length;
  expect(await figures(metrics)).toContain('tonegate_keys_ignored_total{why="stranger"} 0');
  expect(faults).toHaveLength(told + 1);
});
