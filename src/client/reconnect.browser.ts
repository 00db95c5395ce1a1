/**
 * Stands in the place of `reconnect.ts` in the build for browsers, which loads it with the first reader of events that
 * asks for it.
 */
import type { Reconnector } from '../message/readers.ts';
import type { HttpResponse } from '../message/response.ts';
import type * as whole from './reconnect.ts';

export class StreamReconnector implements Reconnector<HttpResponse> {
  readonly #given: ConstructorParameters<typeof whole.StreamReconnector>;

  constructor(...given: ConstructorParameters<typeof whole.StreamReconnector>) {
    this.#given = given;
  }

  async *events(
    ...given: Parameters<whole.StreamReconnector['events']>
  ): ReturnType<whole.StreamReconnector['events']> {
    const { StreamReconnector: Whole } = await import('./reconnect.ts');
    yield* new Whole(...this.#given).events(...given);
  }
}
