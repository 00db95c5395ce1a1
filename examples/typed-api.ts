/** A client for one API: methods with types that are checked at run time, by zod. Any Standard Schema goes. */
import { Client, type ClientOptions, isClientError } from 'sluice';
import { z } from 'zod';

export const User = z.object({ id: z.number(), name: z.string(), born: z.coerce.date() });
export type User = z.output<typeof User>;
export type NewUser = Omit<User, 'id'>;

export class UsersApi implements AsyncDisposable {
  readonly #client: Client;

  /** Takes every option of a client, its handler too: a test gives `routes`. */
  constructor(options: ClientOptions) {
    this.#client = new Client({ timeout: '10s', retry: 2, ...options });
  }

  /** All users, page by page. */
  async *list(): AsyncGenerator<User> {
    for await (const user of this.#client.paginate('users')) yield User.parse(user);
  }

  /** `undefined` for nobody. Another error of the server rejects, and so does a body that is no user. */
  async find(id: number): Promise<User | undefined> {
    try {
      return await this.#client.get('users/{id}', { uriVars: { id } }).json(User);
    } catch (error) {
      if (isClientError(error) && error.response.status === 404) return undefined;
      throw error;
    }
  }

  create(user: NewUser): Promise<User> {
    return this.#client.post('users', { json: user, idempotencyKey: 'auto' }).json(User);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}
