/**
 * A region of a plan whose joins may be done in any order: inner and cross joins with the filters and plain projections between
 * them, and the left, semi and anti joins whose left side is in the region.
 *
 * Columns of the region are numbered through its relations in the order they are written, whatever the plan does with them
 * meanwhile; expressions here are over these numbers. Sets of relations are bits of an integer.
 */

import { conjuncts, retype } from '../../function/call.ts';
import { column, columnsOf, type Expr, rewrite } from '../expr.ts';
import type { Field, JoinPlan, Plan } from '../node.ts';
import { isDeterministic } from '../rules/deterministic.ts';
import { mapInputs } from '../rules/map-inputs.ts';

/** Relations of a region: their sets are bits of a positive 32-bit integer. */
export const MAX_RELATIONS = 30;

/** How a relation comes to the others: freely, or by one join as its right side, once all it `needs` are there. */
export type Attachment = {
  readonly join: 'left' | 'semi' | 'anti';
  readonly needs: number;
  /** Over the region's columns. */
  readonly leftKeys: readonly Expr[];
  /** Over the relation's own columns. */
  readonly rightKeys: readonly Expr[];
  /** Over the region's columns. */
  readonly residual: Expr | null;
  readonly plan: JoinPlan;
};

export type Relation = {
  readonly plan: Plan;
  /** Number of its first column. */
  readonly first: number;
  readonly attached: Attachment | null;
};

/** The joins as they were written: a relation's number, or two sides. */
export type Written = number | readonly [Written, Written];

/** Two sides of an equality that all rows of the result satisfy. */
export type Equality = readonly [Expr, Expr];

export type Region = {
  readonly relations: readonly Relation[];
  /** By column number, as it is once its relation has been joined. */
  readonly fields: readonly Field[];
  readonly equalities: readonly Equality[];
  /** What else they satisfy, in the order it was written. */
  readonly conditions: readonly Expr[];
  /** What the region gives, in order. */
  readonly output: readonly Expr[];
  readonly written: Written;
};

type Visited = { readonly columns: readonly Expr[]; readonly written: Written };

/** Null when there is nothing to order. */
export function regionOf(plan: Plan): Region | null {
  if (!isInside(plan)) return null;
  const count = relationCount(plan);
  if (count < 2 || count > MAX_RELATIONS) return null;
  const collector = new Collector();
  const { columns, written } = collector.visit(plan);
  return { ...collector, output: columns, written };
}

/** The region with other plans in the place of its relations, its joins as they were written. */
export function mapRelations(plan: Plan, change: (relation: Plan) => Plan): Plan {
  if (!isInside(plan)) return change(plan);
  const inner = (input: Plan): Plan => mapRelations(input, change);
  if (plan.kind !== 'join') return mapInputs(plan, inner);
  return { ...plan, left: inner(plan.left), right: isFree(plan) ? inner(plan.right) : change(plan.right) };
}

/** The expression over a node's columns as one over the region's. */
const over = (expr: Expr, columns: readonly Expr[]): Expr =>
  rewrite(expr, (node) => (node.kind === 'column' ? retype(columns[node.index], node.type) : node));

/** Nodes within a region; anything else is a relation of it. */
function isInside(plan: Plan): boolean {
  switch (plan.kind) {
    case 'filter':
      return isDeterministic(plan.predicate) && isInside(plan.input);
    case 'project':
      return plan.exprs.every((e) => e.kind === 'column') && isInside(plan.input);
    case 'join':
      return isFree(plan) || isAttaching(plan);
    default:
      return false;
  }
}

const isFree = (plan: JoinPlan): boolean =>
  (plan.join === 'inner' || plan.join === 'cross') &&
  !plan.nullSafe &&
  plan.pick === undefined &&
  conditionsAreDeterministic(plan);

const isAttaching = (plan: JoinPlan): boolean =>
  (plan.join === 'left' || plan.join === 'semi' || plan.join === 'anti') &&
  plan.pick === undefined &&
  conditionsAreDeterministic(plan);

