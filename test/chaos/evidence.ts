// What a long proof has found, written to docs/evidence with the machine, the commit and the date.

import { mkdirSync, writeFileSync } from 'node:fs';
import { machine } from '../../bench/machine.ts';

export interface Evidence {
  /** Runs one proof and notes what it answers, and how long it took. */
  proof(what: string, work: () => Promise<object>): Promise<void>;
  /** Writes `docs/evidence/<name>.json`, unless fewer proofs than these have held: then it stays as it was. */
  write(name: string, proofs: number): void;
}

export function gatherEvidence(): Evidence {
  const found: object[] = [];
  return {
    async proof(what, work) {
      const start = performance.now();
      const figures = await work();
      const seconds = Math.round((performance.now() - start) / 1000);
      found.push({ what, ...figures, seconds });
      console.info(what, figures);
    },
    write(name, proofs) {
      if (found.length < proofs) return;
      mkdirSync('docs/evidence', { recursive: true });
      const evidence = { machine: machine(), found };
      writeFileSync(`docs/evidence/${name}.json`, `${JSON.stringify(evidence, null, 2)}\n`);
    },
  };
}
