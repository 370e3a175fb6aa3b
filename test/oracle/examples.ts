/**
 * The examples ClickHouse's own table of functions carries (system.functions), run on both sides. What an example
 * shows is read as a script of statements; its answers are compared with their types.
 */

import type { Session } from 'chdb';
import type { Database } from '../../database/index.ts';
import { FORMAT, isSame, ourSide, type Side } from './typed-answer.ts';

export type FunctionExamples = {
  readonly name: string;
  readonly category: string;
  /** Scripts: the statements of each example. */
  readonly scripts: readonly (readonly string[])[];
};

/**
 * matched: every example that ClickHouse itself answers gives its answer here, floats to twelve digits. unjudged: ClickHouse answers none of
 * them, or differently each time.
 */
export type Verdict = 'matched' | 'differs' | 'refused' | 'unjudged';

export type Judged = {
  readonly name: string;
  readonly category: string;
  readonly verdict: Verdict;
  /** Of the first example that does not match. */
  readonly sql: string;
  readonly ours: string;
  readonly theirs: string;
};

const TYPED = /\bFORMAT\s+\w+\s*$/i;
const FENCE = /```sql[^\n]*\n([\s\S]*?)```/g;
/** Waits, reads of the network and of files, what stops a process, and ten thousand million rows are no examples of a value. */
const LEFT_OUT =
  /\b(sleep|sleepEachRow|trap|url|s3|remote|file|catboost|ai[A-Z]\w*|stressTest\w*)\s*\(|numbers\(1e10\)/;

function functionExamples(session: Session): FunctionExamples[] {
  const text = String(
    session.query(
      "SELECT name, categories, examples FROM system.functions WHERE alias_to = '' AND examples != '' ORDER BY name",
      'JSONCompactEachRow',
    ),
  );
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name, category, examples] = JSON.parse(line) as [string, string, string];
      const scripts = [...examples.matchAll(FENCE)].map((match) => statements(match[1]!));
      return { name, category, scripts: scripts.filter((s) => s.length > 0) };
    });
}

/** Statements of a script, without comments and formats. */
function statements(script: string): string[] {
  const found: string[] = [];
  let current = '';
  const end = () => {
    const statement = current.trim().replace(/\\G$/, '').replace(TYPED, '').trim();
    if (statement !== '') found.push(statement);
    current = '';
  };
  for (const [part] of script.matchAll(TOKEN)) {
    if (part === ';') end();
    else if (!part.startsWith('--') && !part.startsWith('/*')) current += part;
  }
  end();
  return found;
}
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|`[^`]*`|"[^"]*"|[\s\S]/g;

async function judge(
  { name, category, scripts }: FunctionExamples,
  ours: Side,
  theirs: () => Side,
): Promise<Judged> {
  const verdict = (verdict: Verdict, sql = '', our = '', their = '') => ({
    name,
    category,
    verdict,
    sql,
    ours: our,
    theirs: their,
  });
  let judged = 0;
  const [first, second] = [theirs(), theirs()];
  for (const script of scripts) {
    if (script.some((sql) => LEFT_OUT.test(sql))) continue;
    const [expected, again] = [await play(script, first), await play(script, second)];
    if (expected.failed || expected.text !== again.text) continue;
    judged++;
    const got = await play(script, ours);
    if (got.failed) return verdict('refused', script.join(';\n'), got.text, expected.text);
    if (!isSame(got.text, expected.text))
      return verdict('differs', script.join(';\n'), got.text, expected.text);
  }
  return verdict(judged === 0 ? 'unjudged' : 'matched');
}

async function play(script: readonly string[], side: Side): Promise<{ text: string; failed: boolean }> {
  let text = '';
  for (const sql of script) {
    try {
      text += await side(sql);
    } catch (error) {
      return { text: error instanceof Error ? error.message : String(error), failed: true };
    }
  }
  return { text, failed: false };
}

/** Every function that `wanted` names, judged in a database of its own. */
export async function judgeAll(
  session: Session,
  wanted: (examples: FunctionExamples) => boolean,
  openDatabase: () => Promise<Database>,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  // Both sides live in one zone, whose name some types show.
  const zone = String(session.query('SELECT timezone()', 'TabSeparated')).trim();
  for (const examples of functionExamples(session).filter(wanted)) {
    await using db = await openDatabase();
    judged.push(await judge(examples, ourSide(db, zone), () => theirSide(session)));
  }
  return judged;
}

let databases = 0;
/** What an example has SET holds for no other. */
function forgetSettings(session: Session): void {
  const changed = String(session.query('SELECT name FROM system.settings WHERE changed', 'TabSeparated'));
  for (const name of changed.split('\n'))
    if (SET_BY_EXAMPLES.test(name)) session.query(`SET ${name} = DEFAULT`);
}
const SET_BY_EXAMPLES =
  /^(allow_|enable_|use_|session_|prefer_|force_|formatdatetime_|parsedatetime_|cast_)\w+$/;

/** ClickHouse with a database of its own. */
function theirSide(session: Session): Side {
  const database = `examples_${databases++}`;
  session.query(`CREATE DATABASE ${database} ENGINE = Atomic`);
  forgetSettings(session);
  return async (sql) => {
    session.query(`USE ${database}`);
    return String(session.query(sql, FORMAT));
  };
}
