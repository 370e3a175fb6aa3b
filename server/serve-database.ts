/** A database as the doors see it: the few calls they may make. */

import type { Database } from '../database/index.ts';
import type { ServerDatabase } from './database.ts';

export const serveDatabase = (database: Database): ServerDatabase => ({
  run: (sql, query) => database.run(sql, { ...query, isolated: true }),
  check: (sql, query) => database.check(sql, { ...query, isolated: true }),
  ingest: (spec, ingest) => database.ingest(spec, ingest),
  tables: () => database.describeTables(),
  status: () => database.status(),
  rules: database.rules,
  lookups: database.lookups,
  attach: (node) => database.attach(node),
});
