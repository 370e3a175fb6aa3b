/**
 * As much of Thrift's compact protocol as page headers need: structs of integers and booleans, everything else skipped.
 * Reading past the end or nesting too deep throws {@link MalformedHeader}, which the caller turns into an error with a place.
 */

export type Fields = ReadonlyMap<number, number | boolean | Fields>;

export class MalformedHeader {}

const MAX_DEPTH = 8;
const TYPE = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
};

export class ThriftReader {
  readonly #u8: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(u8: Uint8Array, at: number, end: number) {
    this.#u8 = u8;
    this.at = at;
    this.#end = end;
  }

  struct(depth = 0): Fields {
    if (depth > MAX_DEPTH) throw new MalformedHeader();
    const fields = new Map<number, number | boolean | Fields>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === TYPE.stop) return fields;
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      const value = this.#value(type, depth);
      if (value !== undefined) fields.set(id, value);
    }
  }

  #value(type: number, depth: number): number | boolean | Fields | undefined {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        return type === TYPE.true;
      case TYPE.byte:
        return this.#byte();
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return this.#zigzag();
      case TYPE.double:
        return this.#skip(8);
      case TYPE.binary:
        return this.#skip(this.#varint());
      case TYPE.list:
      case TYPE.set:
        return this.#skipList(depth);
      case TYPE.struct:
        return this.struct(depth + 1);
      default:
        throw new MalformedHeader();
    }
  }

  #skipList(depth: number): undefined {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    const type = head & 15;
    for (let i = 0; i < size; i++) {
      if (type === TYPE.true || type === TYPE.false) this.#byte();
      else this.#value(type, depth + 1);
    }
  }

  #skip(bytes: number): undefined {
    if (bytes > this.#end - this.at) throw new MalformedHeader();
    this.at += bytes;
  }

  #byte(): number {
    if (this.at >= this.#end) throw new MalformedHeader();
    return this.#u8[this.at++];
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 63) throw new MalformedHeader();
    }
  }

  #zigzag(): number {
    const word = this.#varint();
    return word % 2 === 0 ? word / 2 : -(word + 1) / 2;
  }
}
