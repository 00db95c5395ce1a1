/**
 * `client.fetch` against the rules of the fetch standard: each call is made with the platform's own fetch and with
 * `client.fetch` at the same server. Both must come to what the standard says; where one of them does not, the row says
 * so, and docs/fetch.md has the difference under its name.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import * as answers from './fetch-rules/answers.ts';
import * as given from './fetch-rules/arguments.ts';
import { redirects } from './fetch-rules/redirects.ts';
import type { Rule, Site } from './fetch-rules/rule.ts';
import * as sending from './fetch-rules/sending.ts';
import * as stopping from './fetch-rules/stopping.ts';

const tables: Record<string, readonly Rule[]> = {
  'the URL': given.urls,
  'the init': given.inits,
  'the method': given.methods,
  'the words': given.words,
  'the headers': given.headers,
  'the body of a request': given.bodies,
  'what is sent of itself': sending.defaults,
  'what cache means without a cache': sending.caches,
  'the referrer': sending.referrers,
  'kinds of bodies': sending.kinds,
  'streams as bodies': sending.streams,
  'a Request': sending.requests,
  'the path': sending.paths,
  redirects,
  'a Response': answers.properties,
  'the headers of a Response': answers.fields,
  'the readers of a Response': answers.readers,
  'the use of a Response': answers.uses,
  'the stream of a Response': answers.bodyStreams,
  'a body that fails': answers.failures,
  signals: stopping.aborts,
  'a network that fails': stopping.networkFailures,
  'other schemes': stopping.schemes,
  integrity: stopping.integrities,
};

const client = new Client();
let server: TestServer;
let other: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startServer();
  other = await startServer();
  site = { server, other, url: (path) => server.url(path) };
});
afterEach(() => {
  server.clear();
  other.clear();
});
afterAll(async () => {
  await client.destroy();
  await Promise.all([server.close(), other.close()]);
});

describe.each(Object.entries(tables))('%s', (_, rules) => {
  describe("by the platform's fetch", () => {
    it.each(rules)('$rule', async ({ run, is, node = [] }) => {
      expect([is, ...node]).toContainEqual(await run(globalThis.fetch, site));
    });
  });

  describe('by client.fetch', () => {
    it.each(rules)('$rule', async ({ run, is, difference }) => {
      expect(await run(client.fetch, site)).toEqual(difference === undefined ? is : difference.is);
    });
  });
});

describe('docs/fetch.md', () => {
  const page = readFileSync(new URL('../../docs/fetch.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
  const rules = Object.values(tables).flat();

  it('has each difference under its name, and no other', () => {
    const differences = new Set(rules.flatMap(({ difference }) => (difference === undefined ? [] : [difference.name])));
    expect(new Set(named)).toEqual(differences);
  });

  it('says how many rules there are', () => {
    expect(page).toContain(`${rules.length} rules`);
  });
});
