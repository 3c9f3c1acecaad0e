// A process of its own for the store tests: has calls, tells of each when it has begun and when its record is
// kept, and then waits to be killed. Arguments: store URL, name, how many, how many at once.

import { openStore } from '../../src/store/open-store.ts';
import { callRecord } from './records.ts';

const [url = '', name = '', count = '0', width = '1'] = process.argv.slice(2);
const store = await openStore(url);
process.channel?.ref();
let next = 0;
async function haveCalls() {
  while (next < Number(count)) {
    const id = `${name}-${next}`;
    next += 1;
    const record = callRecord({ id, workerId: name });
    await store.records.begin({ ...record, ending: { result: 'platform', reason: 'worker-lost' } });
    process.send?.({ begun: id });
    await store.records.append(record);
    process.send?.({ kept: id });
  }
}
await Promise.all(Array.from({ length: Number(width) }, haveCalls));
