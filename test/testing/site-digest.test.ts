import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { checkDigest, parseDigest } from '../../src/testing/site-digest.ts';
import { ask } from '../support/plain-client.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Answering {
  readonly user?: string;
  readonly password?: string;
  readonly qop?: string;
  readonly nc?: string;
  readonly cnonce?: string;
  readonly body?: string;
  readonly method?: string;
  /** The last word over the finished header, to spoil it. */
  readonly spoil?: (header: string) => string;
}

/** A client's half, in the RFC's own terms and sharing no code with the server's. */
function authorize(challenge: string, uri: string, answering: Answering): string {
  const field = (name: string) => new RegExp(`${name}="?([^",]+)"?`).exec(challenge)?.[1] ?? '';
  const { user = 'ada', password = 'secret', nc = '00000001', cnonce = 'abc', body = '', method = 'GET' } = answering;
  const [realm, nonce, algorithm] = [field('realm'), field('[^c]nonce'), field('algorithm')];
  const qop = answering.qop ?? (challenge.includes('qop=') ? 'auth' : '');
  const names: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };
  const h = (text: string) => createHash(names[algorithm.replace('-sess', '')]!).update(text).digest('hex');
  let a1 = h(`${user}:${realm}:${password}`);
  if (algorithm.endsWith('-sess')) a1 = h(`${a1}:${nonce}:${cnonce}`);
  const a2 = h(`${method}:${uri}${qop === 'auth-int' ? `:${h(body)}` : ''}`);
  const response = h(qop ? `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}` : `${a1}:${nonce}:${a2}`);
  const parts = [
    `username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`,
    `algorithm=${algorithm}, opaque="${field('opaque')}"`,
  ];
  if (qop) parts.push(`qop=${qop}, nc=${nc}, cnonce="${cnonce}"`);
  else if (algorithm.endsWith('-sess')) parts.push(`cnonce="${cnonce}"`);
  const header = `Digest ${parts.join(', ')}`;
  return answering.spoil?.(header) ?? header;
}

async function challengeOf(path: string): Promise<string> {
  const answer = await ask(server.url(path));
  expect(answer.status).toBe(401);
  return answer.headers['www-authenticate'] ?? '';
}

async function answerTo(challenge: string, path: string, answering: Answering = {}) {
  const { method = 'GET', body } = answering;
  const headers = { Authorization: authorize(challenge, path, answering) };
  return ask(server.url(path), { method, headers, body });
}

