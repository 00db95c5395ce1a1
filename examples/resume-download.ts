/**
 * A download that goes on where it stopped: within the call when the connection breaks, and in the next process when
 * this one was killed. The file appears under its name once all of it is there and its digest is right.
 */
import { type Client, isTransferError } from 'sluice';

export interface Wanted {
  readonly uri: string;
  readonly path: string;
  readonly sha256: string;
}

/** Says what came of it. Called again after a failure, or after `kill -9`, it asks for the rest alone. */
export async function fetchFile(client: Client, { uri, path, sha256 }: Wanted, tell: (bytes: number) => void) {
  try {
    const { bytes, resumed } = await client.download(uri, path, {
      digest: { sha256 },
      retry: { limit: 5, maxDelay: '10s' },
      progress: ({ direction, transferred }) => direction === 'download' && tell(transferred),
    });
    return `${bytes} bytes${resumed ? ', of which some were there' : ''}`;
  } catch (error) {
    // The bytes of a wrong file are gone; those of a broken transfer stay beside the path for the next call.
    if (isTransferError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}
