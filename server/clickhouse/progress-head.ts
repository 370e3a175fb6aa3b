/**
 * An answer whose head grows while its query runs, as ClickHouse's does with send_progress_in_http_headers: the status line
 * and the headers known so far go out early, then a line `X-ClickHouse-Progress: {...}` each time, and the empty line that
 * ends the head only when the first row is there.
 *
 * Node writes a head whole or not at all, so this one takes the connection over: it writes head and chunked body itself,
 * says `Connection: close`, and ends the connection after the body. Node's response object is never written to.
 */

import type { Socket } from 'node:net';
import { Writable } from 'node:stream';

const LINE_END = '\r\n';

export type HeadLines = Readonly<Record<string, string>>;

/** A header's value cannot end its line. */
const lines = (headers: HeadLines): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}${LINE_END}`)
    .join('');

export class ProgressHead {
  readonly #socket: Socket;
  #open = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the status line is out: from then on the answer has to come this way. */
  get begun(): boolean {
    return this.#open;
  }

  /** More lines of the head; the first call sends the status line before them. */
  add(headers: HeadLines): void {
    if (this.#socket.destroyed) return;
    const status = this.#open ? '' : `HTTP/1.1 200 OK${LINE_END}`;
    this.#open = true;
    this.#socket.write(Buffer.from(`${status}${lines(headers)}`, 'latin1'));
  }

  /**
   * Ends the head; answers where the body goes. Ending that ends the connection.
   * @param trailers asked when the body has ended
   */
  finish(headers: HeadLines, trailers: () => HeadLines = () => ({})): Writable {
    this.add({ ...headers, 'Transfer-Encoding': 'chunked', Connection: 'close' });
    this.#socket.write(LINE_END);
    return chunked(this.#socket, trailers);
  }
}

function chunked(socket: Socket, trailers: () => HeadLines): Writable {
  const body = new Writable({
    write(bytes: Buffer, _encoding, done) {
      if (bytes.length === 0) return done();
      socket.cork();
      socket.write(`${bytes.length.toString(16)}${LINE_END}`);
      socket.write(bytes);
      const more = socket.write(LINE_END);
      socket.uncork();
      if (more || socket.destroyed) return done();
      // The reader is slower than the query: the next piece waits for it.
      const go = (): void => {
        socket.off('drain', go);
        socket.off('close', go);
        done();
      };
      socket.on('drain', go);
      socket.on('close', go);
    },
    final(done) {
      socket.end(Buffer.from(`0${LINE_END}${lines(trailers())}${LINE_END}`, 'latin1'));
      done();
    },
    destroy(error, done) {
      socket.destroySoon();
      done(error);
    },
  });
  body.on('error', () => {});
  return body;
}
