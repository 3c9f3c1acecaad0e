// Whether trunks and dispatch rules of a configuration fit each other and the lines behind them.

import type { ConfigFault, LineOutline, Outline } from './outline.ts';

type TrunkOutline = Outline['trunks'][number];
type RuleOutline = NonNullable<Outline['rules']>[number];

export function trunkFaults({ trunks }: Outline): ConfigFault[] {
  const names = trunks.map(({ name }) => name);
  const unused = trunks.flatMap((trunk, i) =>
    (trunk.livekitNumber ? keptByTrunk(trunk) : []).map((key) => ({
      path: ['trunks', i, key],
      message: 'numbers bought from LiveKit have no trunk to keep this: leave it out',
    })),
  );
  const doubled = names.flatMap((name, i) =>
    name !== undefined && names.indexOf(name) !== i
      ? [
          {
            path: ['trunks', i, 'name'],
            message: 'another trunk has this name: choose a different one',
          },
        ]
      : [],
  );
  return [...doubled, ...unused, ...sharedNumbers(trunks)];
}

/** What LiveKit keeps on an inbound trunk, which its own numbers have none of. */
function keptByTrunk(trunk: TrunkOutline): string[] {
  const { authUser, encryption = 'disable' } = trunk;
  return [
    ...(authUser === undefined ? [] : ['authUser']),
    ...(['allowedNumbers', 'allowedAddresses'] as const).filter((key) => !isEmpty(trunk[key])),
    ...(encryption === 'disable' ? [] : ['encryption']),
  ];
}

function isEmpty(list: unknown): boolean {
  return list === undefined || (Array.isArray(list) && list.length === 0);
}

/** LiveKit finds the trunk of a call by the dialled number, then by who calls. */
function sharedNumbers(trunks: Outline['trunks']): ConfigFault[] {
  return trunks.flatMap(({ numbers, allowedNumbers }, i) =>
    numbers.flatMap((number, j) => {
      const other = trunks
        .slice(0, i)
        .find((one) => one.numbers.includes(number) && overlap(one.allowedNumbers, allowedNumbers));
      if (other === undefined) return [];
      return [
        {
          path: ['trunks', i, 'numbers', j],
          message: `${other.name === undefined ? 'another trunk' : `trunk "${other.name}"`} has this number already: leave it out, or give one of them "allowedNumbers" that the other does not have`,
        },
      ];
    }),
  );
}

/** Whether both take the same callers; no numbers are all that no other trunk names. */
function overlap(some: readonly string[] = [], others: readonly string[] = []): boolean {
  if (some.length === 0) return others.length === 0;
  return some.some((number) => others.includes(number));
}

export function ruleFaults(config: Outline): ConfigFault[] {
  const { trunks, rules } = config;
  if (rules === undefined) return [];
  const unknown = rules.flatMap(({ trunk }, i) =>
    trunk === undefined || trunks.some(({ name }) => name === trunk)
      ? []
      : [
          {
            path: ['rules', i, 'trunk'],
            message: 'no trunk of this name under "trunks": add it there or name another',
          },
        ],
  );
  const ruleless = trunks.flatMap(({ name }, i) =>
    name === undefined || rules.some(({ trunk }) => trunk === name)
      ? []
      : [
          {
            path: ['trunks', i, 'name'],
            message:
              'no rule takes the calls of this trunk: add one under "rules", or leave "rules" out',
          },
        ],
  );
  return [...unknown, ...ruleless, ...doubledRules(rules), ...pinFaults(config, rules)];
}

/** LiveKit tells the rules of a trunk apart by who calls, and by whether they ask for a PIN. */
function doubledRules(rules: readonly RuleOutline[]): ConfigFault[] {
  return rules.flatMap(({ trunk, pin, inboundNumbers }, i) => {
    const isDoubled = rules
      .slice(0, i)
      .some(
        (one) =>
          one.trunk === trunk && one.pin === pin && overlap(one.inboundNumbers, inboundNumbers),
      );
    if (trunk === undefined || !isDoubled) return [];
    return [
      {
        path: ['rules', i],
        message: `another rule of trunk "${trunk}" takes the same calls: tell them apart by "inboundNumbers", or leave one out`,
      },
    ];
  });
}

/** LiveKit answers a call before it asks for a PIN, so nobody can be refused unanswered behind one. */
function pinFaults(config: Outline, rules: readonly RuleOutline[]): ConfigFault[] {
  return rules.flatMap(({ trunk: name, pin }, i) => {
    const numbers = config.trunks.find((trunk) => trunk.name === name)?.numbers ?? [];
    const refusing = config.lines.find(
      (line) => line.numbers.some((number) => numbers.includes(number)) && refuses(line, config),
    );
    if (!pin || name === undefined || refusing === undefined) return [];
    return [
      {
        path: ['rules', i, 'pin'],
        message: `LiveKit answers before it asks for a PIN, so "onReject: refuse"${refusing.name === undefined ? '' : ` of line "${refusing.name}"`} cannot hold behind it: leave "pin" out, or set that line's screening to "onReject: { desk: … }"`,
      },
    ];
  });
}

function refuses({ screening }: LineOutline, config: Outline): boolean {
  const mode = screening.mode ?? config.screening.mode;
  const onReject = screening.onReject ?? config.screening.onReject ?? 'refuse';
  return mode !== 'off' && onReject === 'refuse';
}
