/**
 * What is used here and in test/oracle of the peers' packages: a clean clone type-checks without their 600 MB.
 * Where they are installed these declarations still count, so both are checked alike; running tells whether they are true.
 */

declare module '@duckdb/node-api' {
  export class DuckDBInstance {
    static create(path?: string, options?: Record<string, string>): Promise<DuckDBInstance>;
    connect(): Promise<DuckDBConnection>;
    closeSync(): void;
  }
  export class DuckDBConnection {
    run(sql: string): Promise<unknown>;
    runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
    closeSync(): void;
  }
}

/** An older one, by another name: see data/tpch. */
declare module 'duckdb-tpch' {
  export { DuckDBInstance } from '@duckdb/node-api';
}

declare module 'chdb' {
  export class Session {
    constructor(path?: string);
    query(sql: string, format?: string): string;
    queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
    insert(job: { table: string; values: Uint8Array; format: string }): Promise<unknown>;
    cleanup(): void;
  }
}
