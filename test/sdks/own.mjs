// Clients that are no development dependencies, over the packed package's `client.fetch`. Prints a line of JSON for each check.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Octokit } from '@octokit/rest';
import { createClient } from '@supabase/supabase-js';
import { Client } from 'sluice';

const requests = [];
const routes = {};
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { pathname } = new URL(request.url, 'http://h.test');
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks) });
    const answer = routes[`${method} ${pathname}`];
    if (answer === undefined) response.writeHead(404, JSON_TYPE).end('{"message":"Not Found","code":"404"}');
    else answer(request, response);
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const JSON_TYPE = { 'Content-Type': 'application/json' };
const origin = `http://127.0.0.1:${server.address().port}`;
const client = new Client({ headers: { 'X-Through': 'sluice' }, retry: { limit: 1, delay: () => 0 } });
const json =
  (value, headers = {}) =>
  (_request, response) =>
    response.writeHead(200, { ...JSON_TYPE, ...headers }).end(JSON.stringify(value));
const last = () => requests.at(-1);

/** Writes one piece, and the next one once the first was read: an answer that is kept until its end never ends. */
function stepwise(type) {
  let goOn;
  const more = new Promise((resolve) => {
    goOn = resolve;
  });
  const answer = async (_request, response) => {
    response.writeHead(200, { 'Content-Type': type }).write('data: first\n\n');
    await more;
    response.end('data: last\n\n');
  };
  return { answer, goOn };
}

async function readStepwise(body, goOn) {
  let text = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    goOn();
  }
  assert.equal(text, 'data: first\n\ndata: last\n\n');
}

const supabase = createClient(origin, 'anon-key', {
  global: { fetch: client.fetch },
  auth: { persistSession: false, autoRefreshToken: false },
});
const octokit = new Octokit({ baseUrl: origin, auth: 'token', request: { fetch: client.fetch }, log: quiet() });

function quiet() {
  const nothing = () => undefined;
  return { debug: nothing, info: nothing, warn: nothing, error: nothing };
}

