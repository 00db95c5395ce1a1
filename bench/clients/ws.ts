import { client, echoOver } from './client.ts';

export const ws = client({
  package: 'ws',
  only: 'websocket',
  features: ['websocket'],
  load: () => import('ws'),
  open: ({ WebSocket }) => ({
    json: () => Promise.reject(new Error('ws has no requests')),
    echo: (url) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, { perMessageDeflate: false });
        const echo = echoOver(
          (message) => socket.send(message),
          (heard) => socket.on('message', (data: Buffer) => heard(data.byteLength)),
        );
        socket.on('open', () => resolve(echo)).on('error', reject);
      }),
  }),
});
