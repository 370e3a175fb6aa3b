import { afterAll, describe, expect, test } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { exampleIn, OTHER_EXAMPLES } from '../../engine/function/example.ts';
import { FUNCTIONS, WINDOW_FUNCTIONS } from '../../engine/function/index.ts';

/** Every function's example, run through the product in every dialect that has the function. */

const DIALECTS: readonly Dialect[] = ['standard', 'druid', 'clickhouse'];

describe.each(DIALECTS)('function examples, %s', (dialect) => {
  let db: Database | null = null;
  afterAll(() => db?.close());

  const rows = [...FUNCTIONS, ...WINDOW_FUNCTIONS].filter((row) => row.names[dialect] !== undefined);
  test.each(
    rows.map((row) => [`${row.syntax}, ${row.names[dialect]![0]}`, exampleIn(row, dialect)] as const),
  )('%s', async (_, example) => {
    db ??= await opened();
    const { rows: answer, columns } = await db.execute(example.sql, {
      dialect,
      int64: 'string',
      timestamp: 'string',
    });
    expect(answer).toHaveLength(1);
    const [value] = answer[0];
    // Whole floats are shown with one digit, so that the type is seen.
    const shown =
      typeof value === 'number' && Number.isInteger(value) && /DOUBLE|Float64/.test(String(columns[0].type))
        ? `${value}.0`
        : value === null
          ? 'null'
          : String(Array.isArray(value) ? value.map(fieldsOf) : fieldsOf(value));
    expect([shown, `${shown}`.replace(/\.0$/, '')]).toContain(example.result);
  });
});

const CODES = `SELECT * FROM values((49, \\'Germany\\', 1000), (33, \\'France\\', 1000), (1000, \\'Europe\\', 0))`;

/** With what examples look up. */
async function opened(): Promise<Database> {
  const made = await open();
  const countries = { version: 'v1', lookupExtractorFactory: { type: 'map', map: { DE: 'Germany' } } };
  await made.lookups.set({ __default: { countries } });
  const dialect = 'clickhouse';
  await made.query(
    `CREATE DICTIONARY countries (code UInt64, name String, parent UInt64 HIERARCHICAL) PRIMARY KEY code
     SOURCE(CLICKHOUSE(QUERY '${CODES}')) LAYOUT(FLAT()) LIFETIME(0)`,
    { dialect },
  );
  const types = FUNCTIONS.flatMap(({ names, example }) => {
    const name = /^dictGet(?!Or)(\w+)OrDefault$/.exec(names.clickhouse?.[0] ?? '')?.[1];
    return name === undefined ? [] : [{ name, value: example.result }];
  });
  await made.query(
    `CREATE DICTIONARY samples (key UInt64, ${types.map(({ name }) => `${name} ${name}`).join(', ')}) PRIMARY KEY key
     SOURCE(CLICKHOUSE(QUERY 'SELECT 1, ${types.map(({ value }) => `\\'${value}\\'`).join(', ')}')) LAYOUT(FLAT()) LIFETIME(0)`,
    { dialect },
  );
  return made;
}

/** Of a tuple with names, its fields. */
const fieldsOf = (value: unknown): unknown =>
  Object.prototype.toString.call(value) === '[object Object]' ? Object.values(value!) : value;

test('every other example belongs to a function', () => {
  const syntaxes = new Set(FUNCTIONS.map((row) => row.syntax));
  expect(OTHER_EXAMPLES.filter((syntax) => !syntaxes.has(syntax))).toEqual([]);
});
