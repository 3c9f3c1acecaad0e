import { expect, test } from 'vitest';
import { memoryWarnings } from '../../src/config/memory.ts';

test.each([
  { capacity: 60, rssMb: 1500, warns: false },
  { capacity: 130, rssMb: 1500, warns: false },
  { capacity: 131, rssMb: 1500, warns: true },
  { capacity: 60, rssMb: 300, warns: true },
])('$capacity calls at once and $rssMb MB: warned is $warns', ({ capacity, rssMb, warns }) => {
  const warnings = memoryWarnings({ capacity, recycle: { afterCalls: 2000, rssMb } });
  expect(warnings).toEqual(warns ? [expect.stringMatching(/^recycle\.rssMb: .*capacity/)] : []);
});