const conditionsAreDeterministic = ({ leftKeys, rightKeys, residual }: JoinPlan): boolean =>
  [...leftKeys, ...rightKeys, ...(residual === null ? [] : [residual])].every(isDeterministic);

function relationCount(plan: Plan): number {
  if (!isInside(plan)) return 1;
  if (plan.kind === 'join') return relationCount(plan.left) + (isFree(plan) ? relationCount(plan.right) : 1);
  return plan.kind === 'filter' || plan.kind === 'project' ? relationCount(plan.input) : 1;
}

class Collector {
  readonly relations: Relation[] = [];
  readonly fields: Field[] = [];
  readonly equalities: Equality[] = [];
  readonly conditions: Expr[] = [];

  visit(plan: Plan): Visited {
    if (!isInside(plan)) return this.#relation(plan, plan.schema, null);
    switch (plan.kind) {
      case 'filter': {
        const input = this.visit(plan.input);
        for (const c of conjuncts(plan.predicate)) this.#condition(over(c, input.columns));
        return input;
      }
      case 'project': {
        const input = this.visit(plan.input);
        return { ...input, columns: plan.exprs.map((e) => over(e, input.columns)) };
      }
      default:
        return isFree(plan as JoinPlan) ? this.#free(plan as JoinPlan) : this.#attaching(plan as JoinPlan);
    }
  }

  #relation(plan: Plan, fields: readonly Field[], attached: Attachment | null): Visited {
    const first = this.fields.length;
    this.fields.push(...fields);
    this.relations.push({ plan, first, attached });
    const columns = fields.map((field, i) => column(first + i, field.type));
    return { columns, written: this.relations.length - 1 };
  }

  #free(plan: JoinPlan): Visited {
    const left = this.visit(plan.left);
    const right = this.visit(plan.right);
    const columns = [...left.columns, ...right.columns];
    plan.leftKeys.forEach((key, k) => {
      this.equalities.push([over(key, left.columns), over(plan.rightKeys[k], right.columns)]);
    });
    const residual = plan.residual === null ? [] : conjuncts(plan.residual);
    for (const c of residual) this.#condition(over(c, columns));
    return { columns, written: [left.written, right.written] };
  }

  /** An equality between two relations may become a key. */
  #condition(condition: Expr): void {
    if (condition.kind === 'call' && /^eq_/.test(condition.fn)) {
      const [a, b] = condition.args;
      const [ofA, ofB] = [this.relationsOf(columnsOf(a)), this.relationsOf(columnsOf(b))];
      if (ofA !== 0 && ofB !== 0 && (ofA & ofB) === 0) {
        this.equalities.push([a, b]);
        return;
      }
    }
    this.conditions.push(condition);
  }

  #attaching(plan: JoinPlan): Visited {
    const left = this.visit(plan.left);
    const first = this.fields.length;
    const width = plan.left.schema.length;
    const inner = plan.right.schema.map((field, i) => column(first + i, field.type));
    const leftKeys = plan.leftKeys.map((key) => over(key, left.columns));
    const residual = plan.residual === null ? null : over(plan.residual, [...left.columns, ...inner]);
    const own = residual === null ? [] : columnsOf(residual).filter((c) => c < first);
    const needs = this.relationsOf([...columnsOf(...leftKeys), ...own]);
    const join = plan.join as Attachment['join'];
    const { rightKeys } = plan;
    const fields = join === 'left' ? plan.schema.slice(width) : plan.right.schema;
    const right = this.#relation(plan.right, fields, { join, needs, leftKeys, rightKeys, residual, plan });
    const columns = join === 'left' ? [...left.columns, ...right.columns] : left.columns;
    return { columns, written: [left.written, right.written] };
  }

  relationsOf(columns: readonly number[]): number {
    return relationsOf(this.relations, columns);
  }
}

/** The relations of columns, as bits. */
export function relationsOf(relations: readonly Relation[], columns: readonly number[]): number {
  let set = 0;
  for (const c of columns) set |= 1 << relations.findLastIndex(({ first }) => first <= c);
  return set;
}
