/**
 * Groups 12 and 13: permessage-deflate, with five kinds of data, eighteen sizes, and seven ways to negotiate. The peer
 * inflates what comes with exactly the window and context that were agreed on.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CompressionOptions } from '../../../src/websocket/index.ts';
import { frame, OPCODE } from '../../support/websocket-frames.ts';
import type { HandshakeRequest, WebSocketPeer } from '../../support/websocket-peer.ts';
import { type AutobahnCase, closeCleanly, must } from './case.ts';

const TRAILER = Buffer.from([0, 0, 255, 255]);
const KIB = 1024;

/** Bytes of a message, and of the fragments it is sent in; 0 is in one frame. */
const SIZES: readonly (readonly [length: number, fragment: number])[] = [
  ...[16, 64, 256, KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 128 * KIB].map((n) => [n, 0] as const),
  ...[8, 16, 32, 64, 128].map((n) => [n * KIB, 256] as const),
  ...[KIB, 4 * KIB, 32 * KIB].map((n) => [128 * KIB, n] as const),
];

/** Autobahn sends 1000 of each, which takes minutes; `AUTOBAHN_MESSAGES=1000` does so here. */
function countOf(length: number): number {
  const asked = Number(process.env['AUTOBAHN_MESSAGES'] ?? 0);
  return asked > 0 ? asked : Math.max(3, Math.min(50, Math.floor((256 * KIB) / length)));
}

/** Random as the seed says, so that every run is the same. */
function* noise(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 24;
  }
}

function repeat(make: (next: () => number) => string | Buffer, seed: number): Buffer {
  const source = noise(seed);
  const next = () => source.next().value as number;
  const parts: Buffer[] = [];
  for (let size = 0; size < 160 * KIB; size += parts.at(-1)!.length) parts.push(Buffer.from(make(next) as string));
  return Buffer.concat(parts);
}

const WORDS =
  'habe nun ach Philosophie Juristerei und Medizin und leider auch Theologie durchaus studiert mit heißem Bemühn'.split(
    ' ',
  );

/** In place of Autobahn's files: German prose, a bitmap, a PDF, JSON, HTML. */
const DATA: readonly { about: string; binary: boolean; bytes: Buffer }[] = [
  {
    about: 'prose',
    binary: true,
    bytes: repeat((next) => `${WORDS[next() % WORDS.length]}${next() % 9 ? ' ' : ',\n'}`, 1),
  },
  { about: 'bitmap', binary: true, bytes: repeat((next) => Buffer.alloc(1 + (next() % 5), next() & 0xf8), 2) },
  { about: 'random', binary: true, bytes: repeat((next) => Buffer.of(next(), next(), next(), next()), 3) },
  {
    about: 'JSON',
    binary: false,
    bytes: repeat((next) => `{"id":${next()},"name":"user-${next()}","on":${next() > 127}},`, 4),
  },
  {
    about: 'HTML',
    binary: false,
    bytes: repeat((next) => `<li class="c${next() % 7}"><a href="/p/${next()}">p ${next()}</a></li>\n`, 5),
  },
];

interface Agreed {
  readonly serverContext: boolean;
  readonly clientContext: boolean;
  readonly serverBits: number;
  readonly clientBits: number;
}

/** The peer's side of the extension, over sliding windows that it keeps itself. */
class PeerDeflate {
  #sent: Buffer = Buffer.alloc(0);
  #received: Buffer = Buffer.alloc(0);

  constructor(readonly agreed: Agreed) {}

  deflate(message: Buffer): Buffer {
    const { serverBits, serverContext } = this.agreed;
    // zlib writes no raw deflate with 8 bits; with 9 it never reaches back further than 250 bytes, which 8 can hold.
    const windowBits = Math.max(9, serverBits);
    const out = deflateRawSync(message, {
      windowBits,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.#sent.length > 0 && { dictionary: this.#sent }),
    });
    if (serverContext) this.#sent = window(this.#sent, message, serverBits);
    return out.subarray(0, -TRAILER.length);
  }

  inflate(payload: Buffer): Buffer {
    const { clientBits, clientContext } = this.agreed;
    const message = inflateRawSync(Buffer.concat([payload, TRAILER]), {
      windowBits: clientBits,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.#received.length > 0 && { dictionary: this.#received }),
    });
    if (clientContext) this.#received = window(this.#received, message, clientBits);
    return message;
  }
}

function window(before: Buffer, message: Buffer, bits: number): Buffer {
  const size = 2 ** bits;
  return message.length >= size ? message.subarray(-size) : Buffer.concat([before, message]).subarray(-size);
}

