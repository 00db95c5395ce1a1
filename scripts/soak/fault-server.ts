/** A server that answers `/<name>` with one of the ready-made faults, as often as it is asked; nothing is remembered. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '../../src/testing/faults.ts';
import type { Step } from '../../src/testing/scripted-server.ts';

/** Faults that no answer of 200 may come out of. Without those that need seconds, or a client that reads on for ever. */
export const HARMFUL: readonly string[] = [
  'truncatedBody',
  'truncatedChunks',
  'conflictingContentLength',
  'badContentLength',
  'nulInHeader',
  'hugeHeaderLine',
  'endlessBody',
  'badChunkSize',
  'garbage',
  'closeBeforeHead',
  'closeInHead',
  'resetInHead',
  'resetInBody',
  'stallBeforeHead',
  'stallInHead',
  'stallInBody',
];
/** Faults that may end well: the body is then `hello`, or `xxxxx` for the one that is too long. */
export const HARMLESS: readonly string[] = [
  'overlongBody',
  'smuggledSecondResponse',
  'manyInformational',
  'oneByteAtATime',
];

export function faultServer(): Server {
  return createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const name = /^GET \/(\w+)/.exec(chunk.toString('latin1'))?.[1];
      if (name !== undefined && Object.hasOwn(faults, name)) void play(socket, faults[name]!());
    });
  });
}

async function play(socket: Socket, script: readonly Step[]): Promise<void> {
  for (const [at, step] of script.entries()) {
    // The request that is answered is there; the next one starts anew.
    if (at > 0 && 'expect' in step) return;
    if (socket.destroyed) return;
    if ('send' in step) socket.write(bytesOf(typeof step.send === 'function' ? step.send(Buffer.alloc(0)) : step.send));
    if ('stream' in step) for (const piece of step.stream()) if (!(await written(socket, piece))) return;
    if ('trickle' in step) {
      for (const byte of Buffer.from(step.trickle as string, 'latin1')) {
        socket.write(Uint8Array.of(byte));
        await delay(2);
      }
    }
    if ('fin' in step) socket.end();
    if ('reset' in step) socket.resetAndDestroy();
  }
}

function written(socket: Socket, piece: string | Uint8Array): Promise<boolean> {
  if (socket.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    socket.once('close', gone);
    socket.write(bytesOf(piece), () => {
      socket.off('close', gone);
      resolve(true);
    });
  });
}

function bytesOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
}
