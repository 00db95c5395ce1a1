import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { ResponseError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { digest } from '../../../src/middleware/auth/digest.ts';
import { strongestChallenge } from '../../../src/middleware/auth/digest-challenge.ts';
import { DigestSessions } from '../../../src/middleware/auth/digest-sessions.ts';
import { parseChallenges } from '../../../src/middleware/auth/www-authenticate.ts';

type Flow = Generator<HttpRequest, HttpResponse | undefined, HttpResponse>;

const ok = (headers = {}) => new HttpResponse(200, headers);
const unauthorized = (...challenges: string[]) => new HttpResponse(401, { 'WWW-Authenticate': challenges });
const get = (url = 'http://h/a?b=c') => new HttpRequest('GET', url);

/** Runs a flow over the answers; gives what was sent and how it ended. */
function run(flow: ReturnType<typeof digest>, request: HttpRequest, ...answers: HttpResponse[]) {
  const conversation = flow(request, {}) as Flow;
  const sent: HttpRequest[] = [];
  let step = conversation.next(undefined as never);
  while (!step.done) {
    sent.push(step.value);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('the flow sent more than was answered');
    step = conversation.next(answer);
  }
  return { sent, response: step.value, fields: sent.map(fieldsOf) };
}

function fieldsOf(request: HttpRequest): Record<string, string> | undefined {
  const header = request.headers.get('authorization');
  return header === null ? undefined : Object.fromEntries(parseChallenges([header])[0]!.parameters);
}

const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest('hex');

describe('the examples of RFC 7616 section 3.9', () => {
  const common = 'realm="http-auth@example.org", qop="auth, auth-int", algorithm=';
  const facts =
    ', nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const cnonce = () => 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  const request = new HttpRequest('GET', 'http://www.example.org/dir/index.html');

  it.each([
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ])('3.9.1 with %s', (algorithm, response) => {
    const flow = digest('Mufasa', 'Circle of Life', { cnonce });
    const { sent } = run(flow, request, unauthorized(`Digest ${common}${algorithm}${facts}`), ok());
    expect(sent[1]!.headers.get('authorization')).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", ' +
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", ' +
        `response="${response}", algorithm=${algorithm}, ` +
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ' +
        'qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"',
    );
  });

  it('3.9.1 answers SHA-256 when MD5 is offered too', () => {
    const challenges = unauthorized(`Digest ${common}MD5${facts}`, `Digest ${common}SHA-256${facts}`);
    expect(run(digest('Mufasa', 'Circle of Life', { cnonce }), request, challenges, ok()).fields[1]).toMatchObject({
      algorithm: 'SHA-256',
      response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    });
  });

  // The RFC printed the values of SHA-512 cut to 256 bits; these are the ones of SHA-512/256 (erratum 4897).
  it('3.9.2 with SHA-512-256, charset and userhash, as erratum 4897 corrects it', () => {
    const flow = digest('J\u00e4s\u00f8n Doe', 'Secret, or not?', {
      cnonce: () => 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    });
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
      'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", ' +
      'charset=UTF-8, userhash=true';
    const doe = new HttpRequest('GET', 'http://api.example.org/doe.json');
    expect(run(flow, doe, unauthorized(challenge), ok()).fields[1]).toMatchObject({
      username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
      response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
      userhash: 'true',
      uri: '/doe.json',
      nc: '00000001',
    });
  });
});

