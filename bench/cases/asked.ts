/** What a case asks the server beside its contestant, over a connection of its own. */
import type { Origins, Seen } from '../site.ts';

export async function ask<T>({ http }: Origins, path: string): Promise<T> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(http + path, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(JSON.parse(text) as T)).on('error', reject);
    }).on('error', reject);
  });
}

/** Since it was last asked. */
export function askSeen(origins: Origins): Promise<Seen> {
  return ask(origins, '/seen');
}
