/** The JSON Schema of HAR 1.2, as the package `har-schema` has it. */
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';

const require = createRequire(import.meta.url);

/** The mistakes of an archive, as lines; none in one that is valid. */
export function faultsOfHar(archive: unknown): string[] {
  const schemas = require('har-schema') as Record<string, { $id: string }>;
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    validateFormats: true,
    schemas: [draft6(), ...Object.values(schemas)],
  });
  ajv.addFormat('uri', (text: string) => URL.canParse(text));
  ajv.addFormat('date-time', (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text));
  ajv.addFormat('ipv4', () => true);
  ajv.addFormat('ipv6', () => true);
  const validate = ajv.getSchema('har.json#')!;
  validate(archive);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The schemas name the draft that they are written in. */
function draft6(): { $id: string } {
  return require('ajv/dist/refs/json-schema-draft-06.json');
}
