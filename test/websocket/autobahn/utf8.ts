/**
 * Group 6: UTF-8. The sequences are those of Markus Kuhn's decoder stress test (UTF-8-test.txt), in its order; which
 * of them are UTF-8 is in RFC 3629.
 */
import { more, OPCODE, text } from '../../support/websocket-frames.ts';
import type { WebSocketPeer } from '../../support/websocket-peer.ts';
import { type AutobahnCase, expectEcho, expectFailure, must } from './case.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const { text: TEXT } = OPCODE;
const KOSME = hex('ce ba e1 bd b9 cf 83 ce bc ce b5');
/** Text, a surrogate of UTF-16 that UTF-8 has no place for, text. */
const BROKEN = Buffer.concat([KOSME, hex('ed a0 80'), Buffer.from('edited')]);

const octets = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.of(byte));

function fragmented(parts: readonly Uint8Array[]): Buffer {
  const last = parts.length - 1;
  return Buffer.concat(
    parts.map((part, i) => (i === 0 ? text(part, { fin: false }) : more(part, { fin: i === last }))),
  );
}

function echoed(id: string, about: string, bytes: Buffer, payload: Uint8Array): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await peer.write(bytes);
      return expectEcho(peer, TEXT, payload);
    },
  };
}

function refused(id: string, about: string, bytes: Buffer): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      await peer.write(bytes);
      return expectFailure(peer, 1007);
    },
  };
}

/** Strict is a client that fails before the rest comes. */
function failsEarly(id: string, about: string, pieces: readonly Buffer[]): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      for (const piece of pieces) await peer.chop(piece, piece.length);
      const isEarly = await answersNow(peer, pieces.length);
      if (!isEarly) await peer.write(more(KOSME));
      await expectFailure(peer, 1007);
      return isEarly ? 'OK' : 'NON-STRICT';
    },
  };
}

