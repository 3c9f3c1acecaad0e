// A process of its own for the store tests: opens the store, says so, and closes it when it is told to; then
// nothing should keep it alive. Argument: store URL.

import { once } from 'node:events';
import { openStore } from '../../src/store/open-store.ts';

const [url = ''] = process.argv.slice(2);
const store = await openStore(url);
process.send?.('open');
await once(process, 'message');
await store[Symbol.asyncDispose]();
process.disconnect?.();
