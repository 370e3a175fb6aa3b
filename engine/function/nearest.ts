/**
 * The known name most like a wrong one, for hints. Optimal string alignment distance: swapped neighbours,
 * a wrong, missing or extra letter cost 1 each.
 */

/** undefined when nothing is close enough to be meant (a third of the letters may be wrong, at most 3). */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) > bestDistance) continue;
    const lower = candidate.toLowerCase();
    // Of equally near names the one that was cut short is the likelier: WHER is WHERE, not WHEN.
    const found = distance(wanted, lower) - (lower.startsWith(wanted) ? 0.5 : 0);
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** Names longer than this are compared by their beginning. */
const MAX_COMPARED = 64;

function distance(a: string, b: string): number {
  a = a.slice(0, MAX_COMPARED);
  b = b.slice(0, MAX_COMPARED);
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, before[j - 2] + 1);
      row.push(value);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}