/** Whether the client has something to say without being asked; a few turns of the loop are all it takes. */
async function answersNow(peer: WebSocketPeer, turns: number): Promise<boolean> {
  for (let i = 0; i < 20 + turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  return peer.unread.length > 0;
}

const HELLO = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!');

const messages: AutobahnCase[] = [
  echoed('6.1.1', 'an empty text', text(''), Buffer.of()),
  echoed('6.1.2', 'three empty fragments', fragmented([Buffer.of(), Buffer.of(), Buffer.of()]), Buffer.of()),
  echoed(
    '6.1.3',
    'empty, text, empty',
    fragmented([Buffer.of(), Buffer.from('middle'), Buffer.of()]),
    Buffer.from('middle'),
  ),
  echoed('6.2.1', 'text beyond ASCII', text(HELLO), HELLO),
  echoed(
    '6.2.2',
    'the same, cut between two characters',
    fragmented([HELLO.subarray(0, 12), HELLO.subarray(12)]),
    HELLO,
  ),
  echoed('6.2.3', 'the same, a fragment for each octet', fragmented(octets(HELLO)), HELLO),
  echoed('6.2.4', 'Greek, a fragment for each octet', fragmented(octets(KOSME)), KOSME),
  refused('6.3.1', 'no UTF-8', text(BROKEN)),
  refused('6.3.2', 'no UTF-8, a fragment for each octet', fragmented(octets(BROKEN))),
];

const ABOVE = hex('f4 90 80 80');
const early: AutobahnCase[] = [
  failsEarly('6.4.1', 'a good fragment, one with a code point above U+10FFFF', [
    text(KOSME, { fin: false }),
    more(ABOVE, { fin: false }),
  ]),
  failsEarly('6.4.2', 'the same, cut after its first two octets', [
    text(Buffer.concat([KOSME, ABOVE.subarray(0, 2)]), { fin: false }),
    more(ABOVE.subarray(2), { fin: false }),
  ]),
  insideOneFrame('6.4.3', 'one frame in three pieces, the second is broken', KOSME.length),
  insideOneFrame('6.4.4', 'the same, cut inside the broken character', KOSME.length + 1),
];

function insideOneFrame(id: string, about: string, cut: number): AutobahnCase {
  return {
    id,
    about,
    async play(peer) {
      const bytes = text(Buffer.concat([KOSME, ABOVE, Buffer.from('edited')]));
      await peer.chop(bytes.subarray(0, 2 + cut), cut + 2);
      await peer.chop(bytes.subarray(2 + cut, 2 + KOSME.length + 4), 4);
      const isEarly = await answersNow(peer, 2);
      if (!isEarly) await peer.write(bytes.subarray(2 + KOSME.length + 4));
      await expectFailure(peer, 1007);
      return isEarly ? 'OK' : 'NON-STRICT';
    },
  };
}

const RANGE = (from: number, to: number): Buffer => Buffer.from(Array.from({ length: to - from }, (_, i) => from + i));
const STARTS = [
  [0xc0, 0xdf],
  [0xe0, 0xef],
  [0xf0, 0xf7],
  [0xf8, 0xfb],
  [0xfc, 0xfd],
] as const;
const CUT_SHORT = [
  'c0',
  'e0 80',
  'f0 80 80',
  'f8 80 80 80',
  'fc 80 80 80 80',
  'df',
  'ef bf',
  'f7 bf bf',
  'fb bf bf bf',
  'fd bf bf bf bf',
];
const HIGH = ['ed a0 80', 'ed ad bf', 'ed ae 80', 'ed af bf'];

/** U+nFFFE and U+nFFFF of every plane: no characters, and valid all the same. */
const NONCHARACTERS = Array.from({ length: 17 }, (_, plane) => [0xfffe, 0xffff].map((low) => plane * 0x10000 + low))
  .flat()
  .map((point) => Buffer.from(String.fromCodePoint(point)).toString('hex'));

/** Title, and sequences in hexadecimal. Whether each is UTF-8 is decided by RFC 3629, not by this list. */
const SEQUENCES: readonly (readonly [about: string, sequences: readonly string[]])[] = [
  [
    'valid sequences',
    ['24', 'c2 a2', 'e2 82 ac', 'f0 a4 ad a2']
      .map((one) => `68656c6c6f ${one} 776f726c64`)
      .concat(KOSME.toString('hex')),
  ],
  [
    'prefixes of a valid text',
    KOSME.reduce<string[]>((all, _, i) => all.concat(KOSME.subarray(0, i + 1).toString('hex')), []),
  ],
  ['first sequences of their length', ['00', 'c2 80', 'e0 a0 80', 'f0 90 80 80']],
  ['first sequences of 5 and 6 octets', ['f8 88 80 80 80', 'fc 84 80 80 80 80']],
  ['last sequences of their length', ['7f', 'df bf', 'ef bf bf', 'f4 8f bf bf']],
  ['last sequences of 4, 5 and 6 octets', ['f7 bf bf bf', 'fb bf bf bf bf', 'fd bf bf bf bf bf']],
  ['other boundaries', ['ed 9f bf', 'ee 80 80', 'ef bf bd', 'f4 8f bf bf', 'f4 90 80 80']],
  [
    'unexpected continuations',
    ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf', RANGE(0x80, 0xbf).toString('hex')],
  ],
  [
    'lonely starts',
    STARTS.map(([from, to]) => Array.from(RANGE(from, to), (byte) => `${byte.toString(16)}20`).join('')),
  ],
  ['last octet missing', CUT_SHORT],
  ['incomplete sequences in a row', [CUT_SHORT.join('')]],
  ['impossible octets', ['fe', 'ff', 'fefeffff']],
  ['overlong ASCII', ['c0 af', 'e0 80 af', 'f0 80 80 af', 'f8 80 80 80 af', 'fc 80 80 80 80 af']],
  ['longest overlong', ['c1 bf', 'e0 9f bf', 'f0 8f bf bf', 'f8 87 bf bf bf', 'fc 83 bf bf bf bf']],
  ['overlong NUL', ['c0 80', 'e0 80 80', 'f0 80 80 80', 'f8 80 80 80 80', 'fc 80 80 80 80 80']],
  ['single surrogates', [...HIGH, 'ed b0 80', 'ed be 80', 'ed bf bf']],
  ['paired surrogates', HIGH.flatMap((high) => [`${high} ed b0 80`, `${high} ed bf bf`])],
  ['noncharacters', NONCHARACTERS],
  ['specials', ['b9', 'ba', 'bb', 'bc', 'bd', 'be', 'bf'].map((last) => `ef bf ${last}`)],
];

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const stress: AutobahnCase[] = SEQUENCES.flatMap(([about, sequences], group) =>
  sequences.map((sequence, i) => {
    const bytes = hex(sequence);
    const id = `6.${group + 5}.${i + 1}`;
    return isUtf8(bytes)
      ? echoed(id, `${about}: UTF-8`, text(bytes), bytes)
      : refused(id, `${about}: no UTF-8`, text(bytes));
  }),
);

must(stress.length === 132, `Kuhn's test has 132 sequences here, got ${stress.length}`);

export const utf8: readonly AutobahnCase[] = [...messages, ...early, ...stress];
