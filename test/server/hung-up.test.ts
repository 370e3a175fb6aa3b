import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bodyStream } from '../../server/http/body.ts';

it('a client that hangs up when its compressed body is read no more ends nothing', async () => {
  const request = Object.assign(new PassThrough(), { headers: { 'content-encoding': 'gzip' } });
  const errors: unknown[] = [];
  const listener = (error: unknown): void => {
    errors.push(error);
  };
  process.prependListener('uncaughtException', listener);
  try {
    request.write(gzipSync(Buffer.alloc(1 << 20, 'row\n')));
    for await (const piece of bodyStream(request as unknown as IncomingMessage)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    request.emit('aborted');
    await sleep(20);
  } finally {
    process.removeListener('uncaughtException', listener);
  }
  expect(errors).toEqual([]);
});