describe('choosing a challenge', () => {
  it.each<[what: string, lines: string[], algorithm: string | undefined]>([
    ['no challenge', [], undefined],
    ['another scheme', ['Basic realm="a"'], undefined],
    ['no nonce', ['Digest realm="a"'], undefined],
    ['an unknown algorithm', ['Digest nonce="n", algorithm=SHA-3'], undefined],
    [
      'an unknown algorithm beside a known one',
      ['Digest nonce="n", algorithm=SHA-3, Digest nonce="m", algorithm=MD5'],
      'MD5',
    ],
    ['an unknown qop', ['Digest nonce="n", qop="auth-conf", algorithm=MD5'], undefined],
    ['-sess without qop', ['Digest nonce="n", algorithm=MD5-sess'], undefined],
    ['SHA-256 over MD5', ['Digest nonce="n", algorithm=MD5', 'Digest nonce="n", algorithm=SHA-256'], 'SHA-256'],
    [
      'SHA-512-256 over SHA-256',
      ['Digest nonce="n", algorithm=SHA-512-256, Digest nonce="n", algorithm=SHA-256'],
      'SHA-512-256',
    ],
    [
      '-sess over the same hash',
      ['Digest nonce="n", qop=auth, algorithm=MD5', 'Digest nonce="n", qop=auth, algorithm=MD5-sess'],
      'MD5-sess',
    ],
    ['an algorithm in any case', ['Digest nonce="n", algorithm="sha-256"'], 'sha-256'],
    ['Digest among others on one line', ['Negotiate, Digest nonce="n", algorithm=MD5, Basic realm="a"'], 'MD5'],
  ])('%s', (_what, lines, algorithm) => {
    expect(strongestChallenge(lines, null)?.algorithmName).toBe(algorithm);
  });

  it('takes an absent algorithm for MD5, and does not name it', () => {
    const { fields } = run(digest('u', 'p'), get(), unauthorized('Digest realm="r", nonce="n", qop="auth"'), ok());
    expect(fields[1]).not.toHaveProperty('algorithm');
    const { nc, cnonce, response } = fields[1]!;
    expect(response).toBe(md5(`${md5('u:r:p')}:n:${nc}:${cnonce}:auth:${md5('GET:/a?b=c')}`));
  });

  it('does not choose auth-int for a body that is not in memory', () => {
    const body = async function* () {
      yield 'x';
    };
    const request = new HttpRequest('POST', 'http://h/', {}, () => body());
    expect(strongestChallenge(['Digest nonce="n", qop="auth-int"'], request.body)).toBeUndefined();
    expect(strongestChallenge(['Digest nonce="n", qop="auth-int, auth"'], request.body)).toBeDefined();
  });
});

describe('the answer', () => {
  it('without qop is that of RFC 2069', () => {
    const { fields } = run(digest('u', 'p'), get(), unauthorized('Digest realm="r", nonce="n"'), ok());
    const response = md5(`${md5('u:r:p')}:n:${md5('GET:/a?b=c')}`);
    expect(fields[1]).toEqual({ username: 'u', realm: 'r', nonce: 'n', uri: '/a?b=c', response });
  });

  it('hashes the body for auth-int', () => {
    const request = new HttpRequest('POST', 'http://h/a', {}, 'the body');
    const { fields } = run(
      digest('u', 'p'),
      request,
      unauthorized('Digest realm="r", nonce="n", qop="auth-int"'),
      ok(),
    );
    const { nc, cnonce, response } = fields[1]!;
    const ha2 = md5(`POST:/a:${md5('the body')}`);
    expect(response).toBe(md5(`${md5('u:r:p')}:n:${nc}:${cnonce}:auth-int:${ha2}`));
  });

  it('escapes what stands in quotes and hashes it unescaped', () => {
    const { sent, fields } = run(digest('a"b\\', 'p'), get(), unauthorized('Digest realm="r\\"s", nonce="n"'), ok());
    expect(sent[1]!.headers.get('authorization')).toContain('username="a\\"b\\\\", realm="r\\"s"');
    expect(fields[1]!['response']).toBe(md5(`${md5('a"b\\:r"s:p')}:n:${md5('GET:/a?b=c')}`));
  });

  it('returns opaque as it is, also an empty one', () => {
    const { fields } = run(digest('u', 'p'), get(), unauthorized('Digest realm="r", nonce="n", opaque=""'), ok());
    expect(fields[1]).toMatchObject({ opaque: '' });
  });

  it('sends a name beyond ASCII in the form of RFC 8187 when the server reads UTF-8', () => {
    const challenge = 'Digest realm="r", nonce="n", charset=UTF-8';
    const { sent, fields } = run(digest('Ja\u0308s\u00f8n Doe', 'p\u00e4'), get(), unauthorized(challenge), ok());
    expect(sent[1]!.headers.get('authorization')).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, ");
    expect(fields[1]!['response']).toBe(md5(`${md5('J\u00e4s\u00f8n Doe:r:p\u00e4')}:n:${md5('GET:/a?b=c')}`));
  });

  it('sends a name beyond ASCII as its UTF-8 octets otherwise', () => {
    const { fields } = run(digest('\u00e4', 'p'), get(), unauthorized('Digest realm="r", nonce="n"'), ok());
    expect(fields[1]!['username']).toBe('\u00c3\u00a4');
    expect(fields[1]!['response']).toBe(md5(`${md5('\u00e4:r:p')}:n:${md5('GET:/a?b=c')}`));
  });

  it('hashes the octets of a realm as they came', () => {
    const realm = Buffer.from('r\u00e4').toString('latin1');
    const { fields } = run(digest('u', 'p'), get(), unauthorized(`Digest realm="${realm}", nonce="n"`), ok());
    expect(fields[1]!['response']).toBe(md5(`${md5('u:r\u00e4:p')}:n:${md5('GET:/a?b=c')}`));
  });

  it('makes another client nonce for each challenge', () => {
    const challenge = unauthorized('Digest realm="r", nonce="n", qop=auth');
    const first = run(digest('u', 'p'), get(), challenge, ok()).fields[1]!['cnonce'];
    const second = run(digest('u', 'p'), get(), challenge, ok()).fields[1]!['cnonce'];
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
  });
});

