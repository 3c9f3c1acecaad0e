// What is found out about a caller while it rings: what the carrier says of the number, and whether an
// upstream system has verified the customer. Promises that headers count only over the line's own trunks, and
// that a token never costs a caller the call. Headers hold the calling number and tokens: none is logged here.

import type { Screened } from '../machines/call.machine.ts';
import type { LinePlan, TrunkPlan, UpstreamPlan } from '../machines/line-plan.ts';
import { Secret } from '../machines/secret.ts';
import { CUSTOMER_HEADER, type InviteHeaders, TOKEN_HEADER } from '../screening/headers.ts';
import { evidenceFrom, verdictHeaders } from '../screening/profiles.ts';
import { type Evidence, nothing } from '../screening/verdict.ts';
import type { CallWorld } from './call-world.ts';
import type { CallerLine } from './ports.ts';
import type { UpstreamNote } from './upstream.ts';

/** Half of what screening has: a token that is late counts for nothing, and the verdict is not late with it. */
const TOKEN_MS = 400;

export interface Screening extends Screened {
  /** Why an upstream token counts for nothing; null where none came, or it is good. */
  readonly ignored: UpstreamNote | null;
}

type Proof = Pick<Screening, 'upstream' | 'ignored'>;

/** A call as it came in. */
interface Arrival {
  /** Null: none that the line believes. */
  readonly trunk: () => Promise<TrunkPlan | null>;
  readonly headers: (names: readonly string[]) => Promise<InviteHeaders>;
}

const NO_TOKEN: Proof = { upstream: null, ignored: null };

/** Screens the caller of a line. Rejects when what the verdict needs cannot be had. */
export async function screen(
  line: Pick<CallerLine, 'caller' | 'headers'>,
  plan: LinePlan,
  world: Pick<CallWorld, 'findTrunk' | 'checkUpstream'>,
  signal: AbortSignal,
): Promise<Screening> {
  const { caller } = line;
  const trunk = once(async () => {
    const name = await world.findTrunk(caller);
    return plan.trunks.find((listed) => listed.name === name) ?? null;
  });
  const arrival: Arrival = { trunk, headers: (names) => line.headers(names, signal) };
  const check = (token: Secret, customer: Secret, upstream: UpstreamPlan) =>
    world.checkUpstream({ plan: upstream, token, customer, inviteCallId: caller.inviteCallId });
  const [evidence, proof] = await Promise.all([
    evidenceOn(arrival, plan),
    plan.upstream === null ? NO_TOKEN : inTime(proofIn(arrival, plan.upstream, check)),
  ]);
  return { evidence, ...proof };
}

function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}

async function evidenceOn({ trunk, headers }: Arrival, plan: LinePlan): Promise<Evidence> {
  if (plan.screening.mode === 'off') return nothing('off');
  const listed = await trunk();
  if (listed === null) return nothing('unlisted-trunk');
  const names = verdictHeaders(listed.profile);
  return evidenceFrom(listed.profile, names.length > 0 ? await headers(names) : new Map());
}

async function proofIn(
  { trunk, headers }: Arrival,
  plan: UpstreamPlan,
  check: (
    token: Secret,
    customer: Secret,
    plan: UpstreamPlan,
  ) => ReturnType<CallWorld['checkUpstream']>,
): Promise<Proof> {
  const told = await headers([TOKEN_HEADER, CUSTOMER_HEADER]);
  const [token, otherToken] = told.get(TOKEN_HEADER) ?? [];
  const [customer, otherCustomer] = told.get(CUSTOMER_HEADER) ?? [];
  if (token === undefined && customer === undefined) return NO_TOKEN;
  if ((await trunk()) === null) return ignored('unlisted-trunk');
  if (token === undefined || customer === undefined) return ignored('incomplete');
  if (otherToken !== undefined || otherCustomer !== undefined) return ignored('malformed');
  const named = Secret.of(customer);
  const answer = await check(Secret.of(token), named, plan);
  if (answer.kind === 'ignored') return ignored(answer.why);
  return { upstream: { customer: named, steps: answer.steps }, ignored: null };
}

/** The proof, or none where it cannot be had in time. Never rejects. */
async function inTime(proof: Promise<Proof>): Promise<Proof> {
  const { promise: late, resolve } = Promise.withResolvers<Proof>();
  const timer = setTimeout(() => resolve(ignored('unreadable')), TOKEN_MS);
  try {
    return await Promise.race([proof, late]);
  } catch {
    return ignored('unreadable');
  } finally {
    clearTimeout(timer);
  }
}

function ignored(why: UpstreamNote): Proof {
  return { upstream: null, ignored: why };
}
