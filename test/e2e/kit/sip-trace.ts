// SIPp's message trace as SIP messages. Pure, apart from nothing: text in, messages out.

/** One SIP message, as it went over the wire. */
export interface SipMessage {
  readonly direction: 'sent' | 'received';
  /** Request line or status line. */
  readonly startLine: string;
  /** Method of a request; of a response the method it answers. */
  readonly method: string;
  /** Status code of a response; null for a request. */
  readonly status: number | null;
  /** Value of the first header of that name, in any case; null where there is none. */
  header(name: string): string | null;
  readonly text: string;
}

const SEPARATOR = /^-+ \d{4}-\d\d-\d\d[ \t]\S+\n\S+ message (sent|received) [([](\d+).*\n\n/m;

/** The complete messages of `trace`, and how many of its characters they and what is between them take. */
export function readTrace(trace: string): { messages: SipMessage[]; length: number } {
  const messages: SipMessage[] = [];
  let length = 0;
  for (let found = SEPARATOR.exec(trace); found; found = SEPARATOR.exec(trace.slice(length))) {
    const start = length + found.index + found[0].length;
    const end = start + Number(found[2]);
    if (end > trace.length) break;
    messages.push(sipMessage(found[1] === 'sent' ? 'sent' : 'received', trace.slice(start, end)));
    length = end;
  }
  return { messages, length };
}

function sipMessage(direction: 'sent' | 'received', text: string): SipMessage {
  const head = text.split('\r\n\r\n', 1)[0] ?? '';
  const [startLine = '', ...lines] = head.split('\r\n');
  const header = (name: string) => {
    const line = lines.find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return line === undefined ? null : line.slice(name.length + 1).trim();
  };
  const status = /^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1];
  return {
    direction,
    startLine,
    method: header('CSeq')?.split(' ')[1] ?? '',
    status: status === undefined ? null : Number(status),
    header,
    text,
  };
}

/** Where the sender of this SDP takes its audio. */
export function mediaAddress(message: SipMessage): { address: string; port: number } {
  const address = /^c=IN IP4 (\S+)/m.exec(message.text)?.[1];
  const port = /^m=audio (\d+)/m.exec(message.text)?.[1];
  if (!address || !port) throw new Error(`no audio address in "${message.startLine}"`);
  return { address, port: Number(port) };
}
