/** The portable contract, where nothing of Node is: what a page would stumble over is seen without a browser. */
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { portableContract } from './bundle.ts';

/** What Node has beyond a page. */
const NODES_OWN = new Set(['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']);

function page(): object {
  const language = new Set<string>(runInContext('Object.getOwnPropertyNames(globalThis)', createContext({})));
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => !language.has(name) && !NODES_OWN.has(name));
  return createContext(Object.fromEntries(names.map((name) => [name, Reflect.get(globalThis, name)])));
}

it('the portable contract of a page starts without Node', async () => {
  const { code } = await transform(await portableContract('browser'), { format: 'iife' });
  expect(runInContext(`${code}\ntypeof runTest`, page())).toBe('function');
});