const checks = {
  '@supabase/supabase-js': {
    async 'selects rows, through the layers of the client'() {
      let count = 0;
      routes['GET /rest/v1/users'] = (request, response) =>
        ++count === 1
          ? response.writeHead(503).end()
          : json([{ id: 1 }], { 'Content-Range': '0-0/1' })(request, response);
      const { data, error } = await supabase.from('users').select('id').eq('id', 1);
      assert.deepEqual([data, error, count], [[{ id: 1 }], null, 2]);
      assert.equal(last().headers['x-through'], 'sluice');
      assert.equal(last().headers.apikey, 'anon-key');
      assert.match(last().url, /select=id&id=eq\.1/);
    },
    async 'inserts, and calls a function of the database'() {
      routes['POST /rest/v1/users'] = json([{ id: 2 }]);
      routes['POST /rest/v1/rpc/add'] = json(3);
      assert.deepEqual((await supabase.from('users').insert({ name: 'Ada' }).select()).data, [{ id: 2 }]);
      assert.equal(String(last().body), '{"name":"Ada"}');
      assert.equal((await supabase.rpc('add', { a: 1, b: 2 })).data, 3);
    },
    async 'signs in'() {
      const user = { id: 'u', aud: 'authenticated', email: 'a@h.test' };
      const session = { access_token: 'a.b.c', refresh_token: 'r', expires_in: 3600, token_type: 'bearer', user };
      routes['POST /auth/v1/token'] = json(session);
      const signing = createClient(origin, 'anon-key', {
        global: { fetch: client.fetch },
        auth: { persistSession: false, autoRefreshToken: false },
      });
      const { data, error } = await signing.auth.signInWithPassword({ email: 'a@h.test', password: 'p' });
      assert.deepEqual([error, data.user?.id], [null, 'u']);
    },
    async 'uploads a Blob, a File and bytes, and downloads'() {
      routes['POST /storage/v1/object/files/a.txt'] = json({ Key: 'files/a.txt', Id: '1' });
      routes['GET /storage/v1/object/files/a.txt'] = (_request, response) => response.end('content');
      const files = supabase.storage.from('files');
      for (const file of [new Blob(['blob']), new File(['blob'], 'a.txt'), new TextEncoder().encode('blob')]) {
        const { error } = await files.upload('a.txt', file, { contentType: 'text/plain' });
        assert.equal(error, null);
        assert.match(String(last().body), /blob/);
      }
      const { data } = await files.download('a.txt');
      assert.equal(await data.text(), 'content');
    },
    async 'reads the answer of an edge function as it is written'() {
      const { answer, goOn } = stepwise('text/event-stream');
      routes['POST /functions/v1/talk'] = answer;
      const { data, error } = await supabase.functions.invoke('talk', { body: { a: 1 } });
      assert.equal(error, null);
      await readStepwise(data.body, goOn);
    },
    async 'tells a failure, of a status and of the network, and an abort'() {
      assert.equal((await supabase.from('missing').select()).error.message, 'Not Found');
      const nowhere = createClient('http://127.0.0.1:1', 'key', { global: { fetch: client.fetch } });
      const { error } = await nowhere.from('users').select().retry(false);
      assert.match(error.message, /fetch failed/);
      routes['GET /rest/v1/slow'] = () => undefined;
      const aborted = await supabase.from('slow').select().abortSignal(AbortSignal.timeout(100));
      assert.match(aborted.error.message, /TimeoutError|AbortError/);
    },
  },
  '@octokit/rest': {
    async 'gets what a method names, through the layers of the client'() {
      routes['GET /repos/ada/engine/issues/1'] = json({ id: 1, title: 'first' });
      const { data } = await octokit.rest.issues.get({ owner: 'ada', repo: 'engine', issue_number: 1 });
      assert.equal(data.title, 'first');
      assert.deepEqual([last().headers['x-through'], last().headers.authorization], ['sluice', 'token token']);
    },
    async 'goes through the pages that Link headers name'() {
      routes['GET /repos/ada/engine/issues'] = (request, response) => {
        const page = Number(new URL(request.url, origin).searchParams.get('page') ?? 1);
        const link = `<${origin}/repos/ada/engine/issues?page=${page + 1}>; rel="next"`;
        json([{ id: page }], page < 3 ? { Link: link } : {})(request, response);
      };
      const all = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: 'ada', repo: 'engine' });
      assert.deepEqual(
        all.map(({ id }) => id),
        [1, 2, 3],
      );
    },
    async 'creates, and uploads an asset'() {
      routes['POST /repos/ada/engine/issues'] = json({ number: 7 });
      const { data } = await octokit.rest.issues.create({ owner: 'ada', repo: 'engine', title: 'new' });
      assert.deepEqual([data.number, String(last().body)], [7, '{"title":"new"}']);
      routes['POST /repos/ada/engine/releases/1/assets'] = json({ id: 9 });
      const asset = { owner: 'ada', repo: 'engine', release_id: 1, name: 'a.bin', baseUrl: origin };
      await octokit.rest.repos.uploadReleaseAsset({ ...asset, data: Buffer.from([1, 2, 3]) });
      assert.deepEqual([...last().body], [1, 2, 3]);
    },
    async 'reads an archive as it is written'() {
      const { answer, goOn } = stepwise('application/octet-stream');
      routes['GET /repos/ada/engine/tarball/main'] = answer;
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/tarball/{ref}', {
        ...{ owner: 'ada', repo: 'engine', ref: 'main' },
        request: { parseSuccessResponseBody: false, fetch: client.fetch },
      });
      await readStepwise(data, goOn);
    },
    async 'tells a failure, of a status and of the network, and an abort'() {
      const missing = { owner: 'ada', repo: 'engine', issue_number: 404 };
      await assert.rejects(octokit.rest.issues.get(missing), { name: 'HttpError', status: 404 });
      await assert.rejects(octokit.rest.issues.get({ ...missing, baseUrl: 'http://127.0.0.1:1' }), { status: 500 });
      routes['GET /repos/ada/engine/issues/5'] = () => undefined;
      const request = { fetch: client.fetch, signal: AbortSignal.timeout(100) };
      await assert.rejects(octokit.rest.issues.get({ ...missing, issue_number: 5, request }), /abort|timeout/i);
    },
  },
};

for (const [sdk, rows] of Object.entries(checks)) {
  for (const [name, check] of Object.entries(rows)) {
    const limit = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error('it did not end')), 30_000).unref();
    });
    const problem = await Promise.race([check(), limit]).then(
      () => undefined,
      (error) => String(error.stack ?? error),
    );
    console.log(JSON.stringify({ sdk, name, problem }));
  }
}
process.exit(0);
