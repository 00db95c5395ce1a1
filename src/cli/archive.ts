/** `--har FILE`: what a command sends and receives, as an HTTP Archive that is written when it ends, however it ends. */
import type { ClientOptions } from '../client/client.ts';
import { HandlerStack } from '../stack/handler-stack.ts';

export interface Archive extends AsyncDisposable {
  /** For the client whose requests are written down. */
  readonly options: Pick<ClientOptions, 'handler'>;
}

const NONE: Archive = { options: {}, [Symbol.asyncDispose]: async () => undefined };

/** @param bodies of one request all are kept, up to 1 MiB each; of a crawl only their sizes */
export async function archiveInto(file: string | undefined, bodies: boolean): Promise<Archive> {
  if (file === undefined) return NONE;
  const { har } = await import('../har/har.ts');
  const archive = har({ bodies });
  return {
    options: { handler: HandlerStack.create().push(archive.layer, 'har') },
    [Symbol.asyncDispose]: () => archive.save(file),
  };
}
