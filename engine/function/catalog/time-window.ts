/** ClickHouse's windows of time: tumbling ones touch, hopping ones overlap. The binder splits INTERVALs into count and unit. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { fieldsOf, type LogicalType, type } from '../../type/type.ts';
import { int } from '../call.ts';
import { retype } from '../cast.ts';
import { addUnits, CUT_UNITS, zoneOf } from '../moment.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { cutIn } from './clickhouse-time.ts';
import { isTuple, partsOf, unnamed } from './compose.ts';
import { unitName } from './time.ts';

type Window = { readonly start: Expr; readonly end: Expr };
type Span = { readonly count: bigint; readonly unit: string };

const isSeconds = (arg: Argument | undefined): boolean =>
  arg?.type.id === 'timestamp' && arg.type.precision === 0;

function spanOf(count: Argument | undefined, unit: Argument | undefined): Span | undefined {
  const name = unitName(unit);
  if (typeof count?.value !== 'bigint' || name === undefined || !CUT_UNITS.includes(name)) return undefined;
  if (count.value > 0n) return { count: count.value, unit: name };
  throw new BasaltError('ARGUMENT_OUT_OF_BOUND', 'The length of a window of time must be positive');
}

/** Made of the arguments behind which a zone may stand; undefined: they do not fit. */
type Make = (args: readonly Argument[], context: ResolveContext) => ((at: Expr) => Window) | undefined;

const moved = (at: Expr, count: bigint | Expr, unit: string, zone: string): Expr =>
  retype(addUnits(at, typeof count === 'bigint' ? int(count) : count, unit, zone, 'earliest'), at.type);

const tumble: Make = (args, context) => {
  const [moment, count, unit, zone] = args;
  const span = spanOf(count, unit);
  if (args.length < 3 || args.length > 4 || !isSeconds(moment) || span === undefined) return undefined;
  const where = typeof zone?.value === 'string' ? zone.value : zoneOf(moment.type, context.timeZone);
  return (at) => {
    const start = cutIn(moment.type, zone, context)(at, span.unit, Number(span.count));
    return { start, end: moved(start, span.count, span.unit, where) };
  };
};

/** The first window that a moment is in: it ends where the hop that the moment is in does. */
const hop: Make = (args, context) => {
  const [moment, hopCount, hopUnit, count, unit, zone] = args;
  const [step, span] = [spanOf(hopCount, hopUnit), spanOf(count, unit)];
  if (args.length < 5 || args.length > 6 || !isSeconds(moment)) return undefined;
  if (step === undefined || span === undefined || step.unit !== span.unit) return undefined;
  if (step.count > span.count)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', 'Hops must not be longer than their windows');
  const where = typeof zone?.value === 'string' ? zone.value : zoneOf(moment.type, context.timeZone);
  return (at) => {
    const from = cutIn(moment.type, zone, context)(at, step.unit, Number(step.count));
    const end = moved(from, step.count, step.unit, where);
    return { start: moved(end, -span.count, span.unit, where), end };
  };
};

const windowOf =
  (make: Make, part: (window: Window) => Expr): Resolve =>
  (args, context) => {
    const found = make(args, context);
    return found === undefined
      ? undefined
      : { casts: args.map((a) => a.type), build: ([at]) => part(found(at)) };
  };

/** Of a window that is there as a tuple, or of what makes one. */
const edgeOf =
  (make: Make, edge: keyof Window): Resolve =>
  (args, context) =>
    args.length === 1 && isTuple(args[0]) && fieldsOf(args[0].type).length === 2
      ? { casts: [args[0].type], build: ([window]) => partsOf(window)[edge === 'start' ? 0 : 1] }
      : windowOf(make, (window) => window[edge])(args, context);

/** The number of a window: where it ends, or the hop that it begins with. */
const windowId: Resolve = (args, context) => {
  const hopped = args.length >= 5;
  const number = (moment: Expr): Expr => {
    const id: LogicalType = type(moment.type.id === 'date' ? 'uint16' : 'uint32');
    return retype(moment, moment.type.nullable ? { ...id, nullable: true } : id);
  };
  const found = (hopped ? hop : tumble)(args, context);
  if (found === undefined || hopped) return undefined;
  return { casts: args.map((a) => a.type), build: ([at]) => number(found(at).end) };
};

const AT = "toDateTime('2024-05-06 07:38:09', 'UTC')";
const TEN = 'INTERVAL 10 MINUTE';
const HOP = `INTERVAL 3 MINUTE, ${TEN}`;

const row = (
  name: string,
  resolve: Resolve,
  args: string,
  doc: string,
  sql: string,
  result: string,
): TableRow => [[name], resolve, `${name}(${args})`, doc, `SELECT ${sql}`, result];

const TUMBLE = 'moment, INTERVAL count unit [, zone]';
const HOPS = 'moment, INTERVAL hop, INTERVAL length [, zone]';

export const TIME_WINDOWS: readonly FunctionRow[] = [
  row(
    'tumble',
    windowOf(tumble, ({ start, end }) => unnamed([start, end])),
    TUMBLE,
    'Start and end of the window that a moment is in.',
    `toString(tumble(${AT}, ${TEN}))`,
    "('2024-05-06 07:30:00','2024-05-06 07:40:00')",
  ),
  row(
    'tumbleStart',
    edgeOf(tumble, 'start'),
    TUMBLE,
    'Start of the window that a moment is in.',
    `tumbleStart(${AT}, ${TEN})`,
    '2024-05-06 07:30:00',
  ),
  row(
    'tumbleEnd',
    edgeOf(tumble, 'end'),
    TUMBLE,
    'End of the window that a moment is in.',
    `tumbleEnd(${AT}, ${TEN})`,
    '2024-05-06 07:40:00',
  ),
  row(
    'hop',
    windowOf(hop, ({ start, end }) => unnamed([start, end])),
    HOPS,
    'Start and end of the first window that a moment is in; one begins with every hop.',
    `toString(hop(${AT}, ${HOP}))`,
    "('2024-05-06 07:29:00','2024-05-06 07:39:00')",
  ),
  row(
    'hopStart',
    edgeOf(hop, 'start'),
    HOPS,
    'Start of the first window that a moment is in.',
    `hopStart(${AT}, ${HOP})`,
    '2024-05-06 07:29:00',
  ),
  row(
    'hopEnd',
    edgeOf(hop, 'end'),
    HOPS,
    'End of the first window that a moment is in.',
    `hopEnd(${AT}, ${HOP})`,
    '2024-05-06 07:39:00',
  ),
  row(
    'windowID',
    windowId,
    TUMBLE,
    'The number of the window that a moment is in: where it ends.',
    `windowID(${AT}, ${TEN})`,
    '1714981200',
  ),
].map((given) => ({ ...clickhouseScalar(given), splitsIntervals: true }));