describe('the flow', () => {
  const challenge = (nonce: string, more = '') => unauthorized(`Digest realm="r", nonce="${nonce}", qop="auth"${more}`);

  it('sends the request without credentials first, also without those of the caller', () => {
    const { sent, response } = run(digest('u', 'p'), get().withHeader('Authorization', 'Basic eA=='), ok());
    expect(sent).toHaveLength(1);
    expect(sent[0]!.headers.has('authorization')).toBe(false);
    expect(response!.status).toBe(200);
  });

  it('gives a second 401 that is not about a stale nonce as it is', () => {
    const refused = challenge('b');
    const { sent, response } = run(digest('u', 'p'), get(), challenge('a'), refused);
    expect(sent).toHaveLength(2);
    expect(response).toBe(refused);
  });

  it('gives a 401 without a challenge it knows as it is', () => {
    const refused = unauthorized('Basic realm="r"');
    expect(run(digest('u', 'p'), get(), refused)).toMatchObject({ response: refused, sent: { length: 1 } });
  });

  it('takes a new nonce twice when one is stale', () => {
    const stale = ', stale=TRUE';
    const answers = [challenge('a'), challenge('b', stale), challenge('c', stale), ok()];
    const { fields, response } = run(digest('u', 'p'), get(), ...answers);
    expect(fields.map((one) => one?.['nonce'])).toEqual([undefined, 'a', 'b', 'c']);
    expect(response!.status).toBe(200);
  });

  it('gives up on a server for which every nonce is stale', () => {
    const stale = challenge('x', ', stale=true');
    expect(run(digest('u', 'p'), get(), stale, stale, stale, stale)).toMatchObject({
      response: stale,
      sent: { length: 4 },
    });
  });

  describe('with sessions', () => {
    const signIn = (sessions: DigestSessions, url = 'http://h/a', more = '') =>
      run(digest('u', 'p', { sessions }), get(url), challenge('a', more), ok());

    it('authenticates later requests at once and counts the uses of the nonce', () => {
      const sessions = new DigestSessions();
      signIn(sessions);
      const second = run(digest('u', 'p', { sessions }), get('http://h/b'), ok());
      const third = run(digest('u', 'p', { sessions }), get('http://h/c'), ok());
      expect(second.fields[0]).toMatchObject({ nonce: 'a', nc: '00000002', uri: '/b' });
      expect(third.fields[0]).toMatchObject({ nonce: 'a', nc: '00000003', uri: '/c' });
      expect(third.fields[0]!['cnonce']).not.toBe(second.fields[0]!['cnonce']);
    });

    it.each([
      ['another origin', 'http://h:81/a', 'u'],
      ['another scheme', 'https://h/a', 'u'],
      ['another user', 'http://h/a', 'v'],
    ])('does not for %s', (_what, url, user) => {
      const sessions = new DigestSessions();
      signIn(sessions);
      expect(run(digest(user, 'p', { sessions }), get(url), ok()).fields).toEqual([undefined]);
    });

    it.each([
      ['/docs', 'http://h/docs/x', true],
      ['/docs', 'http://h/other', false],
      ['/x /docs http://h/y', 'http://h/y/1', true],
      ['http://other/ /docs', 'http://h/a', false],
      ['http://other/', 'http://other/', false],
      ['http://h.evil/', 'http://h/a', false],
      ['::: /docs', 'http://h/docs', true],
      ['', 'http://h/anything', true],
    ])('domain="%s" covers %s: %s', (domain, url, covered) => {
      const sessions = new DigestSessions();
      signIn(sessions, 'http://h/docs/', `, domain="${domain}"`);
      expect(run(digest('u', 'p', { sessions }), get(url), ok()).fields[0] !== undefined).toBe(covered);
    });

    it('takes a 401 to a remembered nonce for a new challenge, whatever it says of stale', () => {
      const sessions = new DigestSessions();
      signIn(sessions);
      const { fields, response } = run(digest('u', 'p', { sessions }), get(), challenge('b'), ok());
      expect(fields.map((one) => [one!['nonce'], one!['nc']])).toEqual([
        ['a', '00000002'],
        ['b', '00000001'],
      ]);
      expect(response!.status).toBe(200);
    });

    it('forgets a session whose credentials are refused', () => {
      const sessions = new DigestSessions();
      signIn(sessions);
      run(digest('u', 'wrong', { sessions }), get(), challenge('b'), challenge('c'));
      expect(run(digest('u', 'p', { sessions }), get(), ok()).fields).toEqual([undefined]);
    });

    it('goes on with the nonce that the server names next', () => {
      const sessions = new DigestSessions();
      const flow = digest('u', 'p', { sessions });
      run(flow, get(), challenge('a'), ok({ 'Authentication-Info': 'nextnonce="b", qop=auth' }));
      expect(run(flow, get(), ok()).fields[0]).toMatchObject({ nonce: 'b', nc: '00000001' });
    });

    it('keeps the session key of -sess: its client nonce, and the first nonce in it', () => {
      const sessions = new DigestSessions();
      const flow = digest('u', 'p', { sessions });
      const sess = unauthorized('Digest realm="r", nonce="a", qop="auth", algorithm=MD5-sess');
      const { fields } = run(flow, get(), sess, ok({ 'Authentication-Info': 'nextnonce="b"' }));
      const { cnonce } = fields[1]!;
      const later = run(flow, get(), ok()).fields[0]!;
      const ha1 = md5(`${md5('u:r:p')}:a:${cnonce}`);
      expect(later['cnonce']).toBe(cnonce);
      expect(later['response']).toBe(md5(`${ha1}:b:00000001:${cnonce}:auth:${md5('GET:/a?b=c')}`));
    });

    it('does not sign a body that the session cannot hash', () => {
      const sessions = new DigestSessions();
      const intOnly = unauthorized('Digest realm="r", nonce="a", qop="auth-int"');
      run(digest('u', 'p', { sessions }), get('http://h/'), intOnly, ok());
      const factory = new HttpRequest('POST', 'http://h/', {}, () => 'x');
      expect(run(digest('u', 'p', { sessions }), factory, ok()).fields).toEqual([undefined]);
    });

    it('remembers a bounded number of origins, those used last', () => {
      const sessions = new DigestSessions();
      for (let i = 0; i < 100; i += 1) signIn(sessions, `http://h${i}/`);
      expect(sessions.find('http://h0/', 'u')).toBeDefined();
      signIn(sessions, 'http://h100/');
      expect(sessions.find('http://h0/', 'u')).toBeDefined();
      expect(sessions.find('http://h1/', 'u')).toBeUndefined();
      expect(sessions.find('http://h100/', 'u')).toBeDefined();
    });
  });

  describe('with a body that can be read once', () => {
    const upload = () => {
      const request = new HttpRequest('PUT', 'http://h/a', { 'Content-Length': 4, Expect: '100-continue' }, ['body']);
      expect(request.body!.replayable).toBe(false);
      return request;
    };

    it('holds the body back until there is a challenge', () => {
      const { sent } = run(digest('u', 'p'), upload(), challenge('a'), ok());
      expect(sent.map(({ body }) => body === null)).toEqual([true, false]);
      expect([...sent[0]!.headers]).toEqual([]);
      expect(sent[1]!.headers.get('content-length')).toBe('4');
    });

    it('asks for a challenge although one is remembered, because a stale one would cost the body', () => {
      const sessions = new DigestSessions();
      run(digest('u', 'p', { sessions }), get('http://h/a'), challenge('a'), ok());
      const { fields } = run(digest('u', 'p', { sessions }), upload(), challenge('b'), ok());
      expect(fields.map((one) => one?.['nonce'])).toEqual([undefined, 'b']);
    });

    it('refuses the answer of a server that asked for nothing', () => {
      expect(() => run(digest('u', 'p'), upload(), ok())).toThrow(
        expect.objectContaining({ code: 'ERR_AUTH_PROBE', message: expect.stringContaining('give body as bytes') }),
      );
      expect(() => run(digest('u', 'p'), upload(), ok())).toThrow(ResponseError);
    });

    it.each([
      ['a redirect', new HttpResponse(307, { location: '/b' })],
      ["a proxy's challenge", new HttpResponse(407)],
    ])('passes %s on', (_what, answer) => {
      expect(run(digest('u', 'p'), upload(), answer).response).toBe(answer);
    });
  });

  it('says what is missing on a runtime without node:crypto', () => {
    vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }));
    expect(() => run(digest('u', 'p'), get(), challenge('a'), ok())).toThrow(
      new TypeError("auth: [user, password, 'digest'] needs node:crypto, which this runtime does not have"),
    );
  });
});
