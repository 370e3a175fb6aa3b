/** The names of ClickHouse's types as system tables list them: those that columns show, and those that mean one of them. */

import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import { type } from '../../engine/type/type.ts';
import { CLICKHOUSE_COMPOSED } from './composed-type.ts';
import { CLICKHOUSE_ALIASES, CLICKHOUSE_TYPES, OTHER_CLICKHOUSE_TYPES } from './type-name.ts';

export type TypeFamily = {
  readonly name: string;
  readonly anyCase: boolean;
  /** The type that the name means; empty: itself. */
  readonly aliasTo: string;
};

/** Composed types that are another one under a second name. */
const COMPOSED_ALIASES: Readonly<Record<string, string>> = { DECIMAL: 'Decimal', ENUM: 'Enum' };
const sameAs = (name: string): string | undefined =>
  COMPOSED_ALIASES[name] ??
  Object.keys(COMPOSED_ALIASES)
    .filter((other) => CLICKHOUSE_COMPOSED[other] === CLICKHOUSE_COMPOSED[name] && other !== name)
    .map((other) => COMPOSED_ALIASES[other])
    .find((other) => other !== name);

const isUpper = (name: string): boolean => name === name.toUpperCase();

export function typeFamilies(): readonly TypeFamily[] {
  const own = [...Object.keys(CLICKHOUSE_TYPES), ...OTHER_CLICKHOUSE_TYPES];
  const aliases = Object.entries(CLICKHOUSE_ALIASES)
    .map(([name, id]): TypeFamily => ({ name, anyCase: true, aliasTo: clickhouseTypeName(type(id)) }))
    .filter(({ name, aliasTo }) => name !== aliasTo.toUpperCase());
  const composed = Object.keys(CLICKHOUSE_COMPOSED).map((name): TypeFamily => {
    const anyCase = isUpper(name) || Object.hasOwn(CLICKHOUSE_COMPOSED, name.toUpperCase());
    return { name, anyCase, aliasTo: sameAs(name) ?? '' };
  });
  return [
    ...own.map((name) => ({
      name,
      anyCase: Object.hasOwn(CLICKHOUSE_ALIASES, name.toUpperCase()),
      aliasTo: '',
    })),
    ...composed,
    ...aliases,
    { name: 'TIMESTAMP', anyCase: true, aliasTo: 'DateTime' },
  ];
}
