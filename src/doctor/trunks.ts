// Findings on the inbound trunks at LiveKit, our own and others': who gets in over them, and what of an
// INVITE becomes an attribute.

import type { Config, TrunkConfig } from '../config/schema.ts';
import { CUSTOMER_HEADER, FIRST_OF_PREFIX, TOKEN_HEADER } from '../screening/headers.ts';
import { verdictHeaders } from '../screening/profiles.ts';
import type { TrunkFacts } from './facts.ts';
import { error, type Finding, shown, warning } from './finding.ts';

/** What trunks and rules of ours are called at LiveKit: this, and the name in the configuration. */
const PREFIX = 'tonegate/';
/** Attributes that a call is routed, told apart or screened by; a mapping must not write them. */
const OURS = /^(sip|ivr|lk|tonegate)\./;
const UPSTREAM_HEADERS: readonly string[] = [TOKEN_HEADER, CUSTOMER_HEADER];

/** The trunk of the configuration that a trunk at LiveKit is. */
export function ownTrunk({ trunks }: Config, { name }: TrunkFacts): TrunkConfig | undefined {
  return trunks.find((trunk) => PREFIX + trunk.name === name);
}

/** Whether something of this name was made by `tonegate provision`. */
export function isOwn(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** What is wrong with one trunk, whosever it is. */
export function trunkFindings(config: Config, trunk: TrunkFacts): Finding[] {
  return [...doorFindings(trunk), ...mappingFindings(config, trunk)].map((finding) => ({
    ...finding,
    what: `trunk "${shown(trunk.name)}" ${finding.what}`,
  }));
}

function doorFindings({ authUser, hasPassword, encryption }: TrunkFacts): Finding[] {
  if ((authUser !== '') !== hasPassword) {
    return [warning('trunk-half-digest', 'has half a digest: a user or a password, not both')];
  }
  if (hasPassword || encryption === 'require') return [];
  return [warning('trunk-open', 'asks for no digest and requires no encryption')];
}

function mappingFindings(config: Config, trunk: TrunkFacts): Finding[] {
  const mappings = Object.entries(trunk.mappings).map(([header, attribute]) => ({
    header: header.toLowerCase(),
    attribute,
  }));
  const overwriting = mappings.filter(
    ({ header, attribute }) => OURS.test(attribute) && attribute !== FIRST_OF_PREFIX + header,
  );
  const own = ownTrunk(config, trunk);
  const unmapped =
    own === undefined
      ? []
      : verdictHeaders(own.profile).filter(
          (name) =>
            !mappings.some(({ attribute }) => attribute === FIRST_OF_PREFIX + name.toLowerCase()),
        );
  const secret = mappings.filter(({ header }) => UPSTREAM_HEADERS.includes(header));
  const included = trunk.includedHeaders;
  const takesTokens =
    own !== undefined &&
    config.lines.some(
      (line) => line.upstream !== undefined && line.numbers.some((n) => own.numbers.includes(n)),
    );
  return [
    ...overwriting.map(({ header, attribute }) =>
      error('mapping-overwrites', `maps ${shown(header)} onto ${shown(attribute)}`),
    ),
    ...unmapped.map((name) =>
      warning(
        'mapping-missing',
        `does not map ${name} onto ${FIRST_OF_PREFIX}${name.toLowerCase()}`,
      ),
    ),
    ...secret.map(({ header }) => warning('mapping-secret', `maps ${header} onto an attribute`)),
    ...(included !== 'none' && takesTokens
      ? [warning('mapping-secret', 'includes X- headers, those of upstream systems too')]
      : []),
    ...(included === 'all'
      ? [warning('headers-in-room', 'includes all headers in attributes, From too')]
      : []),
  ];
}
