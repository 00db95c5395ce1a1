/** The forms in which a test writes an answer for a double, and the response that is made of each. */
import type { HeadersInit } from '../../message/headers.ts';
import { jsonText } from '../../message/json.ts';
import { has } from '../../message/own.ts';
import { HttpResponse, type ResponseBodyInit } from '../../message/response.ts';
import { kindOf } from '../../runtime/kind-of.ts';

/** An answer by its parts; `status` is 200 unless given. */
export interface AnswerParts {
  /** Default 200. */
  readonly status?: number | undefined;
  /** Default none. */
  readonly headers?: HeadersInit | undefined;
  /** Written as JSON, under `application/json` unless the headers say otherwise. */
  readonly json?: unknown;
  /** Default none. */
  readonly body?: ResponseBodyInit | undefined;
}

/** A response, a status alone, parts, or an error to reject with. A `Response` of the platform is a response too. */
export type Answer = HttpResponse | Response | AnswerParts | Error | number;

const PARTS = new Set(['status', 'headers', 'json', 'body']);

/** Whether a record says what an answer is made of, and nothing else. */
export function isParts(value: unknown): value is AnswerParts {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  const keys = Object.keys(value);
  const isPlain = prototype === null || prototype === Object.prototype;
  return isPlain && keys.length > 0 && keys.every((key) => PARTS.has(key));
}

/** @throws the error that the answer is, or a TypeError for what is no answer */
export function responseOf(answer: unknown, where: string): HttpResponse {
  if (answer instanceof Error) throw answer;
  if (typeof answer === 'number') return new HttpResponse(answer);
  if (isResponse(answer)) return answer;
  if (typeof Response === 'function' && answer instanceof Response) return HttpResponse.from(answer);
  if (isParts(answer)) return ofParts(answer, where);
  const found =
    typeof answer === 'object' && answer !== null ? `{ ${Object.keys(answer).join(', ')} }` : kindOf(answer);
  throw new TypeError(
    `${where} must answer with an HttpResponse, a status, { status, headers, json or body }, or an Error, got ${found}`,
  );
}

/** @throws TypeError for what can be no answer: in the line of the test that has the mistake, not when a request comes */
export function checkAnswer(answer: unknown, where: string): void {
  if (answer instanceof Error || typeof answer === 'function' || answer instanceof Promise) return;
  if (typeof Response === 'function' && answer instanceof Response) return;
  responseOf(answer, where);
}

function ofParts(parts: AnswerParts, where: string): HttpResponse {
  const { status = 200, headers, json, body } = { __proto__: null, ...parts } as AnswerParts;
  if (!has(parts, 'json')) return new HttpResponse(status, headers, body);
  if (body !== undefined) throw new TypeError(`${where} answers with json and with body; one of them is the body`);
  const response = new HttpResponse(status, headers, jsonText(json, `the json of ${where}`));
  return response.headers.has('content-type') ? response : response.withAddedHeader('Content-Type', 'application/json');
}

/** By its shape: a response of another copy of the package is one too. */
export function isResponse(value: unknown): value is HttpResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers, with: change } = value as Partial<HttpResponse>;
  return typeof status === 'number' && typeof headers === 'object' && typeof change === 'function';
}
