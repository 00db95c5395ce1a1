import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { afterRead, watchQuiet } from '../../../src/handlers/node/quiet-socket.ts';

/** Behind all immediates that were asked for before. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('afterRead', () => {
  it('waits for the second turn: a long answer ends in the turn before the loop reads on', async () => {
    const read = vi.fn();
    afterRead(read);
    await turn();
    expect(read).not.toHaveBeenCalled();
    await turn();
    expect(read).toHaveBeenCalledOnce();
  });

  it.each([0, 1])('calls nobody once it is stopped, after %i turns', async (turns) => {
    const read = vi.fn();
    const stop = afterRead(read);
    for (let i = 0; i < turns; i += 1) await turn();
    stop();
    for (let i = 0; i < 3; i += 1) await turn();
    expect(read).not.toHaveBeenCalled();
  });
});

describe('watchQuiet', () => {
  it.each(['data', 'end', 'error'])('tells of %s, until it is ended', (event) => {
    const socket = new EventEmitter();
    const spoiled = vi.fn();
    const unwatch = watchQuiet(socket as Socket, spoiled);
    socket.emit(event);
    expect(spoiled).toHaveBeenCalledOnce();
    unwatch();
    expect(socket.eventNames()).toEqual([]);
  });
});
