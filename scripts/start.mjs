// `npm start`: the setup step, then the local system on the pinned Node. With --simulate (and for
// --help) the npm packages are all that is needed.

import { join } from 'node:path';
import { handOver } from '../bin/hand-over.mjs';
import { pinnedNode, root, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const light = ['--simulate', '--help', '-h'].some((option) => args.includes(option));
const code = setUp(light ? 'simulate' : 'start');
if (code !== 0) process.exit(code);
handOver(pinnedNode, [join(root, 'src', 'main.ts'), 'dev', ...args]);
