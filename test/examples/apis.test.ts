/** Recipes for calling APIs, each against a server on loopback. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat } from '../../examples/chat.ts';
import { GraphQLFailure, graphql } from '../../examples/graphql.ts';
import { byCursor, byLink, byNumber } from '../../examples/paging.ts';
import { clientFor } from '../../examples/token-refresh.ts';
import { UsersApi } from '../../examples/typed-api.ts';
import { Client, HandlerStack, isBodyError } from '../../src/index.ts';
import { routes, startServer, type TestServer } from '../../src/testing/index.ts';

let server: TestServer;
afterEach(() => server?.close());

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(listener: Listener): Promise<Client> {
  server = await startServer({ listener });
  return new Client({ baseUri: server.origin });
}

const json = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));

describe('examples/token-refresh.ts', () => {
  /** A token endpoint whose refresh tokens rotate, and a resource that takes the last access token alone. */
  async function start() {
    const state = { count: 0, valid: '', asked: [] as string[], kept: 'r0' };
    await serve((request, response) => {
      if (request.url !== '/token') {
        return json(response, {}, request.headers.authorization === `Bearer ${state.valid}` ? 200 : 401);
      }
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        state.asked.push(new URLSearchParams(body).get('refresh_token') ?? '');
        state.valid = `t${++state.count}`;
        json(response, {
          access_token: state.valid,
          token_type: 'Bearer',
          expires_in: 3600,
          refresh_token: `r${state.count}`,
        });
      });
    });
    const kept = { load: async () => state.kept, save: async (token: string) => void (state.kept = token) };
    return { state, client: clientFor({ api: server.origin, tokenUrl: server.url('/token'), kept }) };
  }

  it.each([
    [503, 2, 200],
    [500, 1, undefined],
  ])(
    'asks a token endpoint that answers %i once %i times, because a refresh token may count once',
    async (status, times, got) => {
      const asked: string[] = [];
      const handler = HandlerStack.create(
        routes({
          'POST /token': async ({ url }) => {
            asked.push(url);
            return asked.length === 1 ? status : { json: { access_token: 't1' } };
          },
          'GET /users': 200,
        }),
      );
      const kept = { load: async () => 'r0', save: async () => {} };
      const client = clientFor({ api: 'http://api.example', tokenUrl: 'http://api.example/token', kept }, handler);
      const [response] = await client.attempt('GET', '/users');
      expect([asked.length, response?.status]).toEqual([times, got]);
    },
  );

  it('asks once for ten calls, once more when the token was taken back, and keeps the refresh tokens', async () => {
    const { state, client } = await start();
    const ten = () => Promise.all(Array.from({ length: 10 }, async () => (await client.get('/users')).status));
    expect(new Set(await ten())).toEqual(new Set([200]));
    expect([state.asked, state.kept]).toEqual([['r0'], 'r1']);
    state.valid = 'another';
    expect(new Set(await ten())).toEqual(new Set([200]));
    expect([state.asked, state.kept]).toEqual([['r0', 'r1'], 'r2']);
    await client.close();
  });
});

describe('examples/paging.ts', () => {
  const ids = Array.from({ length: 5 }, (_, i) => ({ id: i + 1 }));
  const listener: Listener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, server.origin);
    const page = Number(searchParams.get('page') ?? 1);
    const from = pathname === '/by-cursor' ? Number(searchParams.get('cursor') ?? 0) : (page - 1) * 2;
    const items = ids.slice(from, from + 2);
    const isLast = from + 2 >= ids.length;
    if (pathname === '/by-cursor')
      return json(response, { data: items, next_cursor: isLast ? null : String(from + 2) });
    const link = isLast ? {} : { Link: `</by-link?page=${page + 1}>; rel="next"` };
    return json(response, items, 200, pathname === '/by-link' ? link : {});
  };

  it.each([
    ['byLink', byLink, 3],
    ['byCursor', byCursor, 3],
    ['byNumber', byNumber, 4],
  ])('%s gives all items once, in their order', async (_, walk, requests) => {
    const seen: number[] = [];
    for await (const { id } of walk(await serve(listener))) seen.push(id);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(server.requests.length).toBe(requests);
  });
});

