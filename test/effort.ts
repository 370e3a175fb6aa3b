/** How often a test repeats what chance decides: in CI as often as was promised, elsewhere so that `npm test` stays within minutes. */
export const effort = (inCi: number, elsewhere: number): number =>
  process.env['CI'] === undefined ? elsewhere : inCi;
