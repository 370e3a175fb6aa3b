/**
 * The buffer a Parquet file is written into, with one repair: the library gives the width of an integer type as a Thrift i32, where the
 * format has a byte. DuckDB refuses that, and without the annotation ClickHouse reads UINT64 as signed. While a footer is written, and
 * only then, calls come one per Thrift header or number, so the place is known by the calls before it.
 *
 *   LogicalType.INTEGER := 0xac  IntType := 0x15 zigzag(bitWidth) ...   becomes   0xac 0x13 bitWidth ...
 */

/** Field 10 of a union, a struct. */
const INTEGER = 0xac;
/** Field 1, an i32. */
const WIDTH_I32 = 0x15;
/** Field 1, a byte. */
const WIDTH_BYTE = 0x13;

type Buffer = {
  index: number;
  appendUint8(value: number): void;
  appendVarInt(value: number): void;
  appendZigZag(value: number | bigint): void;
};

/** Calls `write` with the buffer repaired, and leaves it as it was. */
export function withFooter(buffer: Buffer, write: () => void): void {
  const plainByte = buffer.appendUint8.bind(buffer);
  const plainVarInt = buffer.appendVarInt.bind(buffer);
  const plainZigZag = buffer.appendZigZag.bind(buffer);
  let last = 0;
  let isWidth = false;
  // Bytes of a number are no headers.
  let isNumber = false;
  const number = (append: () => void): void => {
    const outer = isNumber;
    isNumber = true;
    append();
    isNumber = outer;
    last = 0;
  };
  buffer.appendUint8 = (value) => {
    isWidth = !isNumber && last === INTEGER && value === WIDTH_I32;
    last = value;
    plainByte(isWidth ? WIDTH_BYTE : value);
  };
  buffer.appendVarInt = (value) => number(() => plainVarInt(value));
  buffer.appendZigZag = (value) => {
    if (isWidth) plainByte(Number(value));
    else number(() => plainZigZag(value));
    isWidth = false;
  };
  try {
    write();
  } finally {
    buffer.appendUint8 = plainByte;
    buffer.appendVarInt = plainVarInt;
    buffer.appendZigZag = plainZigZag;
  }
}
