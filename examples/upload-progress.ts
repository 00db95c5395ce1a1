/** An upload that tells how far it is: a file as the body, or as a part of a form. Memory does not grow with the file. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { Client, Progress } from 'sluice';

/** `fraction` is from 0 to 1; what is told is what the system has taken, not what was read from the disk. */
const uploadOnly = (tell: (fraction: number) => void) => (progress: Progress) => {
  if (progress.direction === 'upload' && progress.total) tell(progress.transferred / progress.total);
};

/** The file is the body. Its length is known, and a retry sends it again. */
export async function putFile(client: Client, uri: string, path: string, tell: (fraction: number) => void) {
  return client.put(uri, { body: await openAsBlob(path), progress: uploadOnly(tell), retry: 2 });
}

/** The file is a part of a form, beside others. */
export function postForm(client: Client, uri: string, path: string, tell: (fraction: number) => void) {
  const multipart = [
    { name: 'title', contents: basename(path) },
    { name: 'file', path, type: 'application/octet-stream' },
  ];
  return client.post(uri, { multipart, progress: uploadOnly(tell) });
}