async function sendCompressed(peer: WebSocketPeer, opcode: number, payload: Buffer, fragment: number): Promise<void> {
  const size = fragment === 0 ? Math.max(payload.length, 1) : fragment;
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += size) {
    const fin = at + size >= payload.length;
    // RFC 7692 §6.1: RSV1 on the first fragment alone.
    const fields = at === 0 ? { opcode, rsv: 4 } : { opcode: OPCODE.continuation };
    frames.push(frame({ ...fields, payload: payload.subarray(at, at + size), fin }));
  }
  await peer.write(...frames);
}

async function exchange(
  peer: WebSocketPeer,
  data: (typeof DATA)[number],
  [length, fragment]: (typeof SIZES)[number],
  agreed: Agreed,
): Promise<'OK'> {
  const deflate = new PeerDeflate(agreed);
  const opcode = data.binary ? OPCODE.binary : OPCODE.text;
  let compressed = 0;
  for (let i = 0; i < countOf(length); i++) {
    const start = (i * 977) % (data.bytes.length - length);
    const message = data.bytes.subarray(start, start + length);
    // The text kinds are cut anywhere, and hold ASCII alone.
    await sendCompressed(peer, opcode, deflate.deflate(message), fragment);
    const echo = await peer.message();
    must(echo !== undefined && echo.opcode === opcode, `message ${i} of ${length} bytes did not come back`);
    const isCompressed = echo.frames[0]!.rsv === 4;
    must(isCompressed || echo.frames[0]!.rsv === 0, 'only RSV1 has a meaning');
    if (isCompressed) compressed += 1;
    const payload = isCompressed ? deflate.inflate(echo.payload) : echo.payload;
    must(payload.equals(message), `message ${i} of ${length} bytes came back different`);
  }
  // zlib writes no raw deflate with a window of 8 bits: such a client sends plain messages, as it may.
  must(agreed.clientBits === 8 ? compressed === 0 : compressed > 0, 'compressed messages, where that was negotiated');
  await closeCleanly(peer);
  return 'OK';
}

interface Way {
  readonly about: string;
  readonly client: CompressionOptions;
  readonly answer: readonly string[];
  readonly agreed: Agreed;
}

function way(about: string, noContext: boolean, bits: number): Way {
  const parameters = [
    ...(noContext ? ['server_no_context_takeover', 'client_no_context_takeover'] : []),
    ...(bits === 0 ? [] : [`server_max_window_bits=${bits}`, `client_max_window_bits=${bits}`]),
  ];
  return {
    about,
    client: { threshold: 0, serverNoContextTakeover: noContext, ...(bits > 0 && { serverMaxWindowBits: bits }) },
    answer: parameters,
    agreed: {
      serverContext: !noContext,
      clientContext: !noContext,
      serverBits: bits || 15,
      clientBits: bits || 15,
    },
  };
}

const DEFAULT = way('default offer', false, 0);
const WAYS: readonly Way[] = [
  DEFAULT,
  way('no context takeover', true, 0),
  way('windows of 8 bits', false, 8),
  way('windows of 15 bits', false, 15),
  way('no context takeover, windows of 8 bits', true, 8),
  way('no context takeover, windows of 15 bits', true, 15),
  way('no context takeover, windows of 9 bits', true, 9),
];

function cases(group: string, data: (typeof DATA)[number], { about, client, answer, agreed }: Way): AutobahnCase[] {
  return SIZES.map((size, i) => ({
    id: `${group}.${i + 1}`,
    about: `${data.about}, ${about}: ${size[0]} bytes${size[1] === 0 ? '' : ` in fragments of ${size[1]}`}`,
    client: { compression: client },
    lines: ({ headers }: HandshakeRequest) => {
      const offer = headers.get('sec-websocket-extensions') ?? '';
      must(/^permessage-deflate(?:;|$)/.test(offer), `expected an offer of permessage-deflate, got "${offer}"`);
      must(
        agreed.clientBits === 15 || offer.includes('client_max_window_bits'),
        'the client lets its window be limited',
      );
      return [`Sec-WebSocket-Extensions: ${['permessage-deflate', ...answer].join('; ')}`];
    },
    play: (peer: WebSocketPeer) => exchange(peer, data, size, agreed),
  }));
}

export const compression: readonly AutobahnCase[] = [
  ...DATA.flatMap((data, i) => cases(`12.${i + 1}`, data, DEFAULT)),
  ...WAYS.flatMap((one, i) => cases(`13.${i + 1}`, DATA[3]!, one)),
];