describe('examples/chat.ts', () => {
  const event = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

  it('gives the pieces as they come, until the end', async () => {
    const client = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`${event('Hel')}${event('lo')}data: [DONE]\n\n${event('never')}`);
    });
    const pieces: string[] = [];
    for await (const piece of chat(client, [{ role: 'user', content: 'hi' }])) pieces.push(piece);
    expect(pieces).toEqual(['Hel', 'lo']);
    expect(JSON.parse(server.requests[0]!.body.toString())).toMatchObject({
      stream: true,
      messages: [{ role: 'user' }],
    });
  });

  it.each(['a break', 'an abort'])('ends the connection by %s, which the server sees', async (how) => {
    let gone: Promise<unknown> | undefined;
    const client = await serve((_, response) => {
      gone = once(response, 'close');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(event('one'));
    });
    const controller = new AbortController();
    const read = async () => {
      for await (const piece of chat(client, [], controller.signal)) {
        if (how === 'a break') return piece;
        controller.abort();
      }
      return 'to its end';
    };
    const outcome = await read().catch((error: Error) => error.name);
    expect(outcome).toBe(how === 'a break' ? 'one' : 'AbortError');
    await gone;
  });
});

describe('examples/graphql.ts', () => {
  const User = z.object({ user: z.object({ name: z.string() }) });
  const query = 'query ($id: ID!) { user(id: $id) { name } }';

  it('gives the data that fits the schema, and repeats a query that failed', async () => {
    const client = await serve((_, response) => json(response, { data: { user: { name: 'Ada' } } }));
    server.enqueue({ status: 503 });
    expect(await graphql(client, query, { id: 1 }, User)).toEqual({ user: { name: 'Ada' } });
    expect(server.requests.length).toBe(2);
    expect(JSON.parse(server.requests[1]!.body.toString())).toEqual({ query, variables: { id: 1 } });
  });

  it('sends a mutation once', async () => {
    const client = await serve((_, response) => json(response, {}, 503));
    const call = graphql(client, 'mutation { drop }', {}, User);
    await expect(call).rejects.toMatchObject({ code: 'ERR_SERVER_ERROR' });
    expect(server.requests.length).toBe(1);
  });

  it('rejects with what the server says of the query, whatever the status', async () => {
    const answer = { data: { user: null }, errors: [{ message: 'no such user', path: ['user'] }] };
    const client = await serve((_, response) => json(response, answer, 400));
    const error = await graphql(client, query, { id: 9 }, User).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(GraphQLFailure);
    expect(error).toMatchObject({ message: 'user: no such user', data: { user: null } });
  });

  it('rejects data of another shape', async () => {
    const client = await serve((_, response) => json(response, { data: { user: {} } }));
    await expect(graphql(client, query, { id: 1 }, User)).rejects.toMatchObject({ code: 'ERR_BODY_SCHEMA' });
  });
});

describe('examples/typed-api.ts', () => {
  const ada = { id: 1, name: 'Ada', born: '1815-12-10' };
  const service = routes({
    'GET /users': { json: [ada] },
    'GET /users/1': { json: ada },
    'GET /users/2': { json: { id: 2 } },
    'GET /users/3': 404,
    'GET /users/4': 403,
    'POST /users': async (request) => ({ status: 201, json: { ...(await request.json<object>()), id: 5 } }),
  });
  const api = new UsersApi({ handler: HandlerStack.create(service), baseUri: 'http://api.test/', retry: 0 });

  it('gives values of the types that it says', async () => {
    expect(await api.find(1)).toEqual({ id: 1, name: 'Ada', born: new Date('1815-12-10') });
    expect(await api.find(3)).toBeUndefined();
    const created = await api.create({ name: 'Grace', born: new Date('1906-12-09') });
    expect(created).toEqual({ id: 5, name: 'Grace', born: new Date('1906-12-09') });
    expect(service.requests.at(-1)?.headers.get('idempotency-key')).toHaveLength(36);
    const all: string[] = [];
    for await (const { name } of api.list()) all.push(name);
    expect(all).toEqual(['Ada']);
  });

  it('rejects a body that is no user, and other errors of the server', async () => {
    const error = await api.find(2).catch((failure: unknown) => failure);
    expect(isBodyError(error) && error.issues.map(({ path }) => path)).toEqual([['name'], ['born']]);
    await expect(api.find(4)).rejects.toMatchObject({ code: 'ERR_CLIENT_ERROR' });
    await api[Symbol.asyncDispose]();
  });
});
