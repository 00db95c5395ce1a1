import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { maskedOptions } from '../../src/options/masked-options.ts';
import { extendOptions, newOptions } from '../../src/options/option-record.ts';
import type { RequestOptions } from '../../src/options/options.ts';

const SECRET = 'hush-4f9c1e';

describe('maskedOptions', () => {
  it.each<RequestOptions>([
    { auth: ['ada', SECRET] },
    { body: SECRET },
    { json: { note: SECRET } },
    { formParams: { note: SECRET } },
    { multipart: [{ name: 'note', contents: SECRET }] },
    { cookies: { note: SECRET } },
    { cert: SECRET },
    { sslKey: ['/key.pem', SECRET] },
    { ca: SECRET },
    { tls: { passphrase: SECRET } as never },
  ])('hides credentials and content: %o', (options) => {
    const shown = JSON.stringify(maskedOptions(options));
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain('***');
  });

  it.each<RequestOptions>([
    { headers: { authorization: SECRET, 'X-Plan': SECRET } },
    { headers: [['Cookie', SECRET]] },
    { headers: new Headers({ 'X-Plan': SECRET }) as never },
    { headers: { Location: `/?token=${SECRET}` } },
    { query: { token: SECRET, plan: SECRET } },
    { query: `token=${SECRET}&plan=${SECRET}` },
    { query: new URLSearchParams({ plan: SECRET }) },
    { uriVars: { token: SECRET } },
    { baseUri: `http://ada:${SECRET}@a.test/?plan=${SECRET}` },
    { baseUri: new URL(`http://ada:${SECRET}@a.test/`) },
    { proxy: { http: `http://ada:${SECRET}@a.test/` } },
    { context: { session: { token: SECRET }, urls: [`http://a.test/?plan=${SECRET}`] } },
  ])('masks by name what may be shown: %o', (options) => {
    const shown = JSON.stringify(maskedOptions({ ...options, redact: ['x-plan', 'plan'] }));
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain('***');
  });

  it('shows the rest as it is', () => {
    const options: RequestOptions = {
      timeout: '5s',
      retry: { limit: 2 },
      headers: { Accept: ['a/b', 'c/d'] },
      stream: true,
    };
    expect({ ...maskedOptions(options) }).toEqual(options);
  });

  it('names what is no plain data, and ends in a circle', () => {
    const context: Record<string, unknown> = { jar: new CookieJar() };
    context['self'] = context;
    const shown = JSON.stringify(maskedOptions({ context }));
    expect(shown).toContain('[CookieJar]');
    expect(shown).toContain('[Object]');
  });
});

describe('options as they travel', () => {
  it('are shown masked, and read as they are', () => {
    const options = extendOptions(newOptions(), { auth: ['ada', SECRET], timeout: 5 });
    expect(JSON.parse(JSON.stringify(options))).toEqual({ auth: '***', timeout: 5 });
    expect(inspect({ options })).toContain("{ auth: '***', timeout: 5 }");
    expect(options.auth).toEqual(['ada', SECRET]);
    expect(Object.keys(options)).toEqual(['auth', 'timeout']);
  });
});
