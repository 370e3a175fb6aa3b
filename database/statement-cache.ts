/**
 * What statements of texts seen before mean: parsed, and for queries bound to a plan, so that a dashboard's next refresh
 * does neither again.
 *
 * A bound query holds as long as the catalog is as it was, for the same schema, time zone, settings and temporary tables. One that asked for
 * the time, or has parameters, is bound every time.
 */

import type { BindContext, BoundStatement, Dialect, Statement } from '../sql/index.ts';
import { language } from './statement/language.ts';

const MAX_ENTRIES = 256;

type BoundEntry = { readonly bound: BoundStatement; readonly catalogVersion: number };

export class StatementCache {
  readonly #parsed = new Recent<Statement>();
  readonly #bound = new Recent<BoundEntry>();

  parse(text: string, dialect: Dialect): Statement {
    return this.#parsed.get(`${dialect}:${text}`, () => language().parseStatement(text, dialect));
  }

  /** @param catalogVersion changes whenever the catalog does */
  bind(text: string, context: BindContext, catalogVersion: number): BoundStatement {
    const { dialect, schema, timeZone, settings, parameters, temporary = [] } = context;
    const { bind } = language();
    if (Object.keys(parameters).length > 0) return bind(this.parse(text, dialect), context);
    const own = temporary.map(({ id }) => id);
    const key = JSON.stringify([dialect, schema, timeZone, settings, own, text]);
    const known = this.#bound.find(key);
    if (known?.catalogVersion === catalogVersion) return known.bound;
    // Files and rows may change at any time, as the time does.
    let timed = false;
    const { files, now, rows, rowsOf } = context;
    const bound = bind(this.parse(text, dialect), {
      ...context,
      now:
        now &&
        (() => {
          timed = true;
          return now();
        }),
      ...(rowsOf === undefined
        ? {}
        : {
            rowsOf: (tableId: number) => {
              timed = true;
              return rowsOf(tableId);
            },
          }),
      ...(files === undefined
        ? {}
        : {
            files: {
              table: (request) => {
                timed = true;
                return files.table(request);
              },
            },
          }),
      rows: rows && {
        texts: (plan) => {
          timed = true;
          return rows.texts(plan);
        },
      },
    });
    if (bound.kind === 'query' && !timed) this.#bound.set(key, { bound, catalogVersion });
    return bound;
  }
}

/** The entries used last. */
class Recent<T> {
  readonly #entries = new Map<string, T>();

  find(key: string): T | undefined {
    const known = this.#entries.get(key);
    if (known === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > MAX_ENTRIES) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  get(key: string, make: () => T): T {
    const known = this.find(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }
}
