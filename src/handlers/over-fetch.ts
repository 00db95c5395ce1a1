/** What a stack from nothing over fetch is made of: in the build for browsers it has a file apart from the client's. */
export { HttpRequest } from '../message/request.ts';
export { HttpResponse } from '../message/response.ts';
export { fetchHandler } from './fetch/fetch.ts';
export { wrapStreaming } from './wrap-streaming.ts';
