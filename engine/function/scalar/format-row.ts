/** ClickHouse's formatRow: the values of a row in a format of the table of formats, by the writer that writes answers in it. */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { formatByName } from '../../format/registry.ts';
import type { FormatWriter } from '../../format/writer.ts';
import { typeOfText } from '../../type/literal.ts';
import { type Item, laneValueOf, unpackItem } from '../../type/nested.ts';
import { fieldsOf, type LogicalType, laneOf } from '../../type/type.ts';
import type { ResultBatch, ResultColumn } from '../../vector/batch.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** A column of one value. */
function columnOf(item: Item, type: LogicalType): ResultColumn {
  const value = laneValueOf(item, type);
  const valid = value === null ? new Uint8Array(1) : null;
  const lane = laneOf(type);
  switch (lane) {
    case 'i64':
      return { lane, values: BigInt64Array.of(BigInt(value ?? 0)), valid };
    case 'f64':
      return { lane, values: Float64Array.of(Number(value ?? 0)), valid };
    case 'bool':
      return { lane, values: Uint8Array.of(value === true ? 1 : 0), valid };
    case 'str': {
      const bytes = bytesOfText(String(value ?? ''));
      return { lane, offsets: Uint32Array.of(0, bytes.length), bytes, valid };
    }
  }
}

/** Nothing was read for it, and it took no time that is its own. */
const FOOTER = { rows: 1, elapsedMs: 0, rowsRead: 0, bytesRead: 0 };

const textOf = (writer: FormatWriter, row: ResultBatch): string =>
  textOfBytes(Buffer.concat([writer.begin(), writer.batch(row), writer.end(FOOTER)]));

function formatted(name: string, packed: string, typeText: string, zone: string): string {
  const type = typeOfText(typeText);
  const schema = fieldsOf(type).map((field) => ({ name: field.name ?? '', type: field.type }));
  const columns = unpackItem(packed, type).map((item, i) => columnOf(item, schema[i].type));
  const make = formatByName(name).write;
  return make === null ? '' : textOf(make(schema, { zone }), { rows: 1, columns });
}

export const FORMATTED_ROWS: readonly Implementation[] = [
  // A format, a tuple of values, its type with the names of the columns, and the zone of times without one.
  implement('format_row', ['str', 'str', 'str', 'str'], 'str', formatted, { takesTypes: true }),
  implement(
    'format_row_bare',
    ['str', 'str', 'str', 'str'],
    'str',
    (...of: Parameters<typeof formatted>) => formatted(...of).replace(/\n$/, ''),
    { takesTypes: true },
  ),
];
