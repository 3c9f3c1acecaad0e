// Loaded into a worker before the program (`node --import`): its sound breaks once a file is there, and whoever can
// make that file has broken a worker that runs.

import { existsSync } from 'node:fs';
import { Speaker } from '../../../src/livekit/speaker.ts';

const { play } = Speaker.prototype;
const file = process.env.BROKEN_ONCE_THERE ?? '';

Speaker.prototype.play = function (...asked) {
  if (existsSync(file)) return Promise.reject(new Error('broken on purpose: the sound'));
  return play.apply(this, asked);
};
