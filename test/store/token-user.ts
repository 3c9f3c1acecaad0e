// A process of its own for the store tests: says when the store is open, and on the first message uses
// tokens, all at once; tells which of them it was the first to use. Arguments: store URL, how many.

import { openStore } from '../../src/store/open-store.ts';

const [url = '', count = '0'] = process.argv.slice(2);
const store = await openStore(url);
process.once('message', async () => {
  const jtis = Array.from({ length: Number(count) }, (_, i) => `jti-${i}`);
  const firsts = await Promise.all(
    jtis.map((jti) => store.usedTokens.firstUse('pbx', jti, Date.now() + 60_000)),
  );
  process.send?.(jtis.filter((_, i) => firsts[i]));
});
process.send?.('open');
