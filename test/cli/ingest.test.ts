/**
 * `basalt ingest`: a Druid spec from a file into a folder, with the statistics it says, and its errors.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './folder.ts';
import { basalt } from './process.ts';

const folder = temporaryFolder();
const data = join(folder, 'data');

const spec = (inputSource: unknown, more: Record<string, unknown> = {}) => ({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource: 'edits',
      timestampSpec: { column: 'time', format: 'iso' },
      dimensionsSpec: { dimensions: ['channel', { type: 'long', name: 'added' }] },
      granularitySpec: { segmentGranularity: 'day', queryGranularity: 'none', rollup: false },
    },
    ioConfig: { type: 'index_parallel', inputSource, inputFormat: { type: 'json' } },
    tuningConfig: { type: 'index_parallel', maxParseExceptions: 5, maxSavedParseExceptions: 5 },
    ...more,
  },
});

const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const ROWS = [
  '{"time":"2015-09-12T00:00:01Z","channel":"#en","added":10}',
  '{"time":"2015-09-12T01:00:00Z","channel":"#de","added":5}',
  '{"time":"no time","channel":"#de","added":5}',
  '{"time":"2015-09-13T00:00:00Z","channel":"#en","added":2}',
].join('\n');

it('loads a file that lies beside the spec, and says what it read', async () => {
  write('edits.json', ROWS);
  const file = write('local.json', spec({ type: 'local', baseDir: folder, filter: 'edits.json' }));
  const { code, stdout, stderr } = await basalt(['ingest', file, '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^edits: 3 rows read, 3 stored in 2 segments, 1 unparseable, 0 with errors, 0 thrown away\n/,
  );
  expect(stdout).toMatch(/edits\.json line 3: /);
  expect(stderr).toMatch(/rows/);
  const sql = 'SELECT channel, sum(added) AS added FROM edits GROUP BY channel ORDER BY channel';
  expect(await basalt(['query', sql, '--data', data, '--format', 'csv'])).toMatchObject({
    stdout: 'channel,added\n#de,5\n#en,12\n',
  });
});

describe('one line and exit code 1 for', () => {
  it.each<[string, () => string, RegExp]>([
    ['a spec that is not there', () => join(folder, 'absent.json'), /Cannot read the spec .*absent\.json/],
    ['a spec that is not JSON', () => write('text.json', 'x\ny'), /text\.json is not JSON/],
    ['a spec without its parts', () => write('empty.json', {}), /./],
    [
      'a bad field, by its name',
      () => write('field.json', spec({ type: 'inline' })),
      /spec\.ioConfig\.inputSource\.data/,
    ],
    [
      'files outside of what it may read',
      () => write('outside.json', spec({ type: 'local', baseDir: '/etc', filter: 'passwd' })),
      /\/etc/,
    ],
  ])('%s', async (_, file, pattern) => {
    const { code, stdout, stderr } = await basalt(['ingest', file(), '--data', join(folder, 'errors')]);
    expect({ code, stdout, lines: stderr.trimEnd().split('\n') }).toEqual({
      code: 1,
      stdout: '',
      lines: [expect.stringMatching(pattern)],
    });
  });
});
