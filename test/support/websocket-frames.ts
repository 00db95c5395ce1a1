/** WebSocket frames as bytes (RFC 6455 section 5.2), right ones and wrong ones, written without any library. */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameFields {
  readonly opcode: number;
  readonly payload?: string | Uint8Array;
  readonly fin?: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv?: number;
  /** A server must not mask. */
  readonly mask?: Uint8Array;
  /** Said instead of the true length. */
  readonly length?: number | bigint;
}

/** A frame that was read. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin: boolean;
  readonly rsv: number;
  /** The key; `undefined` for a frame that was not masked. */
  readonly mask: Buffer | undefined;
}

export function frame(fields: FrameFields): Buffer {
  const { opcode, payload = '', fin = true, rsv = 0, mask } = fields;
  const bytes = Buffer.from(payload as Uint8Array);
  const length = fields.length ?? bytes.length;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const masked = mask === undefined ? 0 : 0x80;
  const head: Buffer =
    length < 126
      ? Buffer.from([first, masked | Number(length)])
      : length < 65_536
        ? Buffer.from([first, masked | 126, Number(length) >> 8, Number(length) & 255])
        : longHead(first, masked, BigInt(length));
  if (mask === undefined) return Buffer.concat([head, bytes]);
  return Buffer.concat([head, mask, bytes.map((byte, i) => byte ^ mask[i % 4]!)]);
}

export const text = (payload: string | Uint8Array = '', more: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: OPCODE.text, payload, ...more });
export const binary = (payload: string | Uint8Array = '', more: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: OPCODE.binary, payload, ...more });
export const more = (payload: string | Uint8Array = '', fields: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: OPCODE.continuation, payload, ...fields });
export const ping = (payload: string | Uint8Array = '', fields: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: OPCODE.ping, payload, ...fields });
export const pong = (payload: string | Uint8Array = '', fields: Partial<FrameFields> = {}): Buffer =>
  frame({ opcode: OPCODE.pong, payload, ...fields });

/** A Close; without a code an empty one. */
export function close(code?: number, reason: string | Uint8Array = '', fields: Partial<FrameFields> = {}): Buffer {
  const payload = code === undefined ? Buffer.alloc(0) : closePayload(code, reason);
  return frame({ opcode: OPCODE.close, payload, ...fields });
}

/** Takes whole frames off the front; answers what is left. */
export function readFrames(bytes: Buffer, found: Frame[]): Buffer {
  let rest = bytes;
  for (let size = sizeOf(rest); size !== undefined && rest.length >= size.total; size = sizeOf(rest)) {
    const masked = (rest[1]! & 0x80) !== 0;
    const mask = masked ? Buffer.from(rest.subarray(size.head, size.head + 4)) : undefined;
    const payload = Buffer.from(rest.subarray(size.head + (masked ? 4 : 0), size.total));
    if (mask !== undefined) for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i & 3]!;
    found.push({ opcode: rest[0]! & 15, fin: rest[0]! >= 128, rsv: (rest[0]! >> 4) & 7, mask, payload });
    rest = rest.subarray(size.total);
  }
  return rest;
}

function sizeOf(bytes: Buffer): { head: number; total: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return { head, total: head + (bytes[1]! >= 128 ? 4 : 0) + length };
}

function longHead(first: number, masked: number, length: bigint): Buffer {
  const head = Buffer.from([first, masked | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(length, 2);
  return head;
}

function closePayload(code: number, reason: string | Uint8Array): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as Uint8Array)]);
}
