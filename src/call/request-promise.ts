/** What the methods of a client return: a promise of the response, with shortcuts to its body, that can be cancelled. */

import type { HttpResponse } from '../message/response.ts';
import type { SchemaOutput, StandardSchema } from '../message/standard-schema.ts';
import { abortError } from '../time/stop.ts';
import type { Call } from './call.ts';

/** `await` gives the response; the methods wait for it and read its body. */
export class RequestPromise extends Promise<HttpResponse> {
  /** @internal */
  call?: Call;

  /**
   * The body parsed as JSON. The request asks for it with `Accept: application/json`, unless it has an `Accept` or this is
   * called later than in the turn that made the call.
   * A Standard Schema (zod, valibot, arktype) checks it and gives its output.
   * @throws BodyError (`ERR_BODY_JSON`) when it is not JSON, (`ERR_BODY_SCHEMA`, with `issues`) when it does not fit
   * @example const user = await client.get('users/1').json(z.object({ name: z.string() }))
   */
  json<T = unknown>(): Promise<T>;
  json<S extends StandardSchema>(schema: S): Promise<SchemaOutput<S>>;
  json(schema?: StandardSchema): Promise<unknown> {
    if (this.call !== undefined) this.call.wantsJson = true;
    return this.then(schema === undefined ? readJson : (response) => response.json(schema));
  }

  /** The body as text, decoded by its charset. */
  text(): Promise<string> {
    return this.then((response) => response.text());
  }

  /** Waits for the response and reads its body as bytes. */
  bytes(): Promise<Uint8Array> {
    return this.then((response) => response.bytes());
  }

  /** Waits for the response and reads its body as an `ArrayBuffer`. */
  arrayBuffer(): Promise<ArrayBuffer> {
    return this.then((response) => response.arrayBuffer());
  }

  /** Waits for the response and reads its body as a `Blob`. */
  blob(): Promise<Blob> {
    return this.then((response) => response.blob());
  }

  /** Waits for the response and reads its body as a form. */
  formData(): Promise<FormData> {
    return this.then((response) => response.formData());
  }

  /** Stops the call wherever it is and rejects with `reason`, by default an `AbortError`. Without effect once settled. */
  cancel(reason: unknown = abortError()): void {
    this.call?.abort(reason);
  }
}

// Chained promises are plain ones, and `await` takes this one as it is instead of wrapping it.
Object.defineProperty(RequestPromise.prototype, 'constructor', { value: Promise });

function readJson(response: HttpResponse): unknown {
  return response.jsonNow();
}
