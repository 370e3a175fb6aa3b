/**
 * Reads a table by a key that came from outside. A plain `table[key]` also finds what every object inherits
 * (`constructor`, `__proto__`), which no table means.
 */
export const lookup = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
