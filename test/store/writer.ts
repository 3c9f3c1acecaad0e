// A process of its own for the store tests: appends records, tells the id of each as soon as it is
// kept, and then waits to be killed. Arguments: store URL, name, how many.

import { openStore } from '../../src/store/open-store.ts';
import { callRecord } from './records.ts';

const [url = '', name = '', count = '0'] = process.argv.slice(2);
const store = await openStore(url);
process.channel?.ref();
for (let i = 0; i < Number(count); i++) {
  const id = `${name}-${i}`;
  await store.records.append(callRecord({ id }));
  process.send?.(id);
}
