// What each test runner runs: real requests, a mock with cookies, and an assertion that fails on purpose.
// Written in CommonJS and without a runner of its own: `check(name, run)` and `expectFailure` are given.
module.exports = function checks({ check, sluice, testing, fails }) {
  const { Client, HandlerStack, HttpHeaders, HttpRequest, HttpResponse } = sluice;
  const { mockHandler, startServer } = testing;
  const equal = (actual, expected) => {
    if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
  };
  const withClient = (use) => async () => {
    const server = await startServer();
    const client = new Client({ baseUri: `${server.origin}/`, cookies: true });
    try {
      await use(client, server);
    } finally {
      await client.close();
      await server.close();
    }
  };

  check(
    'sends a buffered request',
    withClient(async (client) => equal((await client.post('anything', { json: { a: 1 } }).json()).body, '{"a":1}')),
  );
  check(
    'sends a streamed request',
    withClient(async (client) => equal((await client.get('bytes/100', { stream: true }).bytes()).byteLength, 100)),
  );
  check(
    'keeps a cookie of a real server',
    withClient(async (client) => {
      await client.get('cookies/set?flavour=oat');
      equal(JSON.stringify(await client.get('cookies').json()).includes('oat'), true);
    }),
  );
  check('keeps a cookie of a mock', async () => {
    const answers = [new HttpResponse(200, { 'Set-Cookie': 'a=1' }), new HttpResponse(200)];
    const handler = mockHandler(answers);
    const client = new Client({ handler: HandlerStack.create(handler), cookies: true });
    await client.get('http://mock.test/');
    await client.get('http://mock.test/');
    equal(handler.lastRequest.headers.get('cookie'), 'a=1');
  });
  const values = [
    [
      'a request',
      new HttpRequest('GET', 'http://h.test/found'),
      new HttpRequest('GET', 'http://h.test/asked'),
      '/found',
    ],
    ['a response', new HttpResponse(404, {}, 'a'), new HttpResponse(200, {}, 'a'), '404'],
    ['headers', new HttpHeaders({ 'X-Found': '1' }), new HttpHeaders({ 'X-Asked': '1' }), 'X-Found'],
  ];
  check('tells two values apart by their lines and their bodies', async () => {
    await fails(new HttpResponse(200, {}, 'found'), new HttpResponse(200, {}, 'asked'));
    await fails(new HttpHeaders({ 'X-A': 'found' }), new HttpHeaders({ 'X-A': 'asked' }));
  });
  for (const [name, found, asked, text] of values) {
    check(`shows ${name} in an assertion that fails`, async () => {
      const message = await fails(found, asked);
      equal(message.includes('inspect is not a function'), false);
      if (!message.toLowerCase().includes(text.toLowerCase()))
        throw new Error(`the message does not show ${text}: ${message}`);
    });
  }
};
