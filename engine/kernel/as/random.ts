// Random bits of numbered places: SplitMix64 (Steele, Lea, Flood 2014), whose n-th number is a hash of its state after n steps.

// out[i] = the upper 64 - shift bits of number src[i] >> granule of the stream that begins at key.
export function random_bits(src: usize, n: i32, granule: i32, key: u64, shift: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    let z = key + (load<u64>(src + (i << 3)) >> granule) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    store<u64>(out + (i << 3), (z ^ (z >> 31)) >> shift);
  }
}
