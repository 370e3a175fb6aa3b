/**
 * Rows that the meaning of a statement hangs on: the values that a PIVOT makes columns of. Binding cannot wait for them, so it ends where
 * they are not known yet; their plan is run, and binding begins again, as with files.
 */

import type { Plan } from '../../engine/plan/node.ts';
import type { RowsView } from '../../sql/index.ts';

class Unknown {
  readonly plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
  }
}

export class StatementRows implements RowsView {
  readonly #run: (plan: Plan) => Promise<readonly string[]>;
  /** In the order in which they are asked for, which is the same every time. */
  readonly #known: (readonly string[])[] = [];
  #asked = 0;

  /** @param run gives the texts of a plan's one column */
  constructor(run: (plan: Plan) => Promise<readonly string[]>) {
    this.#run = run;
  }

  texts(plan: Plan): readonly string[] {
    const known = this.#known[this.#asked++];
    if (known === undefined) throw new Unknown(plan);
    return known;
  }

  /** Calls `bind` until it has all rows it asks for. @param wait calls it until it has all else */
  async bound<T>(bind: () => T, wait: (bind: () => T) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await wait(() => {
          this.#asked = 0;
          return bind();
        });
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        this.#known.push(await this.#run(error.plan));
      }
    }
  }
}
