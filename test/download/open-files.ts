import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** Files of a folder that this process has open. */
export function openFiles(folder: string): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return 'closed meanwhile';
      }
    })
    .filter((file) => file.startsWith(folder));
}
