/** The product's version: what `--version`, `/status` and SQL's version() say. */

export const version = '0.1.0';

/** Version of ClickHouse whose HTTP interface and SQL this speaks; clients switch features on it. */
export const clickhouseVersion = '26.7.2.1';
