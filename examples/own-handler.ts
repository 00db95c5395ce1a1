/** A handler from nothing: answers from a folder of files, for an application that has its data with it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { type Handler, HttpResponse } from 'sluice';

const TYPES: Readonly<Record<string, string>> = { '.json': 'application/json', '.txt': 'text/plain; charset=utf-8' };

/**
 * A handler only sends: redirects, cookies, statuses and decoding are layers above it. So this one needs no word about
 * them, and has all of them under `HandlerStack.create(folderHandler(...))`.
 */
export function folderHandler(folder: string) {
  const handler: Handler = async (request, options) => {
    if (options.signal) options.signal.throwIfAborted();
    const path = normalize(decodeURIComponent(new URL(request.url).pathname));
    const file = join(folder, path);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return new HttpResponse(404, {}, `there is no ${path}`);
    const headers = {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': String(found.size),
      'Last-Modified': found.mtime.toUTCString(),
    };
    return new HttpResponse(200, headers, request.method === 'HEAD' ? null : createReadStream(file));
  };
  // What it cannot do is said, so that a chooser takes another handler, and nobody believes that it was done.
  return Object.assign(handler, {
    supports: (request: { method: string }) =>
      ['GET', 'HEAD'].includes(request.method)
        ? undefined
        : 'folderHandler: only GET and HEAD can be answered from files',
  });
}
