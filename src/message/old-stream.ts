/**
 * Node streams as a request body: listened to from the moment they are given, and those of Node's first kind made iterable.
 */
import type { TransformOptions } from 'node:stream';
import { needBuiltin } from '../runtime/platform.ts';
import { runtimeOptions } from './runtime-options.ts';
import { ignore, type SourceStream } from './source.ts';

/**
 * The stream, or one that reads it where it cannot be iterated. A stream that fails while it waits for its turn is no
 * reason to end the process: whoever reads it is told.
 */
export function readable(stream: SourceStream): SourceStream {
  stream.on('error', ignore);
  if (typeof (stream as Partial<SourceStream>)[Symbol.asyncIterator] === 'function') return stream;
  const { PassThrough } = needBuiltin<typeof import('node:stream')>(
    'node:stream',
    'a stream without an iterator as body',
  );
  const through = new PassThrough(
    runtimeOptions<TransformOptions>('stream', {
      destroy(error, callback) {
        stream.destroy?.();
        callback(error);
      },
    }),
  );
  through.on('error', ignore);
  stream.on('error', (error: Error) => through.destroy(error));
  stream.pipe(through);
  return through;
}
