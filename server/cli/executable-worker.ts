/** Worker entry inside the self-contained executable. Its kernels come compiled, with the start message. */

import '../../database/worker.ts';
import { embedRe2 } from './executable-re2.ts';

embedRe2();
