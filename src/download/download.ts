/**
 * Downloads a URL into a file. The bytes go to `<path>.part` and get their name when all are there and are right; what
 * breaks is gone on from where it stopped, in this call or the next, when the server can and the file is the same
 * (RFC 9110 section 14). The transfer stands above the client's whole stack: every request it takes passes all layers.
 */

import { stoppedByCaller } from '../call/caller-stop.ts';
import { readOrLetGo } from '../call/sources.ts';
import { RequestError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import {
  type DownloadOptions,
  type DownloadResult,
  type DownloadSettings,
  readDownloadOptions,
} from './download-options.ts';
import { PartialFile } from './partial-file.ts';
import { RangeRequests } from './range-requests.ts';
import { Transfer } from './transfer.ts';

/** How the client starts a call: its own way, with another handler. */
export type Start = (options: RequestOptions, handler: Handler) => Promise<HttpResponse>;

/** @throws TypeError for a mistake in options, otherwise what a request rejects with and what `client.download` lists */
export async function download(
  path: string,
  options: DownloadOptions,
  stack: Handler,
  start: Start,
): Promise<DownloadResult> {
  const { settings, request } = readOrLetGo(options, () => {
    checkPath(path);
    return readDownloadOptions(options);
  });
  let result: Omit<DownloadResult, 'response'> | undefined;
  let file: PartialFile | undefined;
  let isOver = false;
  // A sink of the client is for its other calls.
  const sent = start(Object.assign(request, { sink: null, stream: true }), async (asked, merged) => {
    refuseRange(asked);
    file = await PartialFile.open(path, asked, () => stoppedByCaller(asked, merged));
    if (isOver) await file.stop();
    const transferred = await transfer(file, settings, new RangeRequests(stack, asked, merged));
    result = transferred;
    return transferred.response;
  });
  const response = await sent.catch(async (error: unknown) => {
    // A call that was stopped rejects before its transfer has noticed.
    isOver = true;
    await file?.stop();
    throw error;
  });
  return { path, bytes: 0, resumed: false, ...result, response };
}

/** @throws TypeError for what names no file */
function checkPath(path: unknown): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw new TypeError(`path must be the path of a file, got ${path === '' ? 'an empty one' : typeof path}`);
}

async function transfer(
  file: PartialFile,
  settings: DownloadSettings,
  requests: RangeRequests,
): Promise<DownloadResult> {
  try {
    await file.check();
    return await new Transfer(file, settings, requests).run();
  } finally {
    await file.release();
  }
}

/** A part is no file: what came would be taken for the whole. */
function refuseRange(request: HttpRequest): void {
  const found = ['range', 'if-range'].find((name) => request.headers.has(name));
  if (found === undefined) return;
  const fact = `download sets ${found} itself; to save a part of a file, use get with the sink option`;
  throw new RequestError(fact, { request, attempts: 0 });
}
