// A process that asks to be let into a room where no server is, by the media library as it comes or by ours. Prints
// how many lines of the native log it was handed.

const ADDRESS = ['ws://127.0.0.1:9', 'no token'] as const;

let lines = 0;
/** The client that all rooms share is made with the first of them. */
function countLines(): void {
  const { _ffiClientInstance: client } = globalThis as unknown as {
    _ffiClientInstance: NodeJS.EventEmitter;
  };
  client.on('ffi_event', ({ message }) => {
    if (message.case === 'logs') lines += message.value.records.length;
  });
}

async function join(): Promise<void> {
  const { Room } = await import('@livekit/rtc-node');
  const joining = new Room().connect(...ADDRESS, { autoSubscribe: false, dynacast: false });
  countLines();
  await joining;
}

async function joinOurWay(): Promise<void> {
  const { enterRoom, findNoPrograms, openRoom } = await import('../../src/livekit/media.ts');
  findNoPrograms();
  const joining = enterRoom(openRoom(), ...ADDRESS);
  countLines();
  await joining;
}

await (process.argv[2] === 'ours' ? joinOurWay() : join()).catch(() => undefined);
console.log(`lines of the native log: ${lines}`);
process.exit();
