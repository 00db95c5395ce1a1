/**
 * A server in a thread of its own that keeps every byte it is sent. What is done to the prototypes of this thread does
 * not reach it.
 */
import { Worker } from 'node:worker_threads';

/** Plain CommonJS: a thread that is made from text has no loader for TypeScript. */
const SERVER = `
const { parentPort } = require('node:worker_threads');
const requests = [];
function endOf(data) {
  const head = data.indexOf('\\r\\n\\r\\n');
  if (head < 0) return -1;
  const text = data.slice(0, head);
  const length = /^content-length: *(\\d+)/im.exec(text);
  if (/^transfer-encoding: *chunked/im.test(text)) {
    const end = data.indexOf('0\\r\\n\\r\\n', head + 4);
    return end < 0 ? -1 : end + 5;
  }
  const end = head + 4 + (length ? Number(length[1]) : 0);
  return data.length >= end ? end : -1;
}
function answerTo(request) {
  const target = request.split(' ', 2)[1];
  const body = request.startsWith('HEAD') ? '' : '{"ok":true}';
  const lines = ['Content-Type: application/json', 'Content-Length: 11', 'Set-Cookie: id=1; Path=/'];
  if (target.startsWith('/redirect')) return ['HTTP/1.1 302 Found', 'Location: /next?hop=1', ...lines, '', body].join('\\r\\n');
  return ['HTTP/1.1 200 OK', ...lines, '', body].join('\\r\\n');
}
const server = require('node:net').createServer((socket) => {
  let data = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    data += chunk.toString('latin1');
    for (let end = endOf(data); end >= 0; end = endOf(data)) {
      const request = data.slice(0, end);
      data = data.slice(end);
      requests.push(request);
      socket.write(answerTo(request));
    }
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
parentPort.on('message', () => parentPort.postMessage(requests.splice(0)));
`;

export interface WireRecorder {
  readonly origin: string;
  /** The requests since the last time, each as it was on the wire. */
  take(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startWireRecorder(): Promise<WireRecorder> {
  const worker = new Worker(SERVER, { eval: true });
  const answer = <T>() => new Promise<T>((resolve) => worker.once('message', resolve));
  const port = await answer<number>();
  return {
    origin: `http://127.0.0.1:${port}`,
    take() {
      const requests = answer<string[]>();
      worker.postMessage('take');
      return requests;
    },
    close: async () => void (await worker.terminate()),
  };
}
