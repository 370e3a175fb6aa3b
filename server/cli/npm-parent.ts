/**
 * Under `npm start` a shell stands between npm and the server; a SIGTERM for npm ends that shell and never reaches us. So
 * a server that npm started ends when its parent is gone. The look every half second costs nothing measurable.
 */

const LOOK_MS = 500;

/** Calls `stop` once when npm's shell has ended. Without npm it does nothing. */
export function whenOrphaned(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, LOOK_MS);
  timer.unref();
}
