/** Handlers that are functions, for tests of layers. */
import { vi } from 'vitest';
import { Content } from '../../src/message/content.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler } from '../../src/stack/handler.ts';

type Answer =
  | HttpResponse
  | Error
  | ((request: HttpRequest, options: RequestOptions) => HttpResponse | Promise<HttpResponse>);

/** Gives the answers in turn, the last one for ever, after `onHeaders` as a transport does. Keeps what it was asked. */
export function answering(...answers: Answer[]) {
  const asked: { request: HttpRequest; options: RequestOptions }[] = [];
  const handler: Handler = async function fake(request, options) {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push({ request, options });
    if (answer instanceof Error) throw answer;
    const response = typeof answer === 'function' ? await answer(request, options) : answer;
    if (options.onHeaders) options.onHeaders(response);
    return response;
  };
  return { handler, asked, requests: () => asked.map(({ request }) => request) };
}

/** A response over a stream, and what is called when the stream is let go. */
export function streamed(status = 200, headers: Record<string, string> = {}) {
  const released = vi.fn();
  const content = new Content(undefined, new ReadableStream<Uint8Array>({ cancel: released }));
  return { response: new HttpResponse(status, headers, content), released };
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
