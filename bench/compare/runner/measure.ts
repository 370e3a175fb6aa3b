/**
 * Times of one query in every engine, warm and cold, and whether the answers are right.
 *
 * An engine's error, also that its process ended, stands in the query's line; the other engines and queries go on.
 */

import type { EngineProcess } from '../client.ts';
import { wrongAnswers } from '../judge.ts';
import type { Line } from '../report/result.ts';
import { median } from '../score.ts';
import type { Answer, EngineName, Query, Statement } from '../suite.ts';

export const textFor = (statement: Statement, engine: EngineProcess): string =>
  statement.dialects?.[engine.name] ?? statement.sql;

export async function measureHot(
  engines: readonly EngineProcess[],
  query: Query,
  runs: number,
): Promise<Line> {
  const times = new Map<EngineName, number[]>();
  const answers = new Map<EngineName, Answer>();
  const errors: Partial<Record<EngineName, string>> = {};
  /** An engine that failed once is left out of the query's further runs. */
  const attempt = async (engine: EngineProcess, work: () => Promise<void>): Promise<void> => {
    if (errors[engine.name] !== undefined) return;
    try {
      await work();
    } catch (error) {
      errors[engine.name] = (error as Error).message;
      times.delete(engine.name);
      answers.delete(engine.name);
    }
  };
  for (const engine of engines)
    await attempt(engine, async () => {
      answers.set(engine.name, (await engine.query(textFor(query, engine), true)).answer as Answer);
      times.set(engine.name, []);
    });
  for (let run = 0; run < runs; run++)
    for (const engine of engines)
      await attempt(engine, async () => {
        times.get(engine.name)?.push((await engine.query(textFor(query, engine))).ms);
      });
  const notes: string[] = [];
  let wrong: readonly EngineName[] = [];
  try {
    wrong = await wrongAnswers(engines, query, answers);
  } catch (error) {
    notes.push(`not judged: ${(error as Error).message.split('\n')[0]}`);
  }
  return {
    name: query.name,
    sql: query.sql,
    hot: Object.fromEntries([...times].map(([name, t]) => [name, median(t)])),
    second: Object.fromEntries([...times].map(([name, t]) => [name, t[0]])),
    best: Object.fromEntries([...times].map(([name, t]) => [name, Math.min(...t)])),
    cold: {},
    errors,
    wrong: wrong.filter((name) => query.excused?.[name] === undefined),
    notes: [...notes, ...wrong.flatMap((name) => query.excused?.[name] ?? [])],
  };
}

/** Adds to the lines of the engines that answered warm. */
export async function measureCold(
  engines: readonly EngineProcess[],
  queries: readonly Query[],
  lines: readonly Line[],
  runs: number,
): Promise<void> {
  for (const [i, query] of queries.entries()) {
    for (const engine of engines) {
      if (lines[i].hot[engine.name] === undefined) continue;
      const times: number[] = [];
      try {
        for (let run = 0; run < runs; run++) {
          await engine.restartCold();
          times.push((await engine.query(textFor(query, engine))).ms);
        }
        lines[i].cold[engine.name] = median(times);
      } catch (error) {
        lines[i].errors[engine.name] = `cold: ${(error as Error).message}`;
      }
    }
  }
}
