import { describe, expect, it } from 'vitest';
import { literalsForRuntime } from './bare-options.ts';
import { sourceFiles } from './imports.ts';

const WAY_OUT = 'Give the options as runtimeOptions(kind, { ... }) of src/message/runtime-options.ts';

describe('the options that the runtime is given', () => {
  it('inherit nothing from Object.prototype', () => {
    // Servers for the tests of others: no program takes requests from elsewhere with them.
    const files = sourceFiles().filter(({ path }) => !path.startsWith('src/testing/'));
    const found = files.flatMap(({ path, text }) => literalsForRuntime(text, path).map((one) => `${path}:${one}`));
    expect(found, WAY_OUT).toEqual([]);
  });

  it.each([
    ["import { connect as dial } from 'node:tls';\ndial({ port: 1 });", '2: dial'],
    ["import * as zlib from 'node:zlib';\nconst a = new zlib.Gunzip({});", '2: zlib.Gunzip'],
    [
      "import { Agent } from 'node:http';\nclass A extends Agent {\n  constructor() { super({}); }\n}",
      '3: super of Agent',
    ],
    [
      "const fs = needBuiltin<typeof import('node:fs')>('node:fs', 'x');\nfs.createWriteStream('a', { flags: 'w' });",
      '2: fs.createWriteStream',
    ],
    ["const { lookup } = await import('node:dns/promises');\nlookup('a', isOld ? {} : undefined);", '2: lookup'],
    ['new ReadableStream({ pull() {} } as Source);', '1: ReadableStream'],
    ["signal.addEventListener('abort', stop, { once: true });", '1: signal.addEventListener'],
  ])('are found in %j', (text, place) => {
    expect(literalsForRuntime(text)).toEqual([place]);
  });

  it.each([
    "import { connect } from 'node:tls';\nconnect(runtimeOptions('tls', { port: 1 }));",
    "import { statSync } from 'node:fs';\nstatSync('a', { __proto__: null, bigint: true } as never);",
    "import { connect } from './dial.ts';\nconnect({ port: 1 });",
  ])('are right in %j', (text) => {
    expect(literalsForRuntime(text)).toEqual([]);
  });
});
