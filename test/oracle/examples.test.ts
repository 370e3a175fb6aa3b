import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { judgeAll } from './examples.ts';

/** Of the functions whose examples ClickHouse answers alike twice. The floor rises with what is built. */
const FLOOR = 0.75;

it('answers the examples of ClickHouse functions as it does', async () => {
  const session = new Session();
  const judged = await judgeAll(
    session,
    () => true,
    () => open(),
  );
  session.cleanup();
  const all = judged.filter((j) => j.verdict !== 'unjudged');
  expect(all.length).toBeGreaterThan(1300);
  expect(all.filter((j) => j.verdict === 'matched').length / all.length).toBeGreaterThan(FLOOR);
});
