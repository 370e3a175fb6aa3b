/**
 * A live line on a terminal: rows, megabytes, rates, and a bar when the whole is known. Not a terminal: nothing until
 * the end. Units: rows, bytes, milliseconds.
 */

const BAR_WIDTH = 24;
const INTERVAL_MS = 100;

export type Progress = { readonly rows: number; readonly bytes: number; readonly total: number | null };

export class ProgressLine {
  readonly #label: string;
  readonly #out: NodeJS.WriteStream;
  readonly #startMs = performance.now();
  #shownMs = 0;

  constructor(label: string, out: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#out = out;
  }

  /** @param done of `total`: rows or bytes, whichever the total counts. */
  show(progress: Progress, done: number): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = now;
    this.#out.write(`\r\x1b[2K${this.#text(progress, done)}`);
  }

  /** Leaves the last state on the line. */
  end(progress: Progress): void {
    this.#out.write(`${this.#out.isTTY ? '\r\x1b[2K' : ''}${this.#text(progress, progress.total ?? 0)}\n`);
  }

  #text({ rows, bytes, total }: Progress, done: number): string {
    const seconds = Math.max(0.001, (performance.now() - this.#startMs) / 1000);
    const filled =
      total === null || total === 0 ? 0 : Math.round((BAR_WIDTH * Math.min(done, total)) / total);
    const bar = total === null ? '' : ` [${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}]`;
    const size = bytes > 0 ? `, ${(bytes / 1e6).toFixed(1)} MB` : '';
    return `${this.#label}${bar} ${rows.toLocaleString('en-US')} rows${size}, ${Math.round(rows / seconds).toLocaleString('en-US')} rows/s`;
  }
}
