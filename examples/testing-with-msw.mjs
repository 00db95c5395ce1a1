/**
 * MSW's handlers answer a client: over `fetchHandler`, so that nothing has to be patched and what is not handled fails.
 * `npm install -D msw`; MSW 2.
 */
import { getResponse, HttpResponse, http } from 'msw';
import { Client, fetchHandler, HandlerStack } from 'sluice';

const handlers = [
  http.get('http://users.example/users/:id', ({ params }) => HttpResponse.json({ id: params.id, name: 'Ada' })),
  http.post('http://users.example/users', async ({ request }) => {
    const { name } = await request.json();
    return HttpResponse.json({ id: '2', name }, { status: 201 });
  }),
];

const answer = async (input, init) => {
  const request = new Request(input, init);
  const response = await getResponse(handlers, request);
  if (response === undefined) throw new Error(`no handler of MSW for ${request.method} ${request.url}`);
  return response;
};
const client = new Client({ handler: HandlerStack.create(fetchHandler(answer)), baseUri: 'http://users.example/' });

console.log(await client.get('users/1').json());
console.log((await client.post('users', { json: { name: 'Grace' } })).status);
console.log(await client.get('groups').catch((error) => error.name));
