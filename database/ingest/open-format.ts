import type { InputFormat } from '../../engine/format/index.ts';
import type { HeaderStream } from './cut.ts';
import type { SpecFormat } from './input-spec.ts';
import { headerFields } from './insert.ts';

/** The format of one input, after its header lines have been taken off. */
export async function openFormat(format: SpecFormat, stream: HeaderStream): Promise<InputFormat> {
  if (format.type === 'json') return { kind: 'json', shape: 'object' };
  const delimited = (fields: readonly string[]): InputFormat => ({
    kind: 'delimited',
    delimiter: format.delimiter,
    quotes: format.quotes,
    escapes: false,
    emptyNull: format.quotes,
    nullMark: false,
    exactWidth: false,
    fields,
  });
  for (let i = 0; i < format.skipHeaderRows; i++) await stream.takeLine();
  const header = format.findColumnsFromHeader ? await stream.takeLine() : null;
  return delimited(format.columns ?? headerFields(header, delimited([])) ?? []);
}
