// The rules by name, in one sentence each: M1 to M9 for the charts as a whole, G1 to G4 for the gate before
// the answer and what it spares a caller, H1 to H4 for who takes the call over, T1 to T3 for calls that another
// worker has lost, V1 to V7 for those who guess, C1 to C6 for what is done with keys, P1 to P3 for who may hear them.
// What judges them: path-rules.ts over generated paths, storm-rules.ts over random calls.

export const RULES = {
  M1: 'verified is only who had every step that was not dropped accepted here or proven upstream, a factor among them, for a known account',
  M2: 'nothing is asked after the caller hung up',
  M3: 'no step is tried more often than its tries, no more codes are sent than allowed',
  M4: 'nothing is waited for without end',
  M5: 'nothing shows a key, and nothing from outside can forge a result',
  M6: 'every call ends once, by itself, and says truly how',
  M7: 'every state and every transition can be reached',
  M8: 'a backend that fails is never a wrong entry',
  M9: 'no desk is asked that requires more than was proved',
  G1: 'who is to be refused is never answered and nobody else refused, and who is sent to a desk is asked nothing',
  G2: 'a step is left out only for a verdict that it names where the policy is enforced, or as proven, and is told as left out',
  G3: 'an upstream proof counts for its own steps and no other, once its customer is known, and for that account alone',
  G4: 'a caller is decided on once, in time, by what was known then',
  H1: 'a transfer has succeeded only by a yes, and is never forgotten while nobody can say',
  H2: 'no desk is asked while another may have the caller',
  H3: 'a desk that comes has the call only if it is still there after the last word',
  H4: 'no desk is asked more often than twice, and no chain comes to one of them again',
  V1: 'while it is not proved that there is such an account, an answer is told when its pause is over, neither sooner nor later',
  V2: 'who keys an account that does not exist hears, and when, what is heard of one with wrong entries',
  V3: 'nothing is ever accepted of an account that does not exist',
  V4: 'who is locked out comes to no desk that requires anything, and has proved nothing',
  V5: 'nothing more is asked of the backend once an account is locked out or tries cannot be counted',
  V6: 'that a caller is verified is told once, of which account and by which steps',
  V7: 'who waits for an answer hears something within two seconds, over all steps, and not whether it is there already',
  T1: 'a call that goes on after its worker was lost counts nothing as proved that was not, and who failed stays failed',
  T2: 'in it wrong tries and codes count on',
  T3: 'in it the pause is spoken of first, and nobody is screened or welcomed again',
  C1: 'a late pound key belongs to the entry before it',
  C2: 'keys closer than a person can press are never checked',
  C3: 'keys from before something went wrong, or from before a code, are never checked',
  C4: 'what is checked is one entry as it was keyed, whole and of the right length',
  C5: 'where the line wants it, only what was read back and confirmed is checked',
  C6: 'what cannot be right is never checked',
  P1: 'nothing keyed is used before the room was seen to be private after its last key, nor once a stranger was seen',
  P2: 'who was overheard is told so, keys nothing more, and has proved nothing',
  P3: 'while keys are collected or read out, the room is looked at at once, every second and when somebody comes',
} as const;

export type Rule = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as readonly Rule[];

/** A rule broken, and how. */
export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

/** Says all that is wrong with something, by rule. */
export type Judges<Evidence> = Readonly<
  Partial<Record<Rule, (evidence: Evidence) => readonly string[]>>
>;

export function judge<Evidence>(judges: Judges<Evidence>, evidence: Evidence): Violation[] {
  return RULE_NAMES.flatMap((rule) =>
    (judges[rule]?.(evidence) ?? []).map((what) => ({ rule, what })),
  );
}
