/**
 * Columns as expressions of DuckDB's SQL, for generators that make tables too wide or too large for JavaScript.
 *
 * A number is `hash(seed, thing, name)`: no state, so that rows can be made in any order, and what belongs to one thing is equal
 * wherever it shows. A power of a uniform number gives skew: `floor(n * u^k)` is k times denser at its low end than a uniform one
 * at every scale.
 */

/** An expression. `$seed` stands for the generator's seed. */
export type Sql = string;

/** Hashed twice: DuckDB combines several hashes by XOR, which alone would leave things of one seed related. */
const hash = (of: Sql, name: string): Sql => `hash(hash($seed, ${of}, '${name}'))`;

/** A uniform number in [0, 1). */
export const unit = (of: Sql, name: string): Sql => `((${hash(of, name)} >> 11) / 9007199254740992.0)`;
/** A uniform positive 64-bit integer. */
export const any = (of: Sql, name: string): Sql => `CAST(${hash(of, name)} >> 1 AS BIGINT)`;
/** A uniform integer in [0, count). */
export const below = (of: Sql, name: string, count: number): Sql =>
  `CAST(${hash(of, name)} % ${count} AS BIGINT)`;
/** An integer in [0, count), low ones more often; `power` 1 is uniform. */
export const skewed = (of: Sql, name: string, count: Sql, power: number): Sql =>
  `CAST(floor(${count} * pow(${unit(of, name)}, ${power})) AS BIGINT)`;
/** `then` for a share of the things, `otherwise` for the rest. */
export const share = (of: Sql, name: string, p: number, then: Sql, otherwise: Sql): Sql =>
  `CASE WHEN ${unit(of, name)} < ${p} THEN ${then} ELSE ${otherwise} END`;

const literal = (value: string | number): Sql =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
export const list = (values: readonly (string | number)[]): Sql => `[${values.map(literal).join(', ')}]`;

/** One of the values, earlier ones more often. */
export const pick = (of: Sql, name: string, values: readonly (string | number)[]): Sql =>
  `${list(values)}[1 + ${skewed(of, name, String(values.length), 2)}]`;
/** One of the values, each as often. */
export const choose = (of: Sql, name: string, values: readonly (string | number)[]): Sql =>
  `${list(values)}[1 + ${below(of, name, values.length)}]`;
