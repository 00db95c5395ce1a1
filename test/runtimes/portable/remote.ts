/** Servers that stand in the process of `host.ts`: what they saw is copied here after each exchange. */
import type { Script, ScriptedServer } from '../../../src/testing/scripted-server.ts';
import type { TestServer } from '../../../src/testing/server.ts';
import { NotHere } from './without-node.ts';

/** What the host tells of a server. */
export interface ServerState {
  readonly connections: number;
  readonly totalConnections: number;
  readonly requests: TestServer['requests'];
  /** In base64. */
  readonly received: readonly string[];
}

const platformFetch = globalThis.fetch.bind(globalThis);
const NOTHING: ServerState = { connections: 0, totalConnections: 0, requests: [], received: [] };

let host = '';
const states = new Map<string, ServerState>();

export async function ask<T>(what: string, query: Record<string, string> = {}): Promise<T> {
  const response = await platformFetch(`${host}/${what}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** Forgets the servers of the test before. @param at the address of the host */
export function connect(at: string): void {
  host = at;
  states.clear();
  states.set('site', NOTHING);
}

export async function refresh(): Promise<void> {
  for (const id of states.keys()) states.set(id, await ask<ServerState>('state', { id }));
}

/** @param index which of the scripts of a test it is: a script may hold functions, which the host has */
export async function playRemote(test: string, index: number): Promise<ScriptedServer> {
  const { id, port } = await ask<{ id: string; port: number }>('play', { test, index: String(index) }).catch(
    (error: unknown): never => {
      if (index === 0) throw error;
      throw new NotHere('a second script, which the host has only after the first one was looked at');
    },
  );
  states.set(id, NOTHING);
  const origin = `http://127.0.0.1:${port}`;
  return remote(id, origin, port) as unknown as ScriptedServer;
}

export function siteAt(port: number): TestServer {
  return remote('site', `http://127.0.0.1:${port}`, port) as unknown as TestServer;
}

function remote(id: string, origin: string, port: number) {
  const state = () => states.get(id) ?? NOTHING;
  return {
    origin,
    port,
    url: (path = '/') => origin + path,
    get connections() {
      return state().connections;
    },
    get totalConnections() {
      return state().totalConnections;
    },
    get requests() {
      return state().requests;
    },
    get received() {
      return state().received.map((text) => Buffer.from(text, 'base64'));
    },
    allClosed: () => ask('allClosed', { id }),
    close: () => ask('close', { id }),
  };
}

export type { Script };
