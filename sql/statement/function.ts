/** CREATE FUNCTION and DROP FUNCTION: what is kept is the text; it is bound where it is called. */

import { findFunction, findWindowFunction } from '../../engine/function/index.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { CreateFunction } from '../ast/statement.ts';
import type { SqlFunction } from '../bind/context.ts';
import { arrowOf, namesWithin } from '../bind/lambda-node.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';

type BoundCreate = Bare<'createFunction'>;

export function bindCreateFunction(body: CreateFunction, session: Session): BoundCreate {
  const { name, parameters, givesRows } = body;
  if (isBuiltIn(name.text, session))
    throw session.error('FUNCTION_ALREADY_EXISTS', name, `${name.text} is a function of Basalt's own`);
  parameters.forEach(({ name: p }, i) => {
    if (parameters.findIndex((other) => session.same(p.text, other.name.text)) < i)
      throw session.error('BAD_ARGUMENTS', p, `The parameter ${p.text} is named twice`);
  });
  checkNames(body, session);
  const textOf = ({ at, end }: Span): string => session.text.slice(at, end).trim();
  return {
    kind: 'createFunction',
    fn: {
      name: name.text,
      dialect: session.dialect,
      parameters: parameters.map(({ name: p, defaultValue }) => ({
        name: p.text,
        defaultText: defaultValue === null ? null : textOf(defaultValue.text),
      })),
      text: textOf(body.text),
      givesRows,
    },
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
  };
}

const isBuiltIn = (name: string, { dialect }: Session): boolean =>
  findFunction(dialect, name) !== undefined || findWindowFunction(dialect, name) !== undefined;

/** Outside of subqueries there are no names but those of parameters; a function does not call itself. */
function checkNames({ name, parameters, body, givesRows }: CreateFunction, session: Session): void {
  const visit = (node: unknown, known: readonly string[] | null): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, known);
      return;
    }
    if (node === null || typeof node !== 'object') return;
    const expression = node as Expression;
    if (expression.kind === 'parameter')
      throw session.refuse(expression, 'A parameter of the statement in a function', 'Write its value');
    if (expression.kind === 'call' && session.same(expression.name, name.text))
      throw session.refuse(expression, 'A function that calls itself', 'Use WITH RECURSIVE');
    if (expression.kind === 'name' && known !== null) {
      const [{ text }] = expression.parts;
      if (!known.some((p) => session.same(text, p)))
        throw session.error(
          'UNKNOWN_IDENTIFIER',
          expression,
          `${text} is no parameter of ${name.text}`,
          session.didYouMean(text, known),
        );
      return;
    }
    if (known !== null) {
      const more = namesWithin(expression, session);
      if (more !== undefined) {
        visit(arrowOf(expression, session)?.body, [...known, ...more]);
        return;
      }
    }
    for (const [key, child] of Object.entries(node)) visit(child, key === 'query' ? null : known);
  };
  const names = parameters.map((p) => p.name.text);
  visit(body, givesRows ? null : names);
  for (const { defaultValue } of parameters) visit(defaultValue?.value, []);
}

export function droppedFunction(name: Identifier, ifExists: boolean, session: Session): SqlFunction | null {
  const found = session.sqlFunction(name.text);
  if (found !== undefined) return found;
  if (isBuiltIn(name.text, session))
    throw session.error('BAD_ARGUMENTS', name, `${name.text} is a function of Basalt's own: it stays`);
  if (ifExists) return null;
  const near = session.didYouMean(
    name.text,
    session.context.catalog.functions().map((f) => f.name),
  );
  throw session.error('UNKNOWN_FUNCTION', name, `There is no function ${name.text} written in SQL`, near);
}
