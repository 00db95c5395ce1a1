import http from 'node:http';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startServer } from '../../src/testing/server.ts';
import { differences, openResources, stateOfProcess } from './process-state.ts';

const state = () => stateOfProcess(createRequire(import.meta.url));
const { get } = http;
const globals = globalThis as Record<string, unknown>;
const prototype = Object.prototype as Record<string, unknown>;
const listener = () => undefined;

afterEach(() => {
  delete process.env['LEFT_BEHIND'];
  delete globals['leftBehind'];
  delete prototype['leftBehind'];
  http.get = get;
  process.off('SIGUSR2', listener);
});

describe('what a test can leave behind', () => {
  it.each<[string, () => unknown]>([
    ['process.env.LEFT_BEHIND', () => Object.assign(process.env, { LEFT_BEHIND: '1' })],
    ['globalThis.leftBehind', () => Object.assign(globals, { leftBehind: 1 })],
    ['Object.prototype.leftBehind', () => Object.assign(prototype, { leftBehind: 1 })],
    ['node:http.get', () => Object.assign(http, { get: () => undefined })],
    ['listeners of process for SIGUSR2', () => process.on('SIGUSR2', listener)],
  ])('has a name: %s', (name, leave) => {
    const before = state();
    expect(differences(before, state())).toEqual([]);
    leave();
    expect(differences(before, state())).toEqual([name]);
  });

  it('is no global that Node loads when it is first asked for', () => {
    const real = () => 'loaded';
    Object.defineProperty(globals, 'leftBehind', { get: real, configurable: true });
    const before = state();
    Object.defineProperty(globals, 'leftBehind', { value: 'loaded', configurable: true });
    expect(differences(before, state())).toEqual([]);
    Object.defineProperty(globals, 'leftBehind', { value: 'another', configurable: true });
    expect(differences(before, state())).toEqual(['globalThis.leftBehind']);
  });

  it('is a server that still listens', async () => {
    const count = () => openResources().get('TCPServerWrap') ?? 0;
    const before = count();
    const server = await startServer();
    expect(count()).toBe(before + 1);
    await server.close();
    await vi.waitFor(() => expect(count()).toBe(before));
  });
});
