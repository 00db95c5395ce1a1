/** Group 7: the closing handshake. Group 10: a message in many fragments. */
import { close, frame, more, OPCODE, ping, text } from '../../support/websocket-frames.ts';
import type { WebSocketPeer } from '../../support/websocket-peer.ts';
import { type AutobahnCase, closeCleanly, expectClose, expectEcho, expectFrame, must } from './case.ts';

const HELLO = 'Hello World!';

function closes(
  id: string,
  about: string,
  bytes: Buffer,
  codes: readonly (number | undefined)[],
  verdict: 'OK' | 'INFORMATIONAL' = 'OK',
): AutobahnCase {
  return {
    id,
    about,
    async play(peer: WebSocketPeer) {
      await peer.write(bytes);
      await expectClose(peer, codes);
      return verdict;
    },
  };
}

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const REASON = 'Hello World!';

const handshakes: AutobahnCase[] = [
  {
    id: '7.1.1',
    about: 'a message, then a Close',
    async play(peer) {
      await peer.write(text(HELLO));
      await expectFrame(peer, OPCODE.text, HELLO);
      await closeCleanly(peer);
      return 'OK';
    },
  },
  closes('7.1.2', 'two Closes', Buffer.concat([close(1000), close(1000)]), [1000]),
  closes('7.1.3', 'a Close, then a ping', Buffer.concat([close(1000), ping()]), [1000]),
  closes('7.1.4', 'a Close, then a text', Buffer.concat([close(1000), text(HELLO)]), [1000]),
  closes(
    '7.1.5',
    'a fragment, a Close, its end',
    Buffer.concat([text('a', { fin: false }), close(1000), more('b')]),
    [1000],
  ),
  {
    id: '7.1.6',
    about: '256 KiB, a text and a Close in a row, then a ping',
    async play(peer) {
      await peer.write(text('BAsd7&jh23'.repeat(26_215)), text(HELLO), close(1000), ping());
      for (let one = await peer.next(); one?.opcode !== OPCODE.close; one = await peer.next()) {
        must(one?.opcode === OPCODE.text, 'only echoes may come before the Close');
      }
      return 'INFORMATIONAL';
    },
  },
  closes('7.3.1', 'a Close without payload', close(), [undefined, 1000]),
  closes('7.3.2', 'a Close of 1 byte', frame({ opcode: OPCODE.close, payload: 'a' }), [1002]),
  closes('7.3.3', 'a Close with a code', close(1000), [1000]),
  closes('7.3.4', 'a Close with a reason', close(1000, REASON), [1000]),
  closes('7.3.5', 'a reason of 123 bytes', close(1000, '*'.repeat(123)), [1000]),
  closes('7.3.6', 'a reason of 124 bytes', close(1000, '*'.repeat(124)), [1002]),
  closes('7.5.1', 'a reason that is no UTF-8', close(1000, Buffer.from('cebae1bdb9eda080', 'hex')), [1007]),
  ...VALID.map((code, i) => closes(`7.7.${i + 1}`, `the code ${code}`, close(code), [1000, code])),
  ...INVALID.map((code, i) => closes(`7.9.${i + 1}`, `the code ${code}, which must not be sent`, close(code), [1002])),
  closes('7.13.1', 'the code 5000', close(5000), [1002, 5000, 1000], 'INFORMATIONAL'),
  closes('7.13.2', 'the code 65535', close(65_535), [1002, 65_535, 1000], 'INFORMATIONAL'),
];

const autoFragmented: AutobahnCase = {
  id: '10.1.1',
  about: 'a text of 65536 bytes in fragments of 1300',
  async play(peer) {
    const payload = '*'.repeat(65_536);
    const parts = payload.match(/.{1,1300}/g)!;
    const frames = parts.map((part, i) =>
      i === 0 ? text(part, { fin: false }) : more(part, { fin: i === parts.length - 1 }),
    );
    await peer.write(...frames);
    return expectEcho(peer, OPCODE.text, payload);
  },
};

export const closing: readonly AutobahnCase[] = [...handshakes, autoFragmented];
