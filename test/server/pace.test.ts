import { expect, test } from 'vitest';
import { formatByName } from '../../engine/format/index.ts';
import { slices } from '../../server/http/pace.ts';
import { batch, SCHEMA } from './fake.ts';

test('slices of a batch say together what the batch says', () => {
  const whole = batch(Array.from({ length: 1000 }, (_, i) => [i, i % 3 === 0 ? null : `s${i}`] as const));
  const write = (batches: Iterable<typeof whole>) => {
    const writer = formatByName('JSONEachRow').write!(SCHEMA, {});
    return Buffer.concat([...batches].map((b) => writer.batch(b))).toString();
  };
  expect([...slices(whole, 300)].map((b) => b.rows)).toEqual([300, 300, 300, 100]);
  expect(write(slices(whole, 300))).toBe(write([whole]));
  expect([...slices(whole, 5000)]).toEqual([whole]);
});
