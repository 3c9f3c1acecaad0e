// docs/performance.md: what the bench of calls has found, with what it was found on and how. Pure.

import type { ScalePoint } from './figures.ts';
import type { Findings } from './findings.ts';
import { CONTENDERS, figure, ROWS, times } from './report.ts';

export function pageOf(findings: Findings): string {
  return [
    INTRODUCTION,
    '## On what',
    onWhat(findings),
    '## What was measured',
    measured(findings),
    '## The goals',
    goals(findings),
    '## As calls grow',
    growth(findings),
    '## Over the SIP bridge',
    `${findings.sip.calls} calls of a SIP phone through the real bridge. From the press of a key to the last packet with sound: ${times(findings.sip.keyToSilenceMs)} ms. A phone sends a key with its next packet, up to 20 ms after the press; that is in it.`,
    '## The charts',
    charts(findings),
    HOW,
  ].join('\n\n');
}

const INTRODUCTION = `# Performance

What a call costs, and how long a caller waits for anything: measured beside the media library alone, and beside the usual way. Written by \`npm run bench -- --write\`, which measures; nothing here is kept up by hand.

- **floor**: bare rooms of \`@livekit/rtc-node\`, all in one process, as the library comes.
- **tonegate**: the worker as it is shipped, with screening, store, records and all.
- **agents**: the least agent of \`@livekit/agents\` (JS) that plays and collects, its load limit lifted. A process for each job.

All three play the same recordings to the same callers on the same LiveKit server, one after the other.`;

const HOW = `## How it is measured

- Server, contender and callers share the machine. Callers are participants of kind SIP in processes of their own. They send no sound, as the IVR listens to none; a real bridge would cost the server more, and the contender nothing.
- The recordings are shipped speech with its pauses taken out, so that any silence within one is a gap. \`underruns\` counts those that a caller heard, whoever's fault.
- Memory: PSS of all processes of a contender while all calls play, less its PSS without a call, after two calls that are not counted.
- Processor: user and system time of all processes of a contender over five seconds in which all calls play, and five in which all wait for a key. While it waits, a call of Tonegate looks every second who is in its room.
- Dispatch to first sound: from sending for the agent to the first sound at the caller. The floor is not sent for. Agents are given the time to have a warm process for each call.
- Key to silence: from the key at the caller to the first silence at the caller, 10 ms at a time.
- Verdict to next sound: from the bank's answer to the first sound of what follows; the bank answers when the line is silent. Floor and agents have no bank: from the last key.
- A guard in the tests runs the short form: floor and Tonegate, ten calls, judged by ratios only.
`;

function onWhat({ machine, versions, othersPct }: Findings): string {
  const { cpu, cores, memoryGb, platform, date, commit, isModified } = machine;
  const source = `${commit?.slice(0, 10) ?? 'no clone'}${isModified ? ', modified' : ''}`;
  return [
    `- ${cores} cores of ${cpu}, ${memoryGb} GiB, ${platform}; others needed at most ${othersPct.toFixed(1)} % of them`,
    `- Tonegate ${versions.tonegate} (${source}), Node ${versions.node}, rtc-node ${versions.rtcNode}, ${date.slice(0, 10)}`,
    `- LiveKit server ${versions.livekitServer}, SIP bridge ${versions.livekitSip}`,
    `- @livekit/agents ${versions.agents} with rtc-node ${versions.agentsRtcNode}`,
  ].join('\n');
}

function measured(findings: Findings): string {
  const rows = ROWS.map(([what, of]) => [what, ...CONTENDERS.map((name) => of(findings[name]))]);
  return `${table(['', ...CONTENDERS], rows)}

Times are p50 / p95 / p99. Of floor and Tonegate, memory and processor are those of the middle one of three rounds; times, keys and underruns are of all rounds together.`;
}

function goals({ goals, spread }: Findings): string {
  const rows = goals.map(({ what, goal, measured, held, floor }) => [
    what,
    goal,
    figure(measured),
    held ? 'held' : '**not held**',
    floor === undefined ? '' : figure(floor),
  ]);
  const spreads = Object.entries(spread).map(([name, [least, most]]) => [
    `\`${name}\``,
    figure(least),
    figure(most),
  ]);
  return `${goals.filter(({ held }) => held).length} of ${goals.length} are held. What was done for them, and what stands in the way of the others: [decision 27](adr/0027-what-a-call-costs.md).

${table(['', 'goal', 'measured', '', 'the floor'], rows)}

The last column is the same of bare rooms: what the machine itself allows.

What chance does to the ratios: the rounds by themselves, least and most.

${table(['ratio', 'least', 'most'], spreads)}`;
}

function growth({ scale, burst, floorUnderLoad }: Findings): string {
  const titles = [
    'calls',
    '',
    '% of a core a call',
    'MB a call',
    'loop p99 (ms)',
    'underruns',
    'keys',
  ];
  const rows = (name: string, points: readonly ScalePoint[]) =>
    points.map((point) => [
      String(point.calls),
      name,
      point.cpuPctPerCall.toFixed(2),
      point.mbPerCall.toFixed(1),
      point.loopP99Ms?.toFixed(1) ?? '-',
      String(point.underruns),
      `${point.keysReceived}/${point.keysSent}`,
    ]);
  return `Bare rooms, then Tonegate, a fresh process each time, all calls playing. Once the machine is full, not all that should be done is: there a call costs less, and something is missing.

${table(titles, [...rows('floor', floorUnderLoad.scale), ...rows('tonegate', scale)])}

${burst.calls} callers whose agent is sent for in the same moment: the last of them heard the first sound ${burst.allHeardMs.toFixed(0)} ms after that. Bare rooms, which are not sent for, were all heard ${floorUnderLoad.burst.allHeardMs.toFixed(0)} ms after they were told to join.`;
}

function charts({ charts }: Findings): string {
  const rows = charts.map(({ what, perSecond, microseconds }) => [
    what,
    perSecond.toFixed(0),
    microseconds.toFixed(0),
  ]);
  return `A whole verified call with nothing around it, and what following it costs (\`node bench/charts.ts\`).

${table(['', 'transitions a second', 'µs each'], rows)}`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
