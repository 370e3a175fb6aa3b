/** The gate: five shapes of query that decide whether the design holds. */

import { once as event } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { GATE_COLUMNS, gateNdjson } from '../../../datasets/gate.ts';
import { once } from '../data/generate.ts';
import type { ColumnType, Query, Suite } from '../suite.ts';

const TYPES: Readonly<Record<string, ColumnType>> = {
  TIMESTAMP: 'timestamp',
  SMALLINT: 'int16',
  INTEGER: 'int32',
  BIGINT: 'int64',
  VARCHAR: 'text',
  DOUBLE: 'float64',
  BOOLEAN: 'bool',
};

const QUERIES: readonly Query[] = [
  { name: 'filtered count', sql: 'SELECT count(*) FROM t WHERE flag <> 0' },
  { name: 'ungrouped sums', sql: 'SELECT sum(flag), sum(width), max(width) FROM t' },
  {
    name: 'group by string',
    sql: 'SELECT country, count(*) AS c, sum(width) AS s, avg(price) AS a FROM t GROUP BY country ORDER BY c DESC, country LIMIT 300',
  },
  {
    name: 'group by 64-bit key, top 10',
    sql: 'SELECT user_id, count(*) AS c FROM t GROUP BY user_id ORDER BY c DESC, user_id LIMIT 10',
  },
  { name: 'LIKE near-unique', sql: "SELECT count(*) FROM t WHERE url LIKE '%metrika%'" },
];

export const gate: Suite = {
  name: 'gate',
  what: 'five query shapes over generated web events, loaded from NDJSON',
  async prepare({ rows, seed, folder }) {
    const file = await once(join(folder, `gate-${rows}-${seed}.ndjson`), async (part) => {
      const out = createWriteStream(part);
      for (const chunk of gateNdjson(rows, seed)) if (!out.write(chunk)) await event(out, 'drain');
      out.end();
      await event(out, 'finish');
    });
    const columns = GATE_COLUMNS.map((c) => ({ name: c.name, type: TYPES[c.standard] }));
    return { tables: [{ name: 't', columns, orderBy: ['ts'], file, format: 'ndjson' }], queries: QUERIES };
  },
};
