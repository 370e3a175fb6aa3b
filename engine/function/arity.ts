/**
 * How many arguments a function takes, read from the syntax its row shows: `substring(text, from [, count])` takes two
 * or three, `concat(a, ...)` any number from one, `count(*) or count(x)` at most one. So message and rule cannot differ.
 *
 * Asked only when a row has refused its arguments, to say whether their number or their types were wrong.
 */

export type Arity = { readonly min: number; readonly max: number };

/** undefined: the syntax is no call (`a + b`, `moment + INTERVAL`). */
export function arityOf(syntax: string): Arity | undefined {
  const forms = syntax.split(' or ').map(arityOfForm);
  if (forms.includes(undefined)) return undefined;
  const known = forms as Arity[];
  return { min: Math.min(...known.map((a) => a.min)), max: Math.max(...known.map((a) => a.max)) };
}

function arityOfForm(form: string): Arity | undefined {
  if (/^\w+ [^\w\s]+ \w+$/.test(form.trim())) return { min: 2, max: 2 };
  const call = /^\w+\((.*)\)$/.exec(form.trim());
  if (call === null || /\b(FROM|TO|IN)\b/.test(call[1])) return undefined;
  const [required, ...optional] = call[1].split('[');
  const names = (text: string): number => text.split(',').filter((n) => /[\w*]/.test(n)).length;
  const min = required.trim() === '*' ? 0 : names(required);
  const repeats = call[1].includes('...');
  return { min, max: repeats ? Number.POSITIVE_INFINITY : min + optional.reduce((n, o) => n + names(o), 0) };
}

/** `1 argument`, `2 or 3 arguments`, `at least 1 argument`. */
export function arityText({ min, max }: Arity): string {
  const arguments_ = (n: number): string => (n === 1 ? 'argument' : 'arguments');
  if (max === Number.POSITIVE_INFINITY) return `at least ${min} ${arguments_(min)}`;
  if (min === max) return `${min === 0 ? 'no' : min} ${arguments_(min)}`;
  return `${min} ${max === min + 1 ? 'or' : 'to'} ${max} arguments`;
}
