/** The plan of an order: joins with their keys, filters where they can first be decided, and the region's columns on top. */

import { allOf } from '../../function/call.ts';
import { columnsOf, type Expr } from '../expr.ts';
import type { Field, JoinPlan, Plan } from '../node.ts';
import { renumber } from '../rules/substitute.ts';
import { attachment, type Joined } from './cost.ts';
import { equality, type JoinGraph, keySides } from './graph.ts';
import type { Attachment, Equality, Region } from './region.ts';
import { has, numberOf, within } from './relation-set.ts';

/** A plan and the region's columns it gives, in order. */
type Part = { readonly plan: Plan; readonly columns: readonly number[] };

export function assemble(region: Region, graph: JoinGraph, order: Joined, schema: readonly Field[]): Plan {
  const all = filtered(new Assembler(region, graph).part(order), graph.late);
  return {
    kind: 'project',
    input: all.plan,
    exprs: region.output.map((expr) => placed(expr, all.columns)),
    schema,
  };
}

class Assembler {
  readonly #region: Region;
  readonly #graph: JoinGraph;

  constructor(region: Region, graph: JoinGraph) {
    this.#region = region;
    this.#graph = graph;
  }

  part(order: Joined): Part {
    if (order.sides === null) {
      const i = numberOf(order.set);
      const plan = this.#graph.plans[i];
      return { plan, columns: plan.schema.map((_, c) => this.#graph.relations[i].first + c) };
    }
    const [left, right] = order.sides;
    const [one, other] = [this.part(left), this.part(right)];
    const attached = attachment(this.#graph, right);
    if (attached !== null) return this.#attach(left, one, other, attached, order);
    const exchanged = attachment(this.#graph, left);
    if (exchanged !== null) return this.#attach(right, other, one, exchanged, order);
    return this.#join(left, one, right, other);
  }

  #join(left: Joined, one: Part, right: Joined, other: Part): Part {
    const keys: Equality[] = this.#crossing(left.set, right.set);
    const rest: Expr[] = [];
    for (const condition of this.#decided(left, right)) {
      const sides = keySides(condition, left.set, right.set);
      if (sides === null) rest.push(condition.expr);
      else keys.push(sides);
    }
    const columns = [...one.columns, ...other.columns];
    const plan: JoinPlan = {
      kind: 'join',
      join: keys.length === 0 ? 'cross' : 'inner',
      left: one.plan,
      right: other.plan,
      leftKeys: keys.map(([a]) => placed(a, one.columns)),
      rightKeys: keys.map(([, b]) => placed(b, other.columns)),
      residual: keys.length === 0 || rest.length === 0 ? null : placed(allOf(rest), columns),
      nullSafe: false,
      defaultIfUnmatched: false,
      schema: [...one.plan.schema, ...other.plan.schema],
    };
    return filtered({ plan, columns }, keys.length === 0 ? rest : []);
  }

  /** The join the relation came with, whatever was joined before. With the relation as the left side, left is right. */
  #attach(kept: Joined, one: Part, other: Part, attached: Attachment, order: Joined): Part {
    const { plan: written, join, leftKeys, rightKeys, residual } = attached;
    const exchanged = order.sides?.[0] !== kept;
    const sides = exchanged ? [other, one] : [one, other];
    const columns = sides.flatMap((side) => side.columns);
    const ownKeys = leftKeys.map((key) => placed(key, one.columns));
    const fields = other.columns.map((c) => this.#region.fields[c]);
    const schemas = exchanged ? [fields, one.plan.schema] : [one.plan.schema, fields];
    const half = join !== 'left';
    const plan: JoinPlan = {
      ...written,
      join: exchanged ? 'right' : join,
      left: sides[0].plan,
      right: sides[1].plan,
      leftKeys: exchanged ? rightKeys : ownKeys,
      rightKeys: exchanged ? ownKeys : rightKeys,
      residual: residual === null ? null : placed(residual, columns),
      schema: half ? one.plan.schema : schemas.flat(),
    };
    const relation = order.set & ~kept.set;
    const now = this.#graph.conditions.filter(({ set }) => within(set, order.set) && !within(set, kept.set));
    const equal = this.#crossing(kept.set, relation).map(equality);
    return filtered({ plan, columns: half ? one.columns : columns }, [
      ...equal,
      ...now.map(({ expr }) => expr),
    ]);
  }

  /** A pair for every class with members on both sides. */
  #crossing(left: number, right: number): Equality[] {
    return this.#graph.classes.flatMap((members): Equality[] => {
      const a = members.find((m) => has(left, m.relation));
      const b = members.find((m) => has(right, m.relation));
      return a === undefined || b === undefined ? [] : [[a.expr, b.expr]];
    });
  }

  /** Conditions that need both sides. */
  #decided(left: Joined, right: Joined) {
    const set = left.set | right.set;
    return this.#graph.conditions.filter(
      (c) => within(c.set, set) && !within(c.set, left.set) && !within(c.set, right.set),
    );
  }
}

function filtered(part: Part, conditions: readonly Expr[]): Part {
  if (conditions.length === 0) return part;
  const predicate = placed(allOf(conditions), part.columns);
  return { ...part, plan: { kind: 'filter', input: part.plan, predicate, schema: part.plan.schema } };
}

/** An expression over the region's columns as one over a part's. */
const placed = (expr: Expr, columns: readonly number[]): Expr =>
  renumber(expr, new Map(columnsOf(expr).map((c) => [c, columns.indexOf(c)])));
