/** Worker entry inside the self-contained executable. Its kernels come compiled, with the start message. */

import '../../database/worker.ts';
