/**
 * What a stack over fetch is built of by hand, without the client. In the build for browsers it has a file of its own, so
 * that a page which uses nothing else does not load the client.
 */
export { HttpRequest } from '../message/request.ts';
export { HttpResponse } from '../message/response.ts';
export { fetchHandler } from './fetch/fetch.ts';
export { wrapStreaming } from './wrap-streaming.ts';
