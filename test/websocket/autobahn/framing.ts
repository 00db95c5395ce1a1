/** Groups 1 to 5: framing, pings and pongs, reserved bits, opcodes, fragmentation. */
import { binary, frame, more, OPCODE, ping, pong, text } from '../../support/websocket-frames.ts';
import type { WebSocketPeer } from '../../support/websocket-peer.ts';
import { type AutobahnCase, closeCleanly, expectEcho, expectFailure, expectFailureAfter, expectFrame } from './case.ts';

const { text: TEXT, binary: BINARY, pong: PONG } = OPCODE;
const HELLO = 'Hello, world!';

/** The ways to send bytes: in one piece, each frame by itself, each octet by itself. */
type Way = 'one piece' | 'frame by frame' | 'octet by octet';

async function send(peer: WebSocketPeer, way: Way, frames: readonly Buffer[]): Promise<void> {
  if (way === 'one piece') await peer.write(...frames);
  else if (way === 'frame by frame') for (const one of frames) await peer.chop(one, one.length);
  else await peer.chop(Buffer.concat(frames), 1);
}

const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536, 65_536];

const lengths: AutobahnCase[] = ([1, 2] as const).flatMap((group) =>
  LENGTHS.map((length, i) => ({
    id: `1.${group}.${i + 1}`,
    about: `${group === 1 ? 'text' : 'binary'} of ${length} bytes${i === 7 ? ' in pieces of 997' : ''}`,
    async play(peer: WebSocketPeer) {
      const payload = group === 1 ? '*'.repeat(length) : Buffer.alloc(length, 0xfe);
      const bytes = group === 1 ? text(payload) : binary(payload);
      if (i === 7) await peer.chop(bytes, 997);
      else await peer.write(bytes);
      return expectEcho(peer, group === 1 ? TEXT : BINARY, payload);
    },
  })),
);

const NO_TEXT = Buffer.from([0, 255, 254, 253, 252, 251, 0, 255]);

function answeredPing(id: string, about: string, payload: string | Uint8Array, way: Way = 'one piece'): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await send(peer, way, [ping(payload)]);
      await expectFrame(peer, PONG, payload);
      await closeCleanly(peer);
      return 'OK';
    },
  };
}

function tenPings(id: string, about: string, way: Way): AutobahnCase {
  const payloads = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
  return {
    id,
    about,
    async play(peer) {
      await send(
        peer,
        way,
        payloads.map((payload) => ping(payload)),
      );
      for (const payload of payloads) await expectFrame(peer, PONG, payload);
      await closeCleanly(peer);
      return 'OK';
    },
  };
}

function ignoredPong(id: string, about: string, payload: string): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await peer.write(pong(payload));
      await closeCleanly(peer);
      return 'OK';
    },
  };
}

const pings: AutobahnCase[] = [
  answeredPing('2.1', 'a ping without payload', ''),
  answeredPing('2.2', 'a ping with text', HELLO),
  answeredPing('2.3', 'a ping with bytes that are no text', NO_TEXT),
  answeredPing('2.4', 'a ping of 125 bytes', Buffer.alloc(125, 0xfe)),
  {
    id: '2.5',
    about: 'a ping of 126 bytes',
    async play(peer) {
      await peer.write(ping(Buffer.alloc(126, 0xfe)));
      return expectFailure(peer, 1002);
    },
  },
  answeredPing('2.6', 'a ping of 125 bytes octet by octet', Buffer.alloc(125, 0xfe), 'octet by octet'),
  ignoredPong('2.7', 'a pong that nobody asked for', ''),
  ignoredPong('2.8', 'a pong with payload that nobody asked for', 'unsolicited pong payload'),
  {
    id: '2.9',
    about: 'such a pong, then a ping',
    async play(peer) {
      await peer.write(pong('unsolicited pong payload'), ping('ping payload'));
      await expectFrame(peer, PONG, 'ping payload');
      await closeCleanly(peer);
      return 'OK';
    },
  },
  tenPings('2.10', '10 pings', 'one piece'),
  tenPings('2.11', '10 pings octet by octet', 'octet by octet'),
];

/** A good message, a broken frame, a ping that nobody answers any more. */
function brokenAfterText(id: string, about: string, broken: Buffer, way: Way): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await send(peer, way, [text(HELLO), broken, ping()]);
      return expectFailureAfter(peer, HELLO, 1002);
    },
  };
}

function broken(id: string, about: string, bytes: Buffer): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await peer.write(bytes);
      return expectFailure(peer, 1002);
    },
  };
}