describe('digest authentication', () => {
  const algorithms = ['MD5', 'SHA-256', 'SHA-512-256'].flatMap((name) => [name, `${name}-sess`]);
  const cases = algorithms.flatMap((algorithm) => ['auth', 'auth-int', 'none'].map((qop) => ({ algorithm, qop })));

  it.each(cases)('accepts a right answer for $algorithm with qop $qop', async ({ algorithm, qop }) => {
    const path = `/digest-auth/${qop}/ada/secret?algorithm=${algorithm}`;
    const challenge = await challengeOf(path);
    const answering = { method: 'POST', body: 'grüße', qop: qop === 'none' ? '' : qop };
    const answer = await answerTo(challenge, path, answering);
    expect(answer.json()).toMatchObject({ authenticated: true, user: 'ada', algorithm });
    expect((await answerTo(challenge, path, { ...answering, password: 'wrong' })).status).toBe(401);
  });

  it('agrees with the examples of RFC 7616 section 3.9.1', () => {
    const common =
      'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", ' +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, ' +
      'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, ' +
      'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    const examples = {
      MD5: '8ca523f5e9506fed4657c9700eebdbec',
      'SHA-256': '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    };
    for (const [algorithm, response] of Object.entries(examples)) {
      const nonce = { opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS', algorithm, counts: new Set<number>() };
      const verdict = checkDigest(
        {
          realm: 'http-auth@example.org',
          user: 'Mufasa',
          password: 'Circle of Life',
          algorithms: [algorithm],
          qop: ['auth'],
          uses: 9,
          userhash: false,
        },
        `${common}, algorithm=${algorithm}, response="${response}"`,
        { method: 'GET', target: '/dir/index.html', body: new Uint8Array() },
        new Map([['7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', { ...nonce, uses: 9 }]]),
      );
      expect(verdict).toMatchObject({ ok: true, algorithm });
    }
  });

  it('takes each nonce count once', async () => {
    const path = '/digest-auth/auth/ada/secret';
    const challenge = await challengeOf(path);
    expect((await answerTo(challenge, path, { nc: '00000001' })).status).toBe(200);
    expect((await answerTo(challenge, path, { nc: '00000002' })).status).toBe(200);
    const replay = await answerTo(challenge, path, { nc: '00000001' });
    expect(replay.json()).toEqual({ authenticated: false, reason: 'nonce count 00000001 is a replay' });
    expect(replay.headers['www-authenticate']).not.toContain('stale');
  });

  it('says stale once, over a right answer only', async () => {
    const path = '/digest-auth/auth/ada/secret?stale=true';
    const challenge = await challengeOf(path);
    const wrong = await answerTo(challenge, path, { password: 'wrong' });
    expect(wrong.headers['www-authenticate']).not.toContain('stale');
    const stale = await answerTo(challenge, path);
    expect(stale.headers['www-authenticate']).toContain('stale=true');
    expect((await answerTo(stale.headers['www-authenticate'] ?? '', path)).status).toBe(200);
  });

  it('retires a nonce after so many uses', async () => {
    const path = '/digest-auth/auth/ada/secret?uses=1';
    const challenge = await challengeOf(path);
    expect((await answerTo(challenge, path, { nc: '00000001' })).status).toBe(200);
    const used = await answerTo(challenge, path, { nc: '00000002' });
    expect(used.headers['www-authenticate']).toContain('stale=true');
  });

  it('keeps the session key of the first request', async () => {
    const path = '/digest-auth/auth/ada/secret?algorithm=SHA-256-sess';
    const challenge = await challengeOf(path);
    expect((await answerTo(challenge, path, { cnonce: 'one' })).status).toBe(200);
    expect((await answerTo(challenge, path, { cnonce: 'two', nc: '00000002' })).status).toBe(401);
    expect((await answerTo(challenge, path, { cnonce: 'one', nc: '00000003' })).status).toBe(200);
  });

  it('offers several algorithms in its order of preference', async () => {
    const path = '/digest-auth/auth,auth-int/ada/secret?algorithm=SHA-256,MD5';
    const { rawHeaders } = await ask(server.url(path));
    const offers = rawHeaders.filter((_, i) => rawHeaders[i - 1] === 'WWW-Authenticate');
    expect(offers.map((line) => /algorithm=([\w-]+)/.exec(line)?.[1])).toEqual(['SHA-256', 'MD5']);
    for (const offer of offers) {
      expect((await answerTo(offer, path, { qop: 'auth-int' })).status).toBe(200);
    }
  });

  it('knows a hashed user name', async () => {
    const path = '/digest-auth/auth/ada/secret?userhash=true&algorithm=SHA-256';
    const challenge = await challengeOf(path);
    expect(challenge).toContain('userhash=true');
    const hashed = createHash('sha256').update('ada:sluice test site').digest('hex');
    const spoil = (header: string) => `${header.replace('"ada"', `"${hashed}"`)}, userhash=true`;
    expect((await answerTo(challenge, path, { spoil })).status).toBe(200);
  });

  it.each<[string, (header: string) => string]>([
    ['qop must not be quoted', (header) => header.replace('qop=auth', 'qop="auth"')],
    ['nc must be eight hexadecimal digits', (header) => header.replace('nc=00000001', 'nc=1')],
    ['response must be quoted', (header) => header.replace(/response="(\w+)"/, 'response=$1')],
    ['cnonce is missing', (header) => header.replace(/, cnonce="abc"/, '')],
    ['another user', (header) => header.replace('"ada"', '"bob"')],
    ['another realm', (header) => header.replace('"sluice test site"', '"x"')],
    ['an algorithm that was not offered', (header) => header.replace('algorithm=MD5', 'algorithm=SHA-256')],
    ['opaque was not returned as it was', (header) => header.replace(/opaque="/, 'opaque="x')],
    ['not a list of Digest parameters', (header) => `${header}, nc=00000001`],
  ])('refuses an answer and says why: %s', async (reason, spoil) => {
    const path = '/digest-auth/auth/ada/secret';
    const answer = await answerTo(await challengeOf(path), path, { spoil });
    expect([answer.status, answer.headers['x-auth-error']]).toEqual([401, reason]);
  });

  it('refuses an answer for another target, and one over a nonce that it never gave out', async () => {
    const path = '/digest-auth/auth/ada/secret';
    const challenge = await challengeOf(path);
    const moved = await ask(server.url(path), { headers: { Authorization: authorize(challenge, '/other', {}) } });
    expect(moved.json().reason).toContain('uri is not the request target');
    const foreign = await answerTo(challenge.replace(/nonce="\w+"/, 'nonce="made-up"'), path);
    expect(foreign.headers['www-authenticate']).toContain('stale=true');
  });

  it('proves to the client that it knows the password too', async () => {
    const path = '/digest-auth/auth/ada/secret';
    const info = (await answerTo(await challengeOf(path), path)).headers['authentication-info'];
    expect(info).toMatch(/^rspauth="[0-9a-f]{32}", qop=auth, nc=00000001, cnonce="abc"$/);
  });

  it('reads quoted pairs and refuses what is no list', () => {
    expect(parseDigest('Digest a="x\\"y",  b=z')?.get('a')).toEqual({ value: 'x"y', quoted: true });
    for (const text of ['Basic abc', 'Digest a', 'Digest a="x', 'Digest a=1 b=2']) {
      expect(parseDigest(text)).toBeUndefined();
    }
  });
});

describe('basic and bearer authentication', () => {
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('takes the right user and password, in UTF-8', async () => {
    const url = server.url('/basic-auth/jos%C3%A9/p%3Aw');
    expect((await ask(url, { headers: basic('josé:p:w') })).json()).toEqual({ authenticated: true, user: 'josé' });
    const refused = await ask(url, { headers: basic('josé:wrong') });
    expect(refused.status).toBe(401);
    expect((await ask(url)).headers['www-authenticate']).toBe('Basic realm="sluice test site", charset="UTF-8"');
  });

  it('takes the right token', async () => {
    const url = server.url('/bearer/abc');
    expect((await ask(url, { headers: { Authorization: 'Bearer abc' } })).status).toBe(200);
    const refused = await ask(url, { headers: { Authorization: 'Bearer xyz' } });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="sluice test site", error="invalid_token"',
    ]);
  });
});
