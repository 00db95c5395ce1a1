/** GraphQL over HTTP: a function of a query and its variables. What the server answers with `errors` is an error here. */
import { BodyError, type Client, type StandardSchema } from 'sluice';

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[] }[];
}

/** The errors of an answer; `data` is what the server could find all the same. */
export class GraphQLFailure extends Error {
  override readonly name = 'GraphQLFailure';
  readonly data: unknown;
  constructor({ errors = [], data }: Answer) {
    super(
      errors.map(({ message, path = [] }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; '),
    );
    this.data = data;
  }
}

/** @param schema checks `data` and gives it its type: any Standard Schema */
export async function graphql<Data>(
  client: Client,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  schema: StandardSchema<Data>,
): Promise<Data> {
  const response = await client.post('graphql', {
    json: { query, variables },
    // GraphQL over HTTP: an error of the query may come with any status and this type.
    headers: { Accept: 'application/graphql-response+json, application/json;q=0.9' },
    // A query is safe to repeat, a mutation is not.
    retry: query.trimStart().startsWith('mutation') ? false : { limit: 2, methods: ['POST'] },
    httpErrors: (status) => status >= 500,
  });
  const answer = await response.json<Answer>();
  if (answer.errors !== undefined) throw new GraphQLFailure(answer);
  const checked = await schema['~standard'].validate(answer.data);
  if (checked.issues === undefined) return checked.value;
  throw new BodyError('the data does not fit the schema', {
    response,
    request: response.request,
    code: 'ERR_BODY_SCHEMA',
  });
}
