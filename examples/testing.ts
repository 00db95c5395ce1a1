/** Four ways to test code that asks a service, without the service. Each function is what a test of yours would hold. */
import nock from 'nock';
import { Client, type ClientOptions, fetchHandler, HandlerStack } from 'sluice';
import { expectations, record, routes } from 'sluice/testing';

/** The code under test. It takes the options of its client, so that a test can give it a handler. */
export class Greeter {
  readonly client: Client;
  constructor(options: ClientOptions) {
    this.client = new Client({ baseUri: 'http://users.example/', ...options });
  }
  async greet(id: number): Promise<string> {
    const user = await this.client.get(`users/${id}`).json<{ name: string }>();
    return `Hello, ${user.name}!`;
  }
}

/** A double that answers by path. */
export async function withRoutes() {
  const service = routes({ 'GET /users/:id': (_, { id }) => ({ json: { name: id === '1' ? 'Ada' : 'nobody' } }) });
  const greeter = new Greeter({ handler: HandlerStack.create(service) });
  return [await greeter.greet(1), service.requests.length];
}

/** A double that says what has to be asked, and fails when it is not. */
export async function withExpectations() {
  await using service = expectations();
  service
    .expect('GET', '/users/1')
    .fail('reset')
    .reply({ json: { name: 'Ada' } });
  const greeter = new Greeter({ handler: HandlerStack.create(service), retry: { limit: 1, delay: () => 0 } });
  return [await greeter.greet(1), service.pending().length];
}

/** A cassette: recorded once from the real service, replayed ever after. No secret is in the file. */
export async function withCassette(file: string, mode: 'record' | 'replay', baseUri: string) {
  const cassette = record(file, { mode });
  const greeter = new Greeter({ handler: HandlerStack.create(cassette), baseUri, auth: { bearer: 's3cret' } });
  const greeting = await greeter.greet(1);
  await greeter.client.close();
  return greeting;
}

/** nock patches the process. Up to 14 it sees `fetchHandler()` alone; from 15 on, which needs Node 22, every handler. */
export async function withNock() {
  nock.disableNetConnect();
  try {
    const scope = nock('http://users.example').get('/users/1').reply(200, { name: 'Ada' });
    const greeter = new Greeter({ handler: HandlerStack.create(fetchHandler()) });
    return [await greeter.greet(1), scope.isDone()];
  } finally {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  }
}
