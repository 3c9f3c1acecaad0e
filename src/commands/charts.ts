// All charts there are: what `tonegate viz` draws and the QA phone shows.

import { callMachine } from '../machines/call.machine.ts';
import { choiceMachine } from '../machines/choice.machine.ts';
import { collectDigitsMachine } from '../machines/collect-digits.machine.ts';
import { handOffMachine } from '../machines/hand-off.machine.ts';
import { oneTimeCodeMachine } from '../machines/one-time-code.machine.ts';
import { roomWatchMachine } from '../machines/room-watch.machine.ts';
import { stepMachine } from '../machines/step.machine.ts';
import { verifyEntryMachine } from '../machines/verify-entry.machine.ts';

/** From the whole call down. */
export const CHARTS = [
  callMachine,
  stepMachine,
  oneTimeCodeMachine,
  verifyEntryMachine,
  choiceMachine,
  collectDigitsMachine,
  roomWatchMachine,
  handOffMachine,
] as const;
