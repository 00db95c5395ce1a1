/** Forms and files of the libraries that people have used before the platform had its own, as they come from npm. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Blob as BlobPolyfill } from 'fetch-blob';
import { blobFrom, fileFrom } from 'fetch-blob/from.js';
import NpmFormData from 'form-data';
import { FormData as FormDataNode, File as FormDataNodeFile } from 'formdata-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { matrixHandlers } from '../security/fault-cells.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'forms-'));
  writeFileSync(join(folder, 'given.txt'), 'from disk');
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Echo {
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBase64: string;
}

describe.each(Object.keys(matrixHandlers))('over %s', (name) => {
  let client: Client;
  beforeEach(() => {
    client = new Client({ handler: HandlerStack.create(matrixHandlers[name]!()), baseUri: server.origin });
  });
  afterEach(() => client.destroy());

  async function sent(body: unknown): Promise<{ type: string | undefined; length: string | undefined; text: string }> {
    const { headers, bodyBase64 } = await client.post('/anything', { body: body as never }).json<Echo>();
    const text = Buffer.from(bodyBase64, 'base64').toString();
    return { type: headers['content-type'], length: headers['content-length'], text };
  }

  /** The fields and files of what was sent, as the platform reads them. */
  async function formSent(body: unknown): Promise<(string | readonly [string, string])[]> {
    const { type, text } = await sent(body);
    const form = await new Response(text, { headers: { 'Content-Type': type! } }).formData();
    const entries = [...form].map(async ([key, value]) =>
      typeof value === 'string' ? `${key}=${value}` : ([`${key}=${value.name}`, await value.text()] as const),
    );
    return Promise.all(entries);
  }

  it('a form of form-data is sent with its boundary', async () => {
    const form = new NpmFormData();
    form.append('name', 'Ada');
    form.append('file', Buffer.from('content'), { filename: 'a.txt' });
    expect(await formSent(form)).toEqual(['name=Ada', ['file=a.txt', 'content']]);
  });

  it('a form of formdata-node is sent as the platform sends its own', async () => {
    const form = new FormDataNode();
    form.append('name', 'Ada');
    form.append('file', new FormDataNodeFile(['content'], 'a.txt'));
    expect(await formSent(form)).toEqual(['name=Ada', ['file=a.txt', 'content']]);
  });

  it('a blob of fetch-blob is sent with its length and type', async () => {
    const blob = new BlobPolyfill(['con', 'tent'], { type: 'text/x-own' });
    expect(await sent(blob)).toEqual({ type: 'text/x-own', length: '7', text: 'content' });
    const disk = await blobFrom(join(folder, 'given.txt'), 'text/plain');
    expect(await sent(disk)).toEqual({ type: 'text/plain', length: '9', text: 'from disk' });
  });

  it('a file of fetch-blob is a part of multipart', async () => {
    const contents = await fileFrom(join(folder, 'given.txt'));
    const multipart = [{ name: 'file', contents: contents as never }];
    const { bodyBase64 } = await client.post('/anything', { multipart }).json<Echo>();
    expect(Buffer.from(bodyBase64, 'base64').toString()).toContain('filename="given.txt"');
    expect(Buffer.from(bodyBase64, 'base64').toString()).toContain('\r\n\r\nfrom disk\r\n');
  });
});
