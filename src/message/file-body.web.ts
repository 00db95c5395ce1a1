/** Stands in the place of `file-body.ts` in the builds for browsers and workers. */
import { missing } from '../runtime/missing.ts';
import type * as node from './file-body.ts';

export const fileBody: typeof node.fileBody = (path) =>
  missing(`the file "${path}" as a body`, 'give its content as a Blob or a File');
