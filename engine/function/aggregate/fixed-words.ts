/** A state taken apart. */
export type FixedState = {
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  text: Uint8Array;
};

export function newFixed(words: number, text: Uint8Array = new Uint8Array(0)): FixedState {
  const buffer = new ArrayBuffer(8 * words);
  return {
    i64: new BigInt64Array(buffer),
    f64: new Float64Array(buffer),
    u32: new Uint32Array(buffer),
    text,
  };
}
