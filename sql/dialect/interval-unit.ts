import { SPAN_UNITS } from '../../engine/type/type.ts';

/** What an INTERVAL may count. */
export const INTERVAL_UNITS: ReadonlySet<string> = new Set(SPAN_UNITS);
