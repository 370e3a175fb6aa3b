/** Values of settings and options. */

import type { SettingValue } from '../ast/statement.ts';
import type { SettingValueContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

export function settingValue(context: SettingValueContext, source: Source): SettingValue {
  if (context.parameter() !== null)
    throw source.refuse(span(context), 'A parameter as a setting', 'Write the value');
  const text = context.StringLiteral();
  if (text !== null) return text.getText();
  const sign = context.Minus() === null ? '' : '-';
  const integer = context.IntegerLiteral();
  if (integer !== null) {
    const value = BigInt(integer.getText());
    const signed = sign === '' ? value : -value;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed;
  }
  const decimal = context.DecimalLiteral();
  if (decimal !== null) return Number(`${sign}${decimal.getText()}`);
  if (context.TRUE() !== null) return true;
  if (context.FALSE() !== null) return false;
  if (context.NULL() !== null || context.DEFAULT() !== null) return null;
  return identifierOf(context.identifier()!).text;
}
