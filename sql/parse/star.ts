/** `*`, `t.*` and COLUMNS(...) to AST, with what changes the columns they stand for. */

import type { Expression, ExpressionOf, Identifier, Span } from '../ast/expression.ts';
import type { PrimaryContext, StarChangeContext, StarRenamingContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf, nameParts } from './name.ts';
import { ALL_COLUMNS } from './select-from.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

/** COLUMNS('pattern'), COLUMNS(a, b) or COLUMNS(* EXCLUDE (a)), which is the star itself. */
export function chosenColumns(context: PrimaryContext, where: Span, source: Source): ExpressionOf<'star'> {
  const items = context.expression().map((e) => buildExpression(e, source));
  const [first] = items;
  const changes = context.starChange();
  // All of them, so that what stands around it is of each: COLUMNS(*)::VARCHAR.
  if (items.length === 1 && first.kind === 'star' && changes.length === 0)
    return source.dialect === 'standard' && first.only === null ? { ...first, only: '' } : first;
  const names = items.flatMap((item) => (item.kind === 'name' && item.parts.length === 1 ? item.parts : []));
  if (items.length === 1 && first.kind === 'lambda' && source.dialect === 'standard')
    return { ...ALL_COLUMNS, only: first, ...starChanges(changes, source), ...where };
  const isPattern = items.length === 1 && first.kind === 'string';
  if (!isPattern && names.length < items.length)
    throw source.error(
      items.find((item) => item.kind !== 'name' || item.parts.length > 1) ?? where,
      'COLUMNS takes a pattern or names',
      "Write COLUMNS('^a'), COLUMNS(a, b) or COLUMNS(* EXCLUDE (a))",
    );
  const only = isPattern ? first.value : names;
  return { ...ALL_COLUMNS, only, ...starChanges(changes, source), ...where };
}

export function starChanges(
  changes: readonly StarChangeContext[],
  source: Source,
): Pick<ExpressionOf<'star'>, 'except' | 'replace' | 'rename' | 'apply'> {
  const except: Identifier[] = [];
  const replace: { name: Identifier; value: Expression }[] = [];
  const rename: { name: Identifier; to: Identifier }[] = [];
  const apply: Expression[] = [];
  for (const change of changes) {
    const names = change.identifier().map(identifierOf);
    const values = change.expression().map((e) => buildExpression(e, source));
    if (change.APPLY() !== null)
      apply.push(...values, ...names.map((name): Expression => ({ kind: 'name', parts: [name], ...name })));
    else if (change.RENAME() !== null)
      rename.push(...change.starRenaming().map((r) => renamingOf(r, source)));
    else if (change.REPLACE() === null) except.push(...names);
    else values.forEach((value, i) => void replace.push({ name: names[i], value }));
  }
  for (const { name } of rename)
    if ([...except, ...replace.map((r) => r.name)].some(({ text }) => text === name.text))
      throw source.error(name, `The column ${name.text} is renamed, and left out or replaced, too`);
  return { except, replace, rename, apply };
}

function renamingOf(context: StarRenamingContext, source: Source): { name: Identifier; to: Identifier } {
  if (source.dialect !== 'standard')
    throw source.refuse(span(context), '* RENAME', 'Write the columns out with AS');
  const parts = nameParts(context.qualifiedName());
  return { name: parts[parts.length - 1], to: identifierOf(context.identifier()) };
}
