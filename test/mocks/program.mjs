// Which tool that mocks HTTP sees which handler, as docs/testing.md has it. Prints a line of JSON for each check.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { getResponse, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import nock from 'nock';
import { Client, fetchHandler, HandlerStack, nodeHttpHandler, streamHandler, undiciHandler } from 'sluice';
import { getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';

const server = createServer((_request, response) => response.end('the server'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const makers = { undici: undiciHandler, 'node:http': nodeHttpHandler, stream: streamHandler, fetch: fetchHandler };

async function asked(handler, options = {}) {
  const client = new Client({ handler: HandlerStack.create(handler), timeout: '10s' });
  try {
    return await client.post(`${origin}/users`, { json: { name: 'Ann' }, ...options }).text();
  } finally {
    await client.close();
  }
}

function underNock(make) {
  return async () => {
    nock(origin).post('/users', { name: 'Ann' }).reply(201, 'the mock');
    try {
      assert.equal(await asked(make()), 'the mock');
      nock(origin).post('/users').replyWithError(new Error('down'));
      assert.match(await asked(make()).catch((error) => error.name), /^(?:Network|Connect)Error$/);
    } finally {
      nock.cleanAll();
    }
  };
}

const answers = [
  http.post(`${origin}/users`, async ({ request }) => HttpResponse.text(`hello ${(await request.json()).name}`)),
];

function underMsw(make, expected) {
  return async () => {
    const mocked = setupServer(...answers);
    mocked.listen({ onUnhandledRequest: 'bypass' });
    try {
      assert.equal(await asked(make()), expected);
    } finally {
      mocked.close();
    }
  };
}

// What docs/testing.md says: undici of this package has connections that it does not watch.
const SEEN_BY_MSW = ['fetch', 'node:http', 'stream'];
const checks = {};
for (const [name, make] of Object.entries(makers)) {
  checks[`setupServer of MSW, ${name}`] = underMsw(make, SEEN_BY_MSW.includes(name) ? 'hello Ann' : 'the server');
}
checks['the handlers of MSW as a transport'] = async () => {
  const handler = fetchHandler(async (input, init) => await getResponse(answers, new Request(input, init)));
  assert.equal(await asked(handler), 'hello Ann');
};
for (const [name, make] of Object.entries(makers)) checks[`nock, ${name}`] = underNock(make);
checks['MockAgent as a dispatcher'] = async () => {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent.get(origin).intercept({ path: '/users', method: 'POST', body: '{"name":"Ann"}' }).reply(201, 'the mock');
  assert.equal(await asked(undiciHandler({ dispatcher: agent })), 'the mock');
  agent.assertNoPendingInterceptors();
};
checks['MockAgent as the global dispatcher is not seen'] = async () => {
  const before = getGlobalDispatcher();
  const agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
  try {
    assert.equal(await asked(undiciHandler()), 'the server');
  } finally {
    setGlobalDispatcher(before);
  }
};

for (const [name, check] of Object.entries(checks)) {
  // nock watches from its import on: the others are checked without it.
  const isWanted = name.startsWith('nock');
  if (isWanted && !nock.isActive()) nock.activate();
  if (!isWanted && nock.isActive()) nock.restore();
  const problem = await check().then(
    () => undefined,
    (error) => String(error.stack ?? error),
  );
  console.log(JSON.stringify({ name, problem }));
}
process.exit(0);
