/** EXPLAIN in its forms. What other databases show of their own insides is refused by name. */

import type { ExplainForm } from '../ast/statement.ts';
import type { ExplainContext } from '../grammar/generated/Sql.js';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { settingsOf } from './statement.ts';

/** ClickHouse's forms besides PLAN. */
const FORMS: ReadonlyMap<string, ExplainForm> = new Map([
  ['AST', 'ast'],
  ['SYNTAX', 'syntax'],
  ['QUERY TREE', 'query tree'],
  ['PIPELINE', 'pipeline'],
  ['ESTIMATE', 'estimate'],
]);
/** Settings of EXPLAIN PLAN. What the plan always shows may be on or off; others only off, as they are there unless asked for. */
const SHOWN = new Set(['actions', 'description']);

export function explainForm(context: ExplainContext, source: Source): ExplainForm {
  if (context.FOR() !== null) return 'druid';
  if (context.ANALYZE() !== null) return 'analyze';
  const form = context.explainForm();
  if (form !== null && form.PLAN() === null) {
    const words = [form.QUERY(), form.Identifier()].flatMap((word) => word?.getText().toUpperCase() ?? []);
    const name = words.join(' ');
    const found = source.dialect === 'clickhouse' ? FORMS.get(name) : undefined;
    if (found !== undefined) return found;
    throw source.error(span(form), `Syntax error at \`${form.getText()}\``, 'Write EXPLAIN SELECT ...');
  }
  if (context.setting().length > 0) return planForm(context, source);
  return (context.explainOptions()?.explainOption() ?? []).reduce<ExplainForm>((all, option) => {
    const [name, value] = option.identifier().map((word) => word.getText().toUpperCase());
    const isOff = option.FALSE() !== null || option.IntegerLiteral()?.getText() === '0' || value === 'OFF';
    if (name === 'ANALYZE') return isOff ? 'plan' : 'analyze';
    if (name === 'FORMAT' && value === 'TEXT') return all;
    throw source.refuse(
      span(option),
      `EXPLAIN (${[name, value].filter((word) => word !== undefined).join(' ')})`,
      'There are ANALYZE and FORMAT TEXT',
    );
  }, 'plan');
}

function planForm(context: ExplainContext, source: Source): ExplainForm {
  let form: ExplainForm = 'plan';
  for (const [name, value] of Object.entries(settingsOf(context.setting(), source))) {
    const isOn = value !== 0n && value !== 0 && value !== false;
    if (name === 'indexes') form = isOn ? 'indexes' : 'plan';
    else if (isOn && !SHOWN.has(name))
      throw source.refuse(
        span(context.setting(0)!),
        `The setting ${name} of EXPLAIN`,
        'There are indexes, actions and description; EXPLAIN ANALYZE runs the query and counts what each index left out',
      );
  }
  return form;
}
