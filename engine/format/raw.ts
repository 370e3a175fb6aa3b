/** Values as texts of rows give them, before a column says what they are. */

/** What JSON or a delimited field gives for one value. `undefined`: the field is not there. */
export type Raw = string | number | boolean | null | undefined | NumberText | object;

/** A number whose text says more than a double: kept as written. */
export class NumberText {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.source);
  }
}

/** A map in the order it has, whatever its keys are. */
export class MapEntries {
  readonly entries: readonly (readonly [Raw, Raw])[];

  constructor(entries: readonly (readonly [Raw, Raw])[]) {
    this.entries = entries;
  }

  toJSON(): unknown {
    return Object.fromEntries(this.entries.map(([key, value]) => [toText(key), value]));
  }
}

/** As a text that a value of any type may be read from. */
export function toText(raw: Raw): string {
  if (typeof raw === 'string') return raw;
  if (raw instanceof NumberText) return raw.source;
  return typeof raw === 'object' ? JSON.stringify(raw) : String(raw);
}
