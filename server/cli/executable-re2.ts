/** re2js inside the self-contained executable: bundled, and run when the first regular expression comes. */

import { useEmbeddedRe2 } from '../../engine/function/regex/re2.ts';

// The executable's bundles are CommonJS, in which `require` of a package is a call into the bundle.
export const embedRe2 = (): void => useEmbeddedRe2(() => require('re2js'));
