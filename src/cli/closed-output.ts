/** Standard output that was closed before the process began (`>&-`). */
import { fstatSync, readSync, statSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Node opens the null device for reading and writing in the place of a closed descriptor, so that no write fails. What
 * a shell opens for `> /dev/null` cannot be read.
 */
export function isOutputClosed(): boolean {
  try {
    const [found, none] = [fstatSync(1), statSync(devNull)];
    if (!found.isCharacterDevice() || found.rdev !== none.rdev) return false;
    readSync(1, Buffer.alloc(1));
    return true;
  } catch {
    return false;
  }
}
