/** Kernels of grouping, when all groups are there: hashing keys, finding their groups, adding to the groups' states. */

import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CaseMaker, type Ground, type KernelCase, pages, SLACK } from './case.ts';

const SEED = 1n;

export const groupCases: CaseMaker = (ground) => [
  ...upsertCases(ground, 1000),
  ...upsertCases(ground, Math.max(1000, Math.floor(ground.bytes / 32))),
];

function upsertCases({ arena, kernels, region, random, bytes }: Ground, count: number): KernelCase[] {
  const values = Math.floor(bytes / 8);
  const keys = region.alloc(bytes + SLACK);
  for (let i = 0; i < values; i++) {
    arena.u32[keys / 4 + 2 * i] = random.below(count);
    arena.u32[keys / 4 + 2 * i + 1] = 0;
  }
  const slotCount = 2 ** Math.ceil(Math.log2(count * 2));
  const slots = region.allocZero(slotCount * 8);
  const groupHashes = region.alloc(count * 4);
  const groupKeys = region.alloc(count * 8);
  const sums = region.allocZero(count * 8);
  const hashes = region.alloc(VECTOR_ROWS * 4);
  const gids = region.alloc(VECTOR_ROWS * 4);
  let groups = 0;
  const find = (at: number, n: number): void => {
    kernels.hash_u64(at, n, SEED, hashes);
    groups = kernels.group_upsert_u64(
      slots,
      slotCount - 1,
      hashes,
      at,
      n,
      groupHashes,
      groupKeys,
      groups,
      gids,
    );
  };
  const label = `${count.toLocaleString('en')} groups`;
  const over = (name: string, call: (at: number, n: number) => void): KernelCase => ({
    family: 'group upsert',
    name: `${name}, ${label}`,
    bytes: values * 8,
    values,
    run: () => pages(values, VECTOR_ROWS, (from, n) => call(keys + from * 8, n)),
  });
  return [
    over('hash_u64, group_upsert_u64', find),
    over('the same, agg_sum_i64_g', (at, n) => {
      find(at, n);
      kernels.agg_sum_i64_g(gids, at, 0, n, sums);
    }),
  ];
}
