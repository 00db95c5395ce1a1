/** A handler that remembers what it was asked and answers from a function. */

import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler } from '../../src/stack/handler.ts';

export interface RecordingHandler extends Handler {
  readonly requests: HttpRequest[];
  readonly options: RequestOptions[];
  readonly last: HttpRequest;
}

export function recordingHandler(answer: Handler = async () => new HttpResponse(200)): RecordingHandler {
  const requests: HttpRequest[] = [];
  const seen: RequestOptions[] = [];
  const handler: Handler = function recording(request, options) {
    requests.push(request);
    seen.push(options);
    return answer(request, options);
  };
  return Object.defineProperties(handler, {
    requests: { value: requests },
    options: { value: seen },
    last: { get: () => requests.at(-1) },
  }) as RecordingHandler;
}
