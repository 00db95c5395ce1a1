/**
 * What Autobahn's test suite (its fuzzing server, as publicly documented) asks of a client, played by our own peer: each
 * case sends its bytes to a client that echoes, and judges what comes back.
 */
import type { UpgradeOptions } from '../../../src/websocket/index.ts';
import { close, type Frame, OPCODE } from '../../support/websocket-frames.ts';
import type { HandshakeRequest, WebSocketPeer } from '../../support/websocket-peer.ts';

/** `NON-STRICT` is right, but later or rougher than it could be. `INFORMATIONAL` is for the reader to judge. */
export type Verdict = 'OK' | 'NON-STRICT' | 'INFORMATIONAL';

export interface AutobahnCase {
  /** Autobahn's number, such as `5.19`. */
  readonly id: string;
  readonly about: string;
  readonly client?: UpgradeOptions;
  /** Lines for the 101. */
  readonly lines?: (request: HandshakeRequest) => readonly string[];
  /** @throws Error for a failure */
  play(peer: WebSocketPeer): Promise<Verdict>;
}

/** @throws Error when it is not so */
export function must(condition: boolean, fact: string): asserts condition {
  if (!condition) throw new Error(fact);
}

export function shown(frame: Frame | undefined): string {
  if (frame === undefined) return 'the end of the connection';
  const bytes = frame.payload.length > 40 ? `${frame.payload.length} bytes` : JSON.stringify(frame.payload.toString());
  return `a frame of opcode ${frame.opcode} with ${bytes}`;
}

/** RFC 6455 section 5.3. */
function checkMask(frame: Frame): Frame {
  must(frame.mask !== undefined, 'a client masks every frame');
  return frame;
}

/** The next frame is this one. */
export async function expectFrame(peer: WebSocketPeer, opcode: number, payload: string | Uint8Array): Promise<void> {
  const frame = await peer.next();
  const wanted = Buffer.from(payload as Uint8Array);
  must(
    frame !== undefined && frame.opcode === opcode && frame.fin && frame.rsv === 0 && frame.payload.equals(wanted),
    `expected opcode ${opcode} with ${wanted.length} bytes, got ${shown(frame)}`,
  );
  checkMask(frame);
}

/** We close with 1000, the client answers with it and goes, and says nothing else. */
export async function closeCleanly(peer: WebSocketPeer): Promise<void> {
  await peer.write(close(1000));
  await expectClose(peer, [1000]);
}

/** The client sends a Close with one of these codes, and nothing after it; then the connection ends. */
export async function expectClose(peer: WebSocketPeer, codes: readonly (number | undefined)[]): Promise<void> {
  const frame = await peer.next();
  must(frame?.opcode === OPCODE.close, `expected a Close, got ${shown(frame)}`);
  checkMask(frame);
  must(frame.payload.length !== 1 && frame.payload.length <= 125, 'a Close has 0, or 2 to 125 bytes');
  const code = frame.payload.length === 0 ? undefined : frame.payload.readUInt16BE(0);
  must(codes.includes(code), `expected a Close with ${codes.join(' or ')}, got ${code}`);
  peer.end();
  const after = await peer.rest();
  must(after.length === 0, `nothing may follow a Close, got ${shown(after[0])}`);
  await peer.gone;
}

/** The client fails the connection: with this code, and without an answer to anything. */
export async function expectFailure(peer: WebSocketPeer, code: number): Promise<'OK'> {
  await expectClose(peer, [code]);
  return 'OK';
}

/** A message before the broken frame may be answered, which is strict, or swallowed by the failure. */
export async function expectFailureAfter(peer: WebSocketPeer, payload: string, code: number): Promise<Verdict> {
  const echoed = await peer.next();
  must(echoed !== undefined, 'expected an echo or a Close, got the end of the connection');
  if (echoed.opcode !== OPCODE.close) {
    must(echoed.payload.toString() === payload, `expected the echo of ${payload}, got ${shown(echoed)}`);
    return expectFailure(peer, code);
  }
  must(echoed.payload.readUInt16BE(0) === code, `expected a Close with ${code}, got ${shown(echoed)}`);
  return 'NON-STRICT';
}

/** The message comes back, and the connection closes well. */
export async function expectEcho(peer: WebSocketPeer, opcode: number, payload: string | Uint8Array): Promise<'OK'> {
  await expectFrame(peer, opcode, payload);
  await closeCleanly(peer);
  return 'OK';
}
