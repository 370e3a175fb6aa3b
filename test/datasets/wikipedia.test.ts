import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { wikipediaNdjson, wikipediaSpec } from '../../datasets/wikipedia.ts';

const COLUMNS =
  'time channel cityName comment countryIsoCode countryName isAnonymous isMinor isNew isRobot isUnpatrolled metroCode namespace page regionIsoCode regionName user delta added deleted'.split(
    ' ',
  );

const bytes = (rows: number, seed: number) => Buffer.concat([...wikipediaNdjson({ rows, seed })]);
const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');

test('the same seed gives the same bytes, another seed others', () => {
  expect(hash(bytes(5000, 7))).toBe(hash(bytes(5000, 7)));
  expect(hash(bytes(5000, 7))).not.toBe(hash(bytes(5000, 8)));
});

test('rows have the columns of the sample, in time order over ten days, with delta = added - deleted', () => {
  const rows = bytes(20000, 1)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string & number>);
  expect(rows).toHaveLength(20000);
  for (const row of rows) {
    expect(Object.keys(row).sort()).toEqual([...COLUMNS].sort());
    expect(row.delta).toBe(row.added - row.deleted);
  }
  const times = rows.map((row) => row.time as string);
  expect(times).toEqual([...times].sort());
  expect(new Set(times.map((time) => time.slice(0, 10))).size).toBe(10);
  expect(new Set(rows.map((row) => row.channel)).size).toBeGreaterThan(40);
  const names = wikipediaSpec('wikipedia').spec.dataSchema.dimensionsSpec.dimensions.map((d) =>
    typeof d === 'string' ? d : d.name,
  );
  expect(['time', ...names]).toEqual(COLUMNS);
});
