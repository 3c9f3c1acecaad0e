import { expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { SQLITE } from './databases.ts';

it.each(['codes', 'tries', 'tallies', 'used_tokens'])(
  'what has expired of %s is found by an index, however many have not',
  async (table) => {
    const url = await SQLITE.newUrl();
    await using _ = await openStore(url);
    const query = `select 1 from ${table} where expires_at <= 1 limit 10`;
    const plan = await SQLITE.behind(url, `explain query plan ${query}`);
    expect(plan).toMatchObject([{ detail: expect.stringContaining(`${table}_expired`) }]);
  },
);
