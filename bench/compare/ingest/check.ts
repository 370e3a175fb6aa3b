/** Whether every engine holds the same rows after loading: a few totals, printed alike. */

import type { EngineProcess } from '../client.ts';

const TOTALS =
  'SELECT count(*), sum(ResolutionWidth), count(DISTINCT UserID), count(DISTINCT URL), min(EventTime), max(EventTime), min(SearchPhrase), max(SearchPhrase) FROM hits';

export async function totalsOf(engine: EngineProcess): Promise<string> {
  const { answer } = await engine.query(TOTALS, true);
  return (answer ?? [])
    .map((row) => row.map((cell) => String(cell).replace(/\.0+$/, '')).join(' '))
    .join('\n');
}
