// The floor: bare rooms of the media library in one process, without anything of ours. Told over IPC which room to
// join; tells of each entry that was collected.

import * as media from '@livekit/rtc-node';
import { askingsFrom } from './asking.ts';
import { playAndCollect } from './play-and-collect.ts';

const askings = askingsFrom(process.argv[2] ?? '');
const rooms = new Map<string, media.Room>();

process.on('message', (text: string) => {
  const [url, token, id] = JSON.parse(text) as [string, string, string];
  void join(url, token, id).catch((error: unknown) => process.send?.({ id, why: String(error) }));
});

async function join(url: string, token: string, id: string): Promise<void> {
  const room = new media.Room();
  rooms.set(id, room);
  room.on(media.RoomEvent.ParticipantDisconnected, () => {
    rooms.delete(id);
    void room.disconnect();
  });
  await room.connect(url, token, { autoSubscribe: false, dynacast: false });
  await playAndCollect(room, media, askings, (keys) => void process.send?.({ id, keys }));
}
process.send?.({ ready: true });
