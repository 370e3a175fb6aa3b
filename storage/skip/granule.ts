/** Which builder makes the granules of which index. */

import type { SkipIndexKind } from '../../engine/plan/skip-index.ts';
import type { Lane } from '../../engine/type/type.ts';
import type { CodecContext } from '../codec/context.ts';
import { BoundsBuilder } from './bounds.ts';
import { DistinctFilterBuilder, GramFilterBuilder } from './filter.ts';
import { ValuesBuilder } from './values.ts';

export type AnyGranuleBuilder = BoundsBuilder | DistinctFilterBuilder | GramFilterBuilder | ValuesBuilder;

export function granuleBuilder(context: CodecContext, kind: SkipIndexKind, lane: Lane): AnyGranuleBuilder {
  switch (kind.type) {
    case 'minmax':
      return new BoundsBuilder(context, lane);
    case 'set':
      return new ValuesBuilder(context, lane, kind.maxRows);
    case 'bloom_filter':
      return new DistinctFilterBuilder(context, lane, kind.falsePositives);
    case 'tokenbf_v1':
    case 'ngrambf_v1':
      return new GramFilterBuilder(context, kind);
  }
}
