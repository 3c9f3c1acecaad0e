// A call record for the store tests.

import type { CallRecord } from '../../src/ivr/call-record.ts';

export function callRecord(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id: 'call-1',
    sipCallId: 'SCL_1',
    inviteCallId: 'invite-1@carrier.example',
    line: 'bank',
    dialled: '+15105550100',
    callerHash: 'aGFzaA',
    callerLast2: '01',
    trunk: 'bank-trunk',
    ruleId: 'SDR_1',
    startedAt: '2026-11-20T10:00:00.000Z',
    answeredAt: '2026-11-20T10:00:01.000Z',
    endedAt: '2026-11-20T10:01:07.400Z',
    screening: {
      verdict: 'none',
      level: null,
      diverted: false,
      source: 'none',
      action: 'accept',
      wouldBe: null,
      rule: 'off',
      upstream: null,
    },
    steps: [{ step: 'account', outcome: 'accepted', tries: 1, ms: 9000 }],
    auth: 'verified',
    amr: ['kba', 'otp', 'sms'],
    desk: 'sensitive',
    handoff: { kind: 'agent', outcome: 'succeeded', ms: 800 },
    ending: { result: 'success', reason: 'handed-off' },
    resumed: false,
    promptVersion: 'p1',
    flowVersion: 'f1',
    workerId: 'w1',
    ...changes,
  };
}
