import { beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { loadLanguage } from '../../database/statement/language.ts';
import { StatementCache } from '../../database/statement-cache.ts';
import type { BindContext, Dialect } from '../../sql/index.ts';

beforeAll(loadLanguage);

/** What a text means is kept from one statement to the next; nothing that changed in between may be missed. */
describe('statement cache', () => {
  const context = (changes: Partial<BindContext> = {}): BindContext => ({
    dialect: 'standard',
    catalog: {
      table: () => undefined,
      tables: () => [],
      detachedTables: () => [],
      detachedSchemas: () => [],
      droppedTables: () => [],
      schemaComment: () => '',
      schemas: () => ['main'],
      functions: () => [],
      lookup: () => undefined,
    },
    parameters: [],
    timeZone: 'UTC',
    now: () => 0,
    schema: 'main',
    settings: {},
    ...changes,
  });

  it('binds a query once for one catalog and one context', () => {
    const cache = new StatementCache();
    const first = cache.bind('SELECT 1', context(), 1);
    expect(cache.bind('SELECT 1', context(), 1)).toBe(first);
    expect(cache.bind('SELECT 1', context(), 2)).not.toBe(first);
    for (const other of [
      { dialect: 'clickhouse' as Dialect },
      { timeZone: 'Asia/Tokyo' },
      { schema: 'other' },
      { settings: { join_use_nulls: 1 } },
    ])
      expect(cache.bind('SELECT 1', context(other), 2)).not.toBe(cache.bind('SELECT 1', context(), 2));
  });

  it('binds anew what depends on the time or on parameters, and what is no query', () => {
    const cache = new StatementCache();
    const twice = (text: string, changes: Partial<BindContext> = {}): boolean => {
      const first = cache.bind(text, context(changes), 1);
      return cache.bind(text, context(changes), 1) === first;
    };
    expect(twice('SELECT 2')).toBe(true);
    expect(twice('SELECT current_date')).toBe(false);
    expect(twice('SELECT ?', { parameters: [1] })).toBe(false);
    expect(twice('CREATE SCHEMA s')).toBe(false);
  });

  it('forgets the texts used least recently', () => {
    const cache = new StatementCache();
    const first = cache.bind('SELECT 0', context(), 1);
    for (let i = 1; i < 256; i++) cache.bind(`SELECT ${i}`, context(), 1);
    expect(cache.bind('SELECT 0', context(), 1)).toBe(first);
    const second = cache.bind('SELECT 1', context(), 1);
    cache.bind('SELECT 256', context(), 1);
    expect(cache.bind('SELECT 1', context(), 1)).toBe(second);
    expect(cache.bind('SELECT 0', context(), 1)).toBe(first);
  });

  it('sees new rows, and a new table of an old name', async () => {
    await using db = await open({});
    await db.execute('CREATE TABLE t (a BIGINT)');
    const sum = 'SELECT sum(a) AS s FROM t';
    expect(await db.query(sum)).toEqual([{ s: null }]);
    await db.execute('INSERT INTO t VALUES (1), (2)');
    expect(await db.query(sum)).toEqual([{ s: 3 }]);
    await db.execute('DROP TABLE t');
    await expect(db.query(sum)).rejects.toThrow(/t/);
    await db.execute('CREATE TABLE t (b VARCHAR, a DOUBLE)');
    await db.execute("INSERT INTO t VALUES ('x', 0.5)");
    expect(await db.query(sum)).toEqual([{ s: 0.5 }]);
  });
});
