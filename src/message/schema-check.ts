/** Asks a schema, and says what does not fit. */
import { isSecretKey, MASK, type Redact } from './redact.ts';
import type { SchemaFailure, SchemaIssue, StandardSchema } from './standard-schema.ts';

/** Issues that a message names. */
const SHOWN = 3;
const LONGEST = 200;

/**
 * The value as the schema gives it out.
 * @param fail makes the error
 * @throws what `fail` made, for a value that does not fit, and for a schema that throws or answers something else
 */
export async function validated<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  redact: Redact | undefined,
  fail: SchemaFailure,
): Promise<Output> {
  let result: unknown;
  try {
    result = await schema['~standard'].validate(value);
  } catch (cause) {
    throw fail('the schema threw, so that nobody knows whether the body fits', [], cause);
  }
  const { issues } = (result ?? {}) as { issues?: unknown };
  if (Array.isArray(issues)) throw fail(factOf(issues, redact), issues);
  if (typeof result === 'object' && result !== null && 'value' in result) return result.value as Output;
  throw fail('the schema gave neither a value nor issues', []);
}

function factOf(issues: readonly SchemaIssue[], redact: Redact | undefined): string {
  const shown = issues.slice(0, SHOWN).map((issue) => shownIssue(issue, redact));
  const more = issues.length > SHOWN ? `; ${issues.length - SHOWN} more` : '';
  return `the body does not fit the schema: ${shown.join('; ') || 'no issue is named'}${more}`;
}

/** `at user.tags[0]: expected text`. Some libraries repeat the value: that of a secret's name is not shown. */
function shownIssue(issue: SchemaIssue, redact: Redact | undefined): string {
  const keys = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const isSecret = keys.some((key) => isSecretKey(String(key), redact));
  const message = isSecret ? MASK : String(issue?.message).replace(/\s+/g, ' ').slice(0, LONGEST);
  const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return path === '' ? message : `at ${path.replace(/^\./, '').slice(0, LONGEST)}: ${message}`;
}
