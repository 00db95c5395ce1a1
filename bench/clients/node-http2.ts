/** Node's HTTP/2 with as little around it as anyone who uses it has to write. */
import { client } from './client.ts';

export const nodeHttp2 = client({
  only: 'http2',
  features: ['http2'],
  load: () => import('node:http2'),
  open({ connect }, { origin }) {
    const connection = connect(origin);
    const get = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const stream = connection.request({ ':path': path });
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
        stream.on('error', reject);
      });
    return { json: async (url) => JSON.parse(await get(url.slice(origin.length))) };
  },
});
