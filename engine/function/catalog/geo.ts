/** ClickHouse's functions of places: distances, geohashes, ellipses and polygons. Longitudes come first. */

import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  fieldsOf,
  isFloat,
  isNumeric,
  type LogicalType,
  laneOf,
  STRING,
  tuple,
  type,
} from '../../type/type.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { BYTES, clickhouseScalar, INTEGER, literalInt, type Param, simple } from '../signature.ts';
import { arrayOperation } from './lambda.ts';

/** Integers are none. */
const FLOAT: Param = ({ type: of }) =>
  isFloat(of) || of.id === 'null' ? { ...FLOAT64, nullable: of.nullable } : undefined;
const DOUBLE: Param = ({ type: of }) => (of.id === 'float64' ? of : undefined);

const isAngle = ({ type: of }: Argument): boolean =>
  (isNumeric(of) && of.id !== 'decimal') || of.id === 'null';

/** Float64 if an argument is. */
const distance =
  (fn: string): Resolve =>
  (args) => {
    if (args.length !== 4 || !args.every(isAngle)) return undefined;
    const wide = args.some((arg) => arg.type.id === 'float64');
    return {
      fn,
      casts: args.map((arg) => ({ ...FLOAT64, nullable: arg.type.nullable })),
      type: wide ? FLOAT64 : type('float32'),
    };
  };

const place = tuple(['longitude', 'latitude'].map((name) => ({ name, type: FLOAT64 })));

/** A point, and ellipses of four numbers each. */
const ellipses: Resolve = (args, context) =>
  args.length >= 6 && args.length % 4 === 2
    ? simple('point_in_ellipses', [DOUBLE], BOOL, { variadic: true })(args, context)
    : undefined;

const isPoint = (of: LogicalType): boolean =>
  of.id === 'tuple' &&
  !of.nullable &&
  fieldsOf(of).length === 2 &&
  fieldsOf(of).every(
    (field) => isNumeric(field.type) && !field.type.nullable && laneOf(field.type) !== 'str',
  );
const isRing = ({ type: of }: Argument): boolean => of.id === 'array' && isPoint(elementOf(of));

/** A polygon by its rings, each an argument. */
const polygon: Resolve = ([point, ...rings]) => {
  if (point === undefined || !isPoint(point.type) || rings.length === 0 || !rings.every(isRing))
    return undefined;
  return {
    casts: [point, ...rings].map((arg) => arg.type),
    build: (values) => arrayOperation('in_polygon', values, BOOL),
  };
};

const FOUR = '(longitude, latitude, longitude, latitude)';

const ROWS: readonly TableRow[] = [
  [
    ['greatCircleDistance'],
    distance('great_circle_distance'),
    `greatCircleDistance${FOUR}`,
    'Metres between two places on a sphere.',
    'SELECT round(greatCircleDistance(0., 0., 0., 1.))',
    '111195.0',
  ],
  [
    ['greatCircleAngle'],
    distance('great_circle_angle'),
    `greatCircleAngle${FOUR}`,
    'Degrees between two places on a sphere.',
    'SELECT round(greatCircleAngle(0., 0., 0., 90.), 3)',
    '90.0',
  ],
  [
    ['geoDistance'],
    distance('geo_distance'),
    `geoDistance${FOUR}`,
    'Metres between two places on the ellipsoid of WGS 84.',
    'SELECT round(geoDistance(0., 0., 0., 1.))',
    '110567.0',
  ],
  [
    ['geohashEncode'],
    simple('geohash', [FLOAT, FLOAT, INTEGER], STRING, { defaults: [literalInt(12)] }),
    'geohashEncode(longitude, latitude [, length])',
    'The geohash of a place, of up to 12 letters.',
    'SELECT geohashEncode(-5.60302734375, 42.593994140625, 5)',
    'ezs42',
  ],
  [
    ['geohashDecode'],
    simple('geohash_middle', [BYTES], place),
    'geohashDecode(geohash)',
    'Longitude and latitude of the middle of a geohash.',
    "SELECT toString(geohashDecode('ezs42'))",
    '(-5.60302734375,42.60498046875)',
  ],
  [
    ['geohashesInBox'],
    simple('geohashes_in', [FLOAT, FLOAT, FLOAT, FLOAT, INTEGER], array(STRING)),
    'geohashesInBox(west, south, east, north, length)',
    'The geohashes of the cells that meet a box.',
    'SELECT toString(geohashesInBox(24.48, 40.56, 24.785, 40.81, 3))',
    "['sx1','sx3']",
  ],
  [
    ['pointInEllipses'],
    ellipses,
    'pointInEllipses(x, y, center x, center y, a, b, ...)',
    'Whether a point is in one of ellipses along the axes.',
    'SELECT pointInEllipses(1., 0., 0., 0., 2., 1.)',
    '1',
  ],
  [
    ['pointInPolygon'],
    polygon,
    'pointInPolygon(point, ring, hole, ...)',
    'Whether a point is in a polygon and not in one of its holes; on an edge it is in a ring.',
    'SELECT pointInPolygon((1, 1), [(0, 0), (0, 2), (2, 2), (2, 0)])',
    '1',
  ],
];

export const PLACES: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
