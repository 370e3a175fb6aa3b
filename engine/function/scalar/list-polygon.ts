/** Operations of whole arrays (array.ts) on polygons: rings of points. */

import { BasaltError } from '../../base/error.ts';
import { asNumber, type List, type Operation, scalar } from './list.ts';

type Point = readonly [x: number, y: number];

const pointOf = (item: List): Point => [asNumber(item[0]), asNumber(item[1])];

/** By the edges that a ray crosses; a point of an edge is inside. */
function isInside([x, y]: Point, ring: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
    const turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    const spans =
      x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
    if (turn === 0 && spans) return true;
    if (ay > y !== by > y && turn > 0 === by > ay) inside = !inside;
  }
  return inside;
}

export const LIST_POLYGONS: Readonly<Record<string, Operation>> = {
  /** A point, a ring, and rings that are cut out of it. */
  in_polygon: ([point, ...given]) => {
    const at = pointOf(scalar(point) as List);
    const rings = given.map((ring) => ring.map((item) => pointOf(item as List)));
    if (rings.some((ring) => ring.length < 3))
      throw new BasaltError('BAD_ARGUMENTS', 'Polygon is not valid: Geometry has too few points');
    const [outer, ...holes] = rings;
    return isInside(at, outer) && !holes.some((hole) => isInside(at, hole));
  },
};
