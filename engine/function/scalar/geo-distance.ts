/**
 * Distances between places as ClickHouse computes them: near ones on a plane that is scaled by latitude, far ones by the haversine formula, both
 * with tables between whose entries values are interpolated. Angles are degrees, distances metres.
 */

const COSINES = 1024;
const ARCS = 512;
const METRICS = 1024;
/** Of the sphere with the surface of WGS 84. */
const RADIUS = 6_371_007.180918474;
const DIAMETER = 2 * RADIUS;
const DEGREE = Math.PI / 180;
/** Longitudes nearer than this are on one plane. */
const NEAR = 13;

const table = (size: number, entry: (i: number) => number): Float64Array =>
  Float64Array.from({ length: size + 1 }, (_, i) => entry(i));
const latitudeOf = (i: number): number => i * (Math.PI / METRICS) - Math.PI / 2;
const square = (x: number): number => x * x;

const cosines = table(COSINES, (i) => Math.cos((i * 2 * Math.PI) / COSINES));
const arcs = table(ARCS, (i) => Math.asin(Math.sqrt(i / ARCS)));

/** Squared lengths of a degree of latitude and of longitude, by latitude. */
type Metric = { readonly latitude: Float64Array; readonly longitude: Float64Array };

const onSphere = (degree: number): Metric => ({
  latitude: table(METRICS, () => square(degree)),
  longitude: table(METRICS, (i) => square(degree * Math.cos(latitudeOf(i)))),
});

const METRIC = {
  degrees: onSphere(1),
  sphere: onSphere((DIAMETER * Math.PI) / 360),
  ellipsoid: {
    latitude: table(METRICS, (i) =>
      square(111132.09 - 566.05 * Math.cos(2 * latitudeOf(i)) + 1.2 * Math.cos(4 * latitudeOf(i))),
    ),
    longitude: table(METRICS, (i) =>
      square(
        111415.13 * Math.cos(latitudeOf(i)) -
          94.55 * Math.cos(3 * latitudeOf(i)) +
          0.12 * Math.cos(5 * latitudeOf(i)),
      ),
    ),
  },
} satisfies Record<string, Metric>;

const between = (of: Float64Array, i: number, share: number): number => of[i] + (of[i + 1] - of[i]) * share;

/** @param quarters by which the angle is turned back: 0 for a cosine, 1 for a sine */
function wave(angle: number, quarters: number): number {
  const place = Math.abs(angle) * (COSINES / Math.PI / 2);
  const whole = Math.floor(place);
  return between(cosines, (whole - (quarters * COSINES) / 4) & (COSINES - 1), place - whole);
}

/** asin(sqrt(x)): by a series, by the table, by itself. */
function arc(x: number): number {
  if (x < 0.122) {
    const y = Math.sqrt(x);
    return y + x * y * 0.166666666666666 + x * x * y * 0.075 + x * x * x * y * 0.044642857142857;
  }
  if (x >= 0.948) return Math.asin(Math.sqrt(x));
  const whole = Math.floor(x * ARCS);
  return between(arcs, whole, x * ARCS - whole);
}

/** Of angles, around the circle. */
function apart(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return difference > 180 ? 360 - difference : difference;
}

/** @param whole what the arc of a half is multiplied with */
const distance =
  ({ latitude, longitude }: Metric, whole: number) =>
  (lon1: number, lat1: number, lon2: number, lat2: number): number => {
    const [x, y] = [apart(lon1, lon2), apart(lat1, lat2)];
    if (x < NEAR) {
      const middle = ((lat1 + lat2 + 180) * METRICS) / 360;
      const i = Math.floor(middle) & (METRICS - 1);
      const share = middle - i;
      return Math.sqrt(between(latitude, i, share) * y * y + between(longitude, i, share) * x * x);
    }
    const half =
      square(wave((y * DEGREE) / 2, 1)) +
      wave(lat1 * DEGREE, 0) * wave(lat2 * DEGREE, 0) * square(wave((x * DEGREE) / 2, 1));
    return whole * arc(half);
  };

/** Longitude and latitude of both places. */
export const DISTANCES = {
  great_circle_angle: distance(METRIC.degrees, 360 / Math.PI),
  great_circle_distance: distance(METRIC.sphere, DIAMETER),
  geo_distance: distance(METRIC.ellipsoid, DIAMETER),
} as const;
