import { expect, test } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { FUNCTIONS, WINDOW_FUNCTIONS } from '../../engine/function/index.ts';
import type { Dialect } from '../../sql/index.ts';
import { bound } from './session.ts';

/** Deterministic, so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const STRAY = '\'"(),;`\\%$?{}[]\0\u00e9.*-';

function mutate(text: string, words: readonly string[], next: (below: number) => number): string {
  const parts = text.split(/\b/);
  const at = next(parts.length);
  switch (next(5)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, ` ${words[next(words.length)]} `);
      break;
    case 2:
      parts[at] = words[next(words.length)];
      break;
    case 3:
      parts.splice(at, 0, parts[next(parts.length)]);
      break;
    default: {
      const cut = next(text.length + 1);
      return text.slice(0, cut) + STRAY[next(STRAY.length)] + text.slice(cut + next(2));
    }
  }
  return parts.join('');
}

const STATEMENTS: readonly (readonly [Dialect, string])[] = [
  [
    'standard',
    "SELECT channel AS c, count(*) FROM wiki WHERE added > 1 AND page LIKE 'a%' GROUP BY 1 HAVING count(*) > 2 ORDER BY 2 DESC NULLS LAST LIMIT 3 OFFSET 1",
  ],
  [
    'standard',
    'WITH x AS (SELECT added AS a FROM wiki) SELECT a.a, b.page FROM x a LEFT JOIN other b ON a.a = b.added AND b.flag WHERE a.a IN (1, 2, NULL)',
  ],
  ['standard', 'CREATE TABLE t (a INTEGER NOT NULL DEFAULT 1, b VARCHAR, c TIMESTAMP)'],
  ['standard', "INSERT INTO wiki (channel, added, time) VALUES ('x', 1, '2024-01-01'), ('y', 2 + 3, NULL)"],
  [
    'clickhouse',
    'CREATE TABLE t (a UInt8, b Nullable(String)) ENGINE = MergeTree PARTITION BY a ORDER BY (a) SETTINGS x = 1',
  ],
  [
    'clickhouse',
    "SELECT toStartOfInterval(time, INTERVAL 5 minute) AS t, uniq(page), sumIf(added, flag) FROM wiki WHERE t > '2024-01-01' GROUP BY t LIMIT 1, 2 FORMAT JSON",
  ],
  [
    'druid',
    "SELECT TIME_FLOOR(__time, 'PT1H') AS t, COUNT(DISTINCT page) FILTER (WHERE flag) FROM wiki WHERE __time >= TIMESTAMP '2015-09-12 00:00:00' GROUP BY 1",
  ],
  ...[...FUNCTIONS, ...WINDOW_FUNCTIONS].map(
    (row) => [Object.keys(row.names)[0] as Dialect, row.example.sql] as const,
  ),
];

test('a damaged statement gives a result or a typed error, never a crash', () => {
  const words = STATEMENTS.flatMap(([, text]) => text.split(/\b/)).filter((w) => w.trim() !== '');
  const next = random(20_241_120);
  const crashes: string[] = [];
  for (let i = 0; i < 5000; i++) {
    const [dialect, original] = STATEMENTS[next(STATEMENTS.length)];
    let text = original;
    for (let n = next(3); n >= 0; n--) text = mutate(text, words, next);
    try {
      bound(text, dialect);
    } catch (error) {
      const typed = error instanceof BasaltError && error.row.class !== 'internal';
      if (!typed) crashes.push(`${dialect}: ${text}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  expect(crashes).toEqual([]);
});
