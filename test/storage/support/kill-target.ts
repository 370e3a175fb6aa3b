/** A process that inserts and deletes for ever and says on stdout what was acknowledged; killed by kill.test.ts. */

import { writeSync } from 'node:fs';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemProcesses } from '../../../storage/fs/process.ts';
import { RealFileSystem } from '../../../storage/fs/real.ts';
import { deleteIds, idsOf, insertRows, openStore, simpleTable } from './store.ts';

const [dir, start] = [process.argv[2], Number(process.argv[3])];
const store = await openStore(new RealFileSystem(), {
  dir,
  clock: systemClock,
  processes: systemProcesses(),
  settings: {
    flushRows: 40,
    maxWalInsertBytes: 2000,
    merge: { fanIn: 3, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 },
  },
});
const table = store.tables()[0] ?? (await store.createTable(simpleTable('t', { sortKey: [1] })));
writeSync(1, `found ${idsOf(store, table.id).join()}\n`);
for (let next = start; ; ) {
  const groups = [1, 2, 3].map((size) => Array.from({ length: size === 3 ? 200 : size }, () => next++));
  await Promise.all(
    groups.map(async (ids) => {
      await insertRows(store, table.id, { id: ids, text: ids.map((id) => `text ${id}`) });
      writeSync(1, `acknowledged ${ids.join()}\n`);
    }),
  );
  const doomed = new Set(groups[2].filter((id) => id % 3 === 0));
  writeSync(1, `deleting ${[...doomed].join()}\n`);
  await deleteIds(store, table.id, (id) => doomed.has(id));
  writeSync(1, `deleted ${[...doomed].join()}\n`);
  await store.mergeOnce(table.id);
}
