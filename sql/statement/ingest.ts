/**
 * Druid's INSERT INTO ... and REPLACE INTO ... OVERWRITE ... SELECT ... PARTITIONED BY ... CLUSTERED BY: columns go by name, the table
 * is made of what the query gives where it is missing, and rows take the place of those that are overwritten.
 */

import { cast } from '../../engine/function/cast.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { INT64, type LogicalType, nullable, STRING, timestamp, typeName } from '../../engine/type/type.ts';
import type { Expression, SortItem } from '../ast/expression.ts';
import type { Ingest } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { schemaOf, type TableInfo } from '../bind/context.ts';
import { project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { isView } from '../bind/view.ts';
import type { Bare } from './bound.ts';
import { assign } from './insert.ts';
import { rollupOf } from './rollup-item.ts';
import { timeRanges } from './time-range.ts';

type BoundIngest = Bare<'ingest'>;
type Output = BoundIngest['columns'][number] & { readonly expr: Expr };

const TIME = '__time';
const TIME_TYPE: LogicalType = timestamp(3, false, 'UTC');
const GRANULARITY_HINT =
  "Write PARTITIONED BY DAY (HOUR, MONTH, YEAR), 'P1W', FLOOR(__time TO DAY), TIME_FLOOR(__time, 'PT1H') or ALL";

export function bindIngest(body: Ingest, session: Session): BoundIngest {
  const { table: name, word } = body;
  const schema = name.schema === null ? session.context.schema : schemaOf(session.dialect, name.schema.text);
  if (schema !== 'main')
    throw session.error(
      'BAD_ARGUMENTS',
      name,
      `${word} cannot write into the schema ${schema}`,
      'Write into druid',
    );
  const existing = session.findTable(tablePath(name));
  if (existing !== undefined && isView(existing))
    throw session.refuse(name, `${word} into the view ${existing.name}`, 'Change the tables that it reads');
  const granularity = granularityOf(body, session);
  if (body.query.orderBy === 'all' || body.query.orderBy.length > 0)
    throw session.error('BAD_ARGUMENTS', body.query, `${word} takes no ORDER BY`, 'Use CLUSTERED BY');
  const rollup = rollupOf(body.query, session);
  const { plan } = session.bindQuery(rollup?.query ?? body.query, NO_WITH);
  checkNames(plan, body, session);
  const outputs = outputsOf(plan, rollup?.folds ?? [], existing, body, granularity, session);
  return {
    kind: 'ingest',
    schema,
    table: existing?.name ?? name.name.text,
    where: session.position(name.name),
    columns: outputs.map(({ expr: _, ...output }) => output),
    rollup: rollup !== null,
    partitionedBy: { text: granularity, where: session.position(partitionSpan(body)) },
    clusteredBy: body.clusteredBy.map((item) => clusterAt(item, outputs, plan, session)),
    replaces: replacedBy(body, session),
    plan: session.optimized(
      project(
        plan,
        outputs.map(({ expr }) => expr),
        outputs.map((output) => output.name),
      ),
    ),
  };
}

const partitionSpan = ({ partitionedBy, table }: Ingest): Expression | Ingest['table'] =>
  partitionedBy === null || partitionedBy === 'all' ? table : partitionedBy;

function replacedBy({ overwrites }: Ingest, session: Session): BoundIngest['replaces'] {
  if (overwrites === null || overwrites === 'all') return overwrites;
  const ranges = timeRanges(overwrites, session);
  if (ranges.length > 0) return ranges;
  throw session.error('BAD_ARGUMENTS', overwrites, 'OVERWRITE WHERE holds for no time', 'Check its bounds');
}

/** The name or the period of the granularity; what it means is the database's. */
function granularityOf({ partitionedBy: node, word, query }: Ingest, session: Session): string {
  if (node === null)
    throw session.error('BAD_ARGUMENTS', query, `${word} lacks PARTITIONED BY`, GRANULARITY_HINT);
  if (node === 'all') return 'all';
  if (node.kind === 'name' && node.parts.length === 1) return node.parts[0].text;
  if (node.kind === 'string') return node.value;
  if (node.kind === 'call') {
    const [time, period] = node.args;
    const name = node.name.toUpperCase();
    if (name === 'FLOOR' && time?.kind === 'unit' && isTime(time.value)) return time.unit;
    if (name === 'TIME_FLOOR' && node.args.length === 2 && isTime(time) && period.kind === 'string')
      return period.value;
  }
  throw session.error('BAD_ARGUMENTS', node, 'PARTITIONED BY names no granularity', GRANULARITY_HINT);
}

const isTime = (node: Expression): boolean => node.kind === 'name' && node.parts.at(-1)?.text === TIME;

function checkNames({ schema }: Plan, { query }: Ingest, session: Session): void {
  const seen = new Set<string>();
  for (const { name } of schema) {
    if (/^EXPR\$\d+$/.test(name))
      throw session.error('BAD_ARGUMENTS', query, `The column ${name} has no name`, 'Write f(x) AS name');
    if (seen.has(name)) throw session.error('DUPLICATE_COLUMN', query, `The column ${name} is named twice`);
    seen.add(name);
  }
}

function outputsOf(
  { schema }: Plan,
  folds: readonly (Output['fold'] | undefined)[],
  existing: TableInfo | undefined,
  { query, word }: Ingest,
  granularity: string,
  session: Session,
): readonly Output[] {
  const timeAt = schema.findIndex(({ name }) => name === TIME);
  if (timeAt < 0 && granularity.toLowerCase() !== 'all')
    throw session.error(
      'BAD_ARGUMENTS',
      query,
      `${word} gives no ${TIME}, which PARTITIONED BY ${granularity} needs`,
      `Write TIME_PARSE("timestamp") AS ${TIME}, or PARTITIONED BY ALL`,
    );
  const given = schema[timeAt]?.type;
  if (given !== undefined && given.id !== 'timestamp')
    throw session.error(
      'BAD_ARGUMENTS',
      query,
      `${TIME} is ${typeName(given)}, not TIMESTAMP`,
      `Write TIME_PARSE(x) AS ${TIME} of a text, MILLIS_TO_TIMESTAMP(x) AS ${TIME} of a number`,
    );
  const timeColumn = existing?.columns.find(({ name }) => name === existing.timeColumn);
  if (existing !== undefined && timeColumn === undefined)
    throw session.refuse(
      query,
      `${word} into ${existing.name}, which has no time column,`,
      'Use plain INSERT',
    );
  const type = timeColumn?.type ?? TIME_TYPE;
  const time: Output = {
    name: timeColumn?.name ?? TIME,
    type,
    fold: null,
    // Druid's rows without a time are those of 1970.
    expr:
      given === undefined
        ? literal(0n, type)
        : cast(column(timeAt, given), nullable(type), session.castOptions(false)),
  };
  const others = schema.flatMap(({ name, type }, i): Output[] => {
    if (i === timeAt) return [];
    const known = existing?.columns.find((c) => c.name === name);
    const to = known?.type ?? storedType(type);
    return [{ name, type: to, fold: folds[i] ?? null, expr: assign(column(i, type), to, query, session) }];
  });
  return [time, ...others];
}

/** Truth is stored as a number, as Druid does; any column may lack a value. */
function storedType(type: LogicalType): LogicalType {
  if (type.id === 'state') return type;
  if (type.id === 'bool') return nullable(INT64);
  return nullable(type.id === 'null' ? STRING : type);
}

function clusterAt(
  { value, descending }: SortItem,
  outputs: readonly Output[],
  { schema }: Plan,
  session: Session,
): number {
  if (descending)
    throw session.error('BAD_ARGUMENTS', value, 'CLUSTERED BY sorts upwards only', 'Leave DESC out');
  const name =
    value.kind === 'name'
      ? value.parts.at(-1)?.text
      : value.kind === 'number'
        ? schema[Number(value.text) - 1]?.name
        : undefined;
  const at = name === TIME ? 0 : outputs.findIndex((output) => output.name === name);
  if (at >= 0) return at;
  throw session.error(
    'BAD_ARGUMENTS',
    value,
    'CLUSTERED BY names no column of the query',
    session.didYouMean(
      name ?? '',
      schema.map((field) => field.name),
    ) ?? 'Write the name of a column, or its number in the SELECT list',
  );
}
