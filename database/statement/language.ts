/**
 * SQL: the parser, the binder and the table of functions. They are more than half of the library's code, and a database opens
 * without them: they are loaded behind opening, and the first statement waits for what is left of that.
 */

import { assert } from '../../engine/base/error.ts';

type Language = typeof import('../../sql/index.ts');

/** All databases of the process share it. */
let loading: Promise<Language> | null = null;
let loaded: Language | null = null;

export async function loadLanguage(): Promise<void> {
  loading ??= import('../../sql/index.ts');
  loaded = await loading;
}

/** For whoever runs because of a statement, which has waited for {@link loadLanguage}. */
export function language(): Language {
  assert(loaded !== null, 'the language is loaded before a statement runs');
  return loaded;
}
