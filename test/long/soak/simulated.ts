// Thousands of whole verified calls in this one process, on simulated lines. Prints what it holds, again and again.

import { manyCustomers, openSimulatedCalls } from '../../kit/simulated-calls.ts';
import { look } from './look.ts';

const [calls = 2000, every = 250] = process.argv.slice(2).map(Number);
/** Callers at once. */
const WIDTH = 25;

const customers = manyCustomers(WIDTH);
await using simulated = await openSimulatedCalls({ customers });
const looks = [await look(0)];
for (let served = 0; served < calls; served += WIDTH) {
  await simulated.serve(customers.map((customer, i) => ({ customer, room: `room-${served + i}` })));
  if ((served + WIDTH) % every === 0) looks.push(await look(served + WIDTH));
}
const endings: Record<string, number> = {};
for await (const { ending, auth } of simulated.records()) {
  const how = `${ending.reason} ${auth}`;
  endings[how] = (endings[how] ?? 0) + 1;
}
console.log(JSON.stringify({ looks, endings }));
