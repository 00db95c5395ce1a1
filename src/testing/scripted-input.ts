/** What a scripted connection has received, and how a script waits for more of it. */
import type { Socket } from 'node:net';

export interface Input {
  /** All bytes so far. */
  all(): Buffer;
  /** Waits for the end of a head. `false` when the client ended before it; so do the others. */
  head(): Promise<boolean>;
  /** Waits for a head and the body that it announces by `Content-Length` or chunks. */
  request(): Promise<boolean>;
  /** Waits for so many bytes after what was expected before. */
  bytes(count: number): Promise<boolean>;
  /** Resolves when the client has sent FIN, or the connection is gone. */
  ended(): Promise<void>;
}

/** Reads `socket` from now on: it keeps everything, so scripts are for exchanges of a few megabytes. */
export function inputOf(socket: Socket): Input {
  const chunks: Buffer[] = [];
  // The end of what the script has waited for so far.
  let cursor = 0;
  let over = false;
  // Called when something has come. A script waits for one thing at a time.
  let wake = () => {};
  const all = () => {
    if (chunks.length > 1) chunks.splice(0, chunks.length, Buffer.concat(chunks));
    return chunks[0] ?? Buffer.alloc(0);
  };
  const finish = () => {
    over = true;
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  });
  socket.on('end', finish);
  socket.on('close', finish);
  /** Waits until `find` answers where the awaited part ends, and moves the cursor there. */
  const until = async (find: (data: Buffer) => number): Promise<boolean> => {
    for (;;) {
      const end = find(all().subarray(cursor));
      if (end >= 0) {
        cursor += end;
        return true;
      }
      if (over) return false;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    all,
    head: () => until(headEnd),
    request: () => until(requestEnd),
    bytes: (count) => until((data) => (data.length >= count ? count : -1)),
    async ended() {
      while (!over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Where the head ends; -1 while it is not complete. */
function headEnd(data: Buffer): number {
  const at = data.indexOf('\r\n\r\n', 0, 'latin1');
  return at < 0 ? -1 : at + 4;
}

/** Where the body ends that the head announces; -1 while it is not complete. */
function requestEnd(data: Buffer): number {
  const head = headEnd(data);
  if (head < 0) return -1;
  const text = data.toString('latin1', 0, head);
  if (/^transfer-encoding:.*chunked/im.test(text)) return chunkedEnd(data, head);
  const length = Number(/^content-length:[ \t]*(\d+)/im.exec(text)?.[1] ?? 0);
  return data.length >= head + length ? head + length : -1;
}

/** RFC 9112 section 7.1: chunks up to the one of size 0, then trailers up to a blank line. */
function chunkedEnd(data: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const line = data.indexOf('\r\n', at, 'latin1');
    if (line < 0) return -1;
    const size = Number.parseInt(data.toString('latin1', at, line), 16);
    if (!(size >= 0)) throw new Error('the client sent a chunk whose size is no number');
    if (size === 0) {
      if (data.toString('latin1', line + 2, line + 4) === '\r\n') return line + 4;
      const end = data.indexOf('\r\n\r\n', line, 'latin1');
      return end < 0 ? -1 : end + 4;
    }
    at = line + 2 + size + 2;
    if (at > data.length) return -1;
  }
}
