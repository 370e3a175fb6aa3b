/** Aggregates of how often pairs of values come (sketch/tally.ts): whether one says anything of the other. Keys are two packed texts. */

import { textOfBytes } from '../../base/bytes-text.ts';
import type { StateViews } from '../../sketch/memory.ts';
import { talliesOf, tallyInteger, tallyText } from '../../sketch/tally.ts';
import { ARRAY_END } from '../../type/nested.ts';
import type { BlockAggregate } from './block-aggregate.ts';

type Cell = {
  readonly count: number /** Rows with its first value, and with its second. */;
  readonly row: number;
  readonly column: number;
};
type Table = {
  readonly cells: readonly Cell[];
  readonly n: number;
  readonly rows: number;
  readonly columns: number;
};

function tableOf(memory: StateViews, block: number): Table {
  const [rows, columns] = [new Map<string, number>(), new Map<string, number>()];
  let n = 0;
  const cells = Array.from(talliesOf(memory, block), (entry) => {
    const key = textOfBytes(tallyText(memory, entry).slice());
    // A packed text holds no end of itself.
    const cut = key.indexOf(ARRAY_END) + 1;
    const cell = {
      row: key.slice(0, cut),
      column: key.slice(cut),
      count: Number(tallyInteger(memory, entry)),
    };
    rows.set(cell.row, (rows.get(cell.row) ?? 0) + cell.count);
    columns.set(cell.column, (columns.get(cell.column) ?? 0) + cell.count);
    n += cell.count;
    return cell;
  });
  return {
    cells: cells.map(({ row, column, count }) => ({
      count,
      row: rows.get(row) ?? 0,
      column: columns.get(column) ?? 0,
    })),
    n,
    rows: rows.size,
    columns: columns.size,
  };
}

/** Chi squared by the number of rows. Cells without rows add what is expected of them, so that all expectations sum up to n. */
const phi = ({ cells }: Table): number =>
  Math.max(0, cells.reduce((sum, { count, row, column }) => sum + (count * count) / (row * column), 0) - 1);

const cramer = (table: Table): number => {
  const least = Math.min(table.rows, table.columns);
  return least < 2 ? Number.NaN : Math.sqrt(Math.min(1, phi(table) / (least - 1)));
};

/** Bergsma's correction for small tables. */
const corrected = (table: Table): number => {
  const { n, rows, columns } = table;
  const smaller = (side: number): number => side - (side - 1) ** 2 / (n - 1);
  const spread = Math.max(0, phi(table) - ((rows - 1) * (columns - 1)) / (n - 1));
  const least = Math.min(smaller(rows), smaller(columns)) - 1;
  return least <= 0 ? Number.NaN : Math.sqrt(Math.min(1, spread / least));
};

const contingency = (table: Table): number => {
  const spread = phi(table);
  return Math.sqrt(spread / (spread + 1));
};

/** Share of what is unknown of the first value that the second one tells. */
const uncertainty = ({ cells, n }: Table): number => {
  let [known, all] = [0, 0];
  for (const { count, row, column } of cells) {
    known += (count / n) * Math.log((count * n) / (row * column));
    all -= (count / n) * Math.log(row / n);
  }
  return all === 0 ? 0 : known / all;
};

const ofTable = (read: (table: Table) => number): BlockAggregate => ({
  kind: 'tally_i64',
  lane: 'str',
  second: 'i64',
  result: 'f64',
  value: (memory, block, _params, type) => {
    if (block === 0) return type.nullable ? null : Number.NaN;
    const table = tableOf(memory, block);
    return table.n < 2 ? Number.NaN : read(table);
  },
});

export const CROSS_TABLES: Readonly<Record<string, BlockAggregate>> = {
  cramer: ofTable(cramer),
  cramer_corrected: ofTable(corrected),
  contingency: ofTable(contingency),
  uncertainty: ofTable(uncertainty),
};
