/** Entry of the `basalt` command: what npm's bin, `npm start` and the executable run. */

import { main } from './main.ts';

await main(process.argv.slice(2));