const reserved: AutobahnCase[] = [
  broken('3.1', 'RSV 1 on a text', text(HELLO, { rsv: 1 })),
  brokenAfterText('3.2', 'RSV 2 after a text', text(HELLO, { rsv: 2 }), 'one piece'),
  brokenAfterText('3.3', 'RSV 3 after a text, frame by frame', text(HELLO, { rsv: 3 }), 'frame by frame'),
  brokenAfterText('3.4', 'RSV 4 after a text, octet by octet', text(HELLO, { rsv: 4 }), 'octet by octet'),
  broken('3.5', 'RSV 5 on bytes', binary(NO_TEXT, { rsv: 5 })),
  broken('3.6', 'RSV 6 on a ping', ping(HELLO, { rsv: 6 })),
  broken('3.7', 'RSV 7 on a Close', frame({ opcode: OPCODE.close, rsv: 7 })),
];

function opcodes(group: 1 | 2, first: number): AutobahnCase[] {
  const of = (opcode: number, payload = '') => frame({ opcode, payload });
  const id = (n: number) => `4.${group}.${n}`;
  return [
    broken(id(1), `opcode ${first}`, of(first)),
    broken(id(2), `opcode ${first + 1} with payload`, of(first + 1, 'reserved opcode payload')),
    brokenAfterText(id(3), `opcode ${first + 2} after a text`, of(first + 2), 'one piece'),
    brokenAfterText(id(4), `opcode ${first + 3} after a text, frame by frame`, of(first + 3, HELLO), 'frame by frame'),
    brokenAfterText(id(5), `opcode ${first + 4} after a text, octet by octet`, of(first + 4, HELLO), 'octet by octet'),
  ];
}

const PARTS = ['fragment1', 'fragment2'] as const;
const WHOLE = PARTS.join('');
const START = text(PARTS[0], { fin: false });
const END = more(PARTS[1]);
const WAYS: readonly Way[] = ['one piece', 'frame by frame', 'octet by octet'];

function inThreeWays(
  first: number,
  about: string,
  frames: readonly Buffer[],
  judge: (peer: WebSocketPeer) => Promise<'OK'>,
): AutobahnCase[] {
  return WAYS.map((way, i) => ({
    id: `5.${first + i}`,
    about: `${about}, ${way}`,
    async play(peer) {
      await send(peer, way, frames);
      return judge(peer);
    },
  }));
}

function longMessage(id: string, about: string, pauses: boolean): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      const parts = [1, 2, 3, 4, 5].map((n) => `fragment${n}`);
      const middle = (n: number) => more(parts[n], { fin: n === 4 });
      await peer.write(text(parts[0], { fin: false }), middle(1), ping('pongme 1!'));
      if (pauses) await expectFrame(peer, PONG, 'pongme 1!');
      for (const one of [middle(2), middle(3), ping('pongme 2!'), middle(4)]) await peer.chop(one, one.length);
      if (!pauses) await expectFrame(peer, PONG, 'pongme 1!');
      await expectFrame(peer, PONG, 'pongme 2!');
      return expectEcho(peer, TEXT, parts.join(''));
    },
  };
}

const fragments: AutobahnCase[] = [
  broken('5.1', 'a ping in two fragments', Buffer.concat([ping(PARTS[0], { fin: false }), more(PARTS[1])])),
  broken('5.2', 'a pong in two fragments', Buffer.concat([pong(PARTS[0], { fin: false }), more(PARTS[1])])),
  ...inThreeWays(3, 'a text in two fragments', [START, END], (peer) => expectEcho(peer, TEXT, WHOLE)),
  ...inThreeWays(6, 'a ping between two fragments', [START, ping('ping payload'), END], async (peer) => {
    await expectFrame(peer, PONG, 'ping payload');
    return expectEcho(peer, TEXT, WHOLE);
  }),
  ...inThreeWays(9, 'a last continuation of nothing, then a text', [more('non-continuation'), text(HELLO)], (peer) =>
    expectFailure(peer, 1002),
  ),
  ...inThreeWays(12, 'a continuation of nothing, then a text', [more('x', { fin: false }), text(HELLO)], (peer) =>
    expectFailure(peer, 1002),
  ),
  {
    id: '5.15',
    about: 'a text in two fragments, a continuation of nothing, a text',
    async play(peer) {
      await peer.write(START, END, more('fragment3', { fin: false }), text('fragment4'));
      return expectFailureAfter(peer, WHOLE, 1002);
    },
  },
  ...[false, true].map((fin, i) => ({
    id: `5.${16 + i}`,
    about: `twice: a continuation of nothing with FIN ${fin}, then a text in two fragments`,
    play: async (peer: WebSocketPeer) => {
      const round = [more('fragment1', { fin }), text('fragment2', { fin: false }), more('fragment3')];
      await peer.write(...round, ...round);
      return expectFailure(peer, 1002);
    },
  })),
  broken('5.18', 'a text in two fragments that both say text', Buffer.concat([START, text(PARTS[1])])),
  longMessage('5.19', 'five fragments with two pings between them, and a pause', true),
  longMessage('5.20', 'the same without a pause', false),
];

export const framing: readonly AutobahnCase[] = [
  ...lengths,
  ...pings,
  ...reserved,
  ...opcodes(1, 3),
  ...opcodes(2, 11),
  ...fragments,
];
