/** Stands in the place of `refused-expectation.ts` in the build for browsers, whose fetch sends no expectation. */
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Handler } from '../../stack/handler.ts';

export const mayDropExpectation = (): boolean => false;

export const sendExpecting = (next: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> =>
  next(request, options);
