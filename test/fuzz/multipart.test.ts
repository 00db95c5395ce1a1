/** A form comes out as it went in, by the platform's parser and by a plain split at the boundary. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RequestBody } from '../../src/message/body.ts';
import { multipartBody } from '../../src/message/multipart-parts.ts';
import { runs } from './runs.ts';

// Without `%22`, which the web's own encoding does not tell from a quotation mark.
const name = fc.string({
  minLength: 1,
  maxLength: 10,
  unit: fc.constantFrom('a', 'B', '"', '\r', '\n', '\r\n', ';', '=', '\\', '%', ' ', 'é', '😀', '[', ']'),
});
const contents = fc.string({
  maxLength: 40,
  unit: fc.constantFrom('a', '\r\n', '--', '-', '\n', '"', 'é', '😀', '\0', 'Content-Disposition: x'),
});
const field = fc.record({ name, contents });
const bytes = fc.uint8Array({ maxLength: 64 });
const filename = name.filter((text) => !/[/\\]/.test(text));
const file = fc.record({ name, filename, contents: bytes });

const bytesOf = async (body: RequestBody): Promise<Buffer> => Buffer.from(await body.toBytes());

/** The web makes CRLF of every line end in a field's name, not in a file's (HTML, multipart/form-data encoding). */
const asSent = (text: string) => text.replace(/\r\n|\r|\n/g, '\r\n');

it("fields and files come back through the platform's parser, in their order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(field, file), { maxLength: 6 }), async (parts) => {
      const body = multipartBody(parts);
      const sent = await bytesOf(body);
      expect(body.length).toBe(sent.length);
      if (parts.length === 0) return;
      const form = await new Response(new Uint8Array(sent), {
        headers: { 'Content-Type': body.contentType! },
      }).formData();
      const found = await Promise.all(
        [...form].map(async ([key, value]) =>
          typeof value === 'string'
            ? { name: key, contents: value }
            : { name: key, filename: value.name, contents: new Uint8Array(await value.arrayBuffer()) },
        ),
      );
      expect(found).toEqual(
        parts.map((part) => ({
          ...part,
          name: asSent(part.name),
        })),
      );
    }),
    runs(300),
  );
});

it('the boundary stands where parts meet, and nowhere else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(field, file), { minLength: 1, maxLength: 6 }), async (parts) => {
      const body = multipartBody(parts);
      const boundary = /boundary=("?)([^";]+)\1/.exec(body.contentType!)![2]!;
      const text = (await bytesOf(body)).toString('latin1');
      const pieces = `\r\n${text}`.split(`\r\n--${boundary}`);
      expect([pieces[0], pieces.at(-1)]).toEqual(['', '--\r\n']);
      expect(pieces.slice(1, -1).map((piece) => piece.slice(piece.indexOf('\r\n\r\n') + 4))).toEqual(
        parts.map(({ contents }) => Buffer.from(contents as string).toString('latin1')),
      );
      for (const piece of pieces.slice(1, -1)) {
        const lines = piece.slice(2, piece.indexOf('\r\n\r\n')).split('\r\n');
        expect(lines[0]).toMatch(/^Content-Disposition: form-data; name="[^"\r\n]*"(?:; filename="[^"\r\n]*")?$/);
        expect(lines.slice(1).every((line) => /^[A-Za-z-]+: [^\r\n]*$/.test(line))).toBe(true);
      }
    }),
    runs(300),
  );
});
